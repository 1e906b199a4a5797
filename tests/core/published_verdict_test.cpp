#include "core/experiment/published/verdict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/documents/published_json.h"
#include "core/formats/files.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

std::string golden_text() {
    return read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1 << 20);
}

Published golden() {
    return published_from_json(golden_text(), "published.json");
}

Verdict verdict(const std::string& path, double value, const std::string& format) {
    return compare({path, "", value, format}, golden()).verdict;
}

TEST(Published, is_flattened_by_key_and_place) {
    const Published published = golden();
    EXPECT_EQ(published.numbers.at("staged/sgd/phase2_steps"), 13436);
    EXPECT_EQ(published.numbers.at("blackbox/muon/lambda_eff/11417"), 0.05446);
    EXPECT_EQ(published.numbers.at("mlp/3/b_up"), 5.902e-06);
    EXPECT_EQ(published.numbers.at("dp/rollout_counts/0.5,0.5,0.5"), 10);
    EXPECT_EQ(published.numbers.at("dp/jacobian_decisions/4/schedule/1"), 0.5);
    EXPECT_EQ(published.muon_tolerance_steps, 5);
    EXPECT_EQ(published.numbers.count("tau/muon_tolerance_steps"), 0u);
    EXPECT_EQ(published.numbers.count("mlp/0/pair"), 0u);
    EXPECT_TRUE(contains(published.source, "2607.01124"));
}

TEST(Published, is_refused_when_it_is_none) {
    EXPECT_MESSAGE(published_from_json("[1]", "x.json"), "x.json: is not a JSON object");
    EXPECT_MESSAGE(published_from_json("{", "x.json"), "x.json");
    EXPECT_MESSAGE(published_from_json(R"({"tau": 3})", "x.json"), "does not hold");
    EXPECT_MESSAGE(published_from_json(R"({"source": 3})", "x.json"), "does not hold");
}

TEST(Verdict, asks_for_every_printed_digit) {
    EXPECT_EQ(verdict("staged/sgd/w1_distance", 0.03124, "{:.4f}"), Verdict::exact);
    EXPECT_EQ(verdict("staged/sgd/w1_distance", 0.03126, "{:.4f}"), Verdict::failed);
    EXPECT_EQ(verdict("staged/sgd/phase2_steps", 13436, "{:.0f}"), Verdict::exact);
    EXPECT_EQ(verdict("staged/sgd/phase2_steps", 13437, "{:.0f}"), Verdict::failed);
    EXPECT_EQ(verdict("mlp/0/b_up", 7.8234e-07, "{:.3e}"), Verdict::exact);
    EXPECT_EQ(verdict("mlp/0/b_up", 7.824e-07, "{:.3e}"), Verdict::failed);
    EXPECT_EQ(verdict("dp/loss_100/sgd", 2.25954933370675, "{:.10f}"), Verdict::exact);
    EXPECT_EQ(verdict("dp/loss_100/sgd", 2.2595493340, "{:.10f}"), Verdict::failed);
}

TEST(Verdict, has_a_tolerance_for_the_muon_steps_of_tau_alone) {
    EXPECT_EQ(verdict("tau/0/muon", 11535, "{:.0f}"), Verdict::exact);
    EXPECT_EQ(verdict("tau/0/muon", 11540, "{:.0f}"), Verdict::near);
    EXPECT_EQ(verdict("tau/0/muon", 11530, "{:.0f}"), Verdict::near);
    EXPECT_EQ(verdict("tau/0/muon", 11541, "{:.0f}"), Verdict::failed);
    EXPECT_EQ(verdict("tau/0/sgd", 13055, "{:.0f}"), Verdict::failed);
    EXPECT_EQ(verdict("staged/muon/phase2_steps", 13322, "{:.0f}"), Verdict::failed);
}

TEST(Verdict, fails_what_is_not_a_number_or_was_never_published) {
    EXPECT_EQ(verdict("staged/sgd/phase2_steps", std::nan(""), "{:.0f}"), Verdict::failed);
    EXPECT_EQ(verdict("staged/sgd/phase3_steps", 1, "{:.0f}"), Verdict::missing);
}

TEST(Verdict, names_published_figures_that_nobody_gives) {
    const std::vector<Figure> given = {{"ce_probe/sgd/loss_0", "", 2.0794, "{:.4f}"}};
    const auto absent = not_given(golden(), "ce_probe", given);
    EXPECT_EQ(absent.size(), 9u);
    for (const Comparison& comparison : absent) {
        EXPECT_TRUE(comparison.figure.path.starts_with("ce_probe/"));
        EXPECT_NE(comparison.figure.path, "ce_probe/sgd/loss_0");
        EXPECT_FALSE(passes(comparison));
        EXPECT_EQ(here_text(comparison.figure), "-");
    }
}

TEST(Verdict, is_said_in_words) {
    const Comparison near = compare({"tau/0/muon", "", 11536, "{:.0f}"}, golden());
    EXPECT_EQ(verdict_text(near), "within 5 steps");
    EXPECT_EQ(difference_text(near), "+1");
    EXPECT_EQ(published_text(near), "11535");
    const Comparison exact = compare({"mlp/0/g", "", 2.5981e-05, "{:.3e}"}, golden());
    EXPECT_EQ(verdict_text(exact), "exact as printed");
    EXPECT_EQ(difference_text(exact), "0");
    EXPECT_EQ(here_text(exact.figure), "2.598e-05");
    EXPECT_EQ(verdict_text(compare({"mlp/0/g", "", 2e-5, "{:.3e}"}, golden())), "FAILED");
    EXPECT_EQ(verdict_text(compare({"mlp/0/x", "", 2e-5, "{:.3e}"}, golden())), "missing");
}

// Every published figure handed back gives published.json again, but for the source.
TEST(FiguresJson, has_the_structure_of_the_published_one) {
    std::vector<Figure> figures;
    for (const auto& [path, value] : golden().numbers) {
        const bool long_one = path.find("loss_100") != std::string::npos ||
                              path.find("actual_next") != std::string::npos;
        figures.push_back({path, "", value, long_one ? "{:.10f}" : "{}"});
    }
    Json mine = Json::parse(figures_json(figures, golden_text(), "here"));
    Json theirs = Json::parse(golden_text());
    EXPECT_EQ(mine["source"], "here");
    mine.erase("source");
    theirs.erase("source");
    EXPECT_EQ(mine, theirs) << Json::diff(theirs, mine).dump(1);
}

TEST(FiguresJson, prints_the_digits_that_were_printed_and_null_for_what_is_no_number) {
    const std::vector<Figure> figures = {{"staged/sgd/w1_distance", "", 0.031249, "{:.4f}"},
                                         {"staged/sgd/phase2_steps", "", 13436, "{:.0f}"},
                                         {"dp/loss_100/sgd", "", 2.0 / 3.0, "{:.10f}"},
                                         {"dp/rollout_counts/1,1,0", "", 3, "{:.0f}"},
                                         {"mlp/1/g", "", std::nan(""), "{:.3e}"},
                                         {"mlp/1/b_up", "", 1.0 / 3.0, ""}};
    const Json json = Json::parse(figures_json(figures, golden_text(), "here"));
    EXPECT_EQ(json["staged"]["sgd"]["w1_distance"], 0.0312);
    EXPECT_TRUE(json["staged"]["sgd"]["phase2_steps"].is_number_integer());
    EXPECT_EQ(json["dp"]["loss_100"]["sgd"], 2.0 / 3.0);
    EXPECT_EQ(json["dp"]["rollout_counts"]["1,1,0"], 3);
    ASSERT_TRUE(json["mlp"].is_array());
    EXPECT_TRUE(json["mlp"][0].is_null());
    EXPECT_EQ(json["mlp"][1]["pair"], 1);
    EXPECT_TRUE(json["mlp"][1]["g"].is_null());
    EXPECT_EQ(json["mlp"][1]["b_up"], 1.0 / 3.0) << "no format: nothing was printed";
}

}  // namespace
}  // namespace muonscope

// The rule of a study as Python, of results by hand.

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>

#include "core/base/error.h"
#include "core/formats/files.h"
#include "core/study/configuration.h"
#include "core/study/study_json.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

struct Gain {
    const char* group;
    double gain;
};

std::string arm_of(const Gain& gain, const std::string& more) {
    const std::string key = fmt::format("lanes.0.layers.{}.optimizer", gain.group);
    return fmt::format(
        R"({{"name": "Muon in {0}", "set": {{"{1}.kind": "muon", "{1}.momentum": 0.9,
  "{1}.nesterov": true{2}}}, "rate": "{1}.lr", "rates": [0.02, 0.05]}})",
        gain.group, key, more);
}

// AdamW at .003 and .01 comes to 2 and 1; each arm at its second rate to 1 less its gain.
struct Hand {
    explicit Hand(const std::vector<Gain>& gains, const std::string& base = "token-facts",
                  const std::string& more = "", const std::string& kind = "adamw") {
        std::string arms = fmt::format(
            R"({{"name": "base", "set": {{"optimizer.kind": "{}"}}, "rates": [0.003, 0.01]}})",
            kind);
        for (const Gain& gain : gains) arms += ",\n" + arm_of(gain, more);
        study = study_from_json(
            fmt::format(R"({{"version": 1, "name": "hand", "title": "By hand", "base": "{}",
 "list": [{{"seed": 1}}], "arms": [{}], "tuning": {{"by": "loss", "seeds": 1}}, "seeds": 7,
 "budget": {{"steps": 10}}, "metrics": [{{"name": "loss", "end": "loss"}}]}})",
                        base, arms),
            "hand.json");
        for (std::int64_t job = 0; job < job_count(study); ++job) {
            const JobPlace place = place_of_job(study, job);
            const double seed = 1e-3 * static_cast<double>(place.seed % 3);
            JobResult result;
            const double gain = place.arm == 0 ? 0 : gains[place.arm - 1].gain;
            // What gains nothing is as often a little better as worse.
            const double chance =
                place.arm > 0 && gain == 0 ? (place.seed % 2 == 0 ? 0.05 : -0.05) : 0;
            result.numbers = {1 - gain + chance + (place.arm == 0 ? seed : 2 * seed)};
            if (place.rate == 0) result.numbers[0] += 1;
            results.push_back({job, "", "", result});
        }
    }
    Configuration made() const {
        return configuration_of(study, matrix_gains(study, results), test_rules(study, results)[0]);
    }
    Study study;
    std::vector<StoredResult> results;
};

const std::vector<Gain> by_kind{
    {"value", 0.2}, {"query", -0.2}, {"mlp_out", 0.1}, {"head", 0.3}, {"key", 0}};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// What Python says of a text; −1: there is no Python.
int python(const std::string& arguments) {
    if (std::system("python3 --version > /dev/null 2>&1") != 0) return -1;
    const int status = std::system(("python3 " + arguments + " > /dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

TEST(Configuration, muon_has_what_it_was_better_on_at_the_rates_tuned_for_it) {
    const Configuration made = Hand(by_kind).made();
    ASSERT_EQ(made.muon.size(), 3U) << "query was worse, of key nothing shows";
    EXPECT_EQ(made.muon[0].group, "value");
    EXPECT_EQ(made.muon[1].group, "mlp_out");
    EXPECT_EQ(made.muon[2].group, "head");
    EXPECT_DOUBLE_EQ(made.muon[0].rate, 0.05);
    EXPECT_DOUBLE_EQ(made.rest.lr, 0.01);
    EXPECT_EQ(made.rest.kind, OptimizerKind::adamw);
    EXPECT_DOUBLE_EQ(made.muon_spec.momentum, 0.9);
    const std::string text = configuration_text(made, Library::pytorch);
    EXPECT_TRUE(has(text, "(\"value\", None, 0.05),")) << text;
    EXPECT_TRUE(has(text, "(\"head\", (), 0.05),")) << text;
    EXPECT_FALSE(has(text, "\"query\"")) << text;
    EXPECT_TRUE(has(text, "AdamW(adamw, lr=0.01, betas=(0.9, 0.999)")) << text;
    EXPECT_TRUE(has(text, "momentum=0.9, nesterov=True, ns_steps=5")) << text;
    EXPECT_TRUE(has(text, "# Muon where the study hand found it better")) << text;
    EXPECT_TRUE(has(text, "on 6 seeds")) << text;
    // The arms' AdamW has the preset's rate.
    EXPECT_TRUE(has(made.facts.back(), "0.01, was tuned for it alone")) << made.facts.back();
    EXPECT_FALSE(has(Hand(by_kind, "token-facts", R"(, "optimizer.lr": 0.01)").made().facts.back(),
                     "tuned for it alone"));
}

TEST(Configuration, of_several_groups_the_smallest_decides) {
    const Configuration made =
        Hand({{"inside", 0.2}, {"query", -0.1}, {"block_2_value", -0.1}, {"block_1_query", 0.3}})
            .made();
    ASSERT_EQ(made.muon.size(), 2U);
    EXPECT_EQ(made.muon[1].matrices.size(), 1U);
    const std::string text = configuration_text(made, Library::pytorch);
    EXPECT_TRUE(has(text, "(\"value\", (0,), 0.05),")) << text;
    EXPECT_TRUE(has(text, "(\"query\", (0,), 0.05),")) << text;
    EXPECT_TRUE(has(text, "(\"key\", None, 0.05),")) << text;
    EXPECT_FALSE(has(text, "(\"query\", None")) << text;
}

TEST(Configuration, a_group_of_which_nothing_shows_leaves_it_to_larger_ones) {
    const std::string text =
        configuration_text(Hand({{"inside", 0.2}, {"query", 0}}).made(), Library::pytorch);
    EXPECT_TRUE(has(text, "(\"query\", None, 0.05),")) << text;
}

TEST(Configuration, a_chains_matrices_go_by_their_place) {
    const std::string text = configuration_text(
        Hand({{"1", 0.2}, {"2", -0.1}, {"3", 0.1}}, "two-ways-up").made(), Library::pytorch);
    EXPECT_TRUE(has(text, "MUON = {\n    0: 0.05,\n    2: 0.05,\n}")) << text;
}

TEST(Configuration, a_scale_by_shape_of_the_library_alone_is_taken_out) {
    const Configuration none = Hand(by_kind).made();
    EXPECT_TRUE(
        has(configuration_text(none, Library::pytorch), "return 1 / max(1, out / into) ** 0.5"));
    EXPECT_TRUE(has(configuration_text(none, Library::keras), "return 1\n"));
    const Configuration jordan = Hand(by_kind, "token-facts",
                                      R"(, "lanes.0.layers.inside.optimizer.shape_scale": "jordan",
                  "lanes.0.layers.head.optimizer.shape_scale": "jordan")")
                                     .made();
    EXPECT_TRUE(has(configuration_text(jordan, Library::optax), "return 1\n"));
    EXPECT_TRUE(
        has(configuration_text(jordan, Library::keras), "return max(1, out / into) ** 0.5"));
}

TEST(Configuration, what_a_library_cannot_do_is_said) {
    const Configuration other = Hand(by_kind, "token-facts",
                                     R"(, "lanes.0.layers.inside.optimizer.engine": "svd",
                  "lanes.0.layers.head.optimizer.engine": "svd")")
                                    .made();
    EXPECT_TRUE(has(configuration_text(other, Library::keras), "the orthogonaliser, SVD"));
    const Configuration plain = Hand(by_kind).made();
    EXPECT_FALSE(has(configuration_text(plain, Library::keras), "Not as in the study"));
    EXPECT_TRUE(has(configuration_text(plain, Library::optax), "corrects the momentum's bias"));
}

TEST(Configuration, is_python) {
    if (python("--version") != 0) GTEST_SKIP() << "no python3";
    ScratchFolder folder;
    for (const auto& gains : {by_kind, std::vector<Gain>{{"query", -0.1}}})
        for (const Library library : {Library::pytorch, Library::optax, Library::keras}) {
            const std::string text = configuration_text(Hand(gains).made(), library);
            write_file(folder / "made.py", text);
            EXPECT_EQ(python("-m py_compile " + (folder / "made.py")), 0) << text;
        }
}

// The part that needs no library: which rate a matrix of which name has.
TEST(Configuration, names_of_the_common_models_find_their_rates) {
    if (python("--version") != 0) GTEST_SKIP() << "no python3";
    ScratchFolder folder;
    std::string text = configuration_text(
        Hand({{"value", 0.2}, {"block_2_query", 0.2}, {"head", 0.3}}).made(), Library::pytorch);
    text = text.substr(0, text.find("def factor"));
    text.replace(text.find("import torch"), 12, "");
    text += R"(
def rates(*paths):
    return muon_rates([(path, 2) for path in paths])

assert rates("model.layers.0.self_attn.v_proj.weight", "model.layers.1.self_attn.q_proj.weight",
             "model.layers.0.self_attn.q_proj.weight", "lm_head.weight",
             "model.embed_tokens.weight") == [0.05, 0.05, None, 0.05, None]
assert rates("block_0/value/kernel", "block_1/query/kernel", "block_1/attn/output/kernel",
             "head/kernel") == [0.05, 0.05, None, 0.05]
assert muon_rates([("h.0.value.weight", 2), ("h.0.value.bias", 1), ("h.1.query.weight", 2),
                   ("output.weight", 2)]) == [0.05, None, 0.05, 0.05]
try:
    rates("block_0/value/kernel", "head/kernel")
except ValueError as fault:
    assert "query" in str(fault)
else:
    raise AssertionError("a matrix that is not there was not missed")
)";
    write_file(folder / "names.py", text);
    EXPECT_EQ(python(folder / "names.py"), 0) << text;
}

TEST(Configuration, a_study_of_other_optimisers_is_refused) {
    EXPECT_THROW(Hand(by_kind, "token-facts", "", "sgd").made(), Error);
    Hand two(by_kind);
    two.study.arms[3].changes.push_back({"lanes.0.layers.mlp_out.optimizer.momentum", "0.5"});
    EXPECT_THROW(two.made(), Error) << "Muons of two kinds";
    EXPECT_THROW(configuration_of(two.study, {}, {}), Error);
}

}  // namespace
}  // namespace muonscope

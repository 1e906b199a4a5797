// `muonscope reproduce`: with experiments of a test's own, and as its users have it.

#include "app/cli/reproduce.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/formats/files.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"
#include "tests/toy_jobs.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

constexpr const char* published = R"({"toy": {"steps": 12, "list": [0.5, 0.25]}})";

std::vector<Job> with_steps(double steps) {
    return {{"steps", 2,
             [=](Watch& watch) {
                 return test::given({{"toy/steps", "Steps", steps, "{:.0f}"}}, watch);
             }},
            {"list", 1, [](Watch& watch) {
                 return test::given({{"toy/list/0", "First", 0.501, "{:.2f}"},
                                     {"toy/list/1", "Second", 0.25, "{:.2f}"}},
                                    watch);
             }}};
}

PublishedExperiment toy(std::vector<Job> (*jobs)(std::uint64_t)) {
    PublishedExperiment result;
    result.name = result.section = "toy";
    result.title = "A toy";
    result.jobs = jobs;
    return result;
}

std::vector<Job> right(std::uint64_t shift) {
    return with_steps(12.0 + static_cast<double>(shift));
}
std::vector<Job> wrong(std::uint64_t) {
    return with_steps(13);
}
std::vector<Job> incomplete(std::uint64_t) {
    return {with_steps(12).front()};
}
std::vector<Job> broken(std::uint64_t) {
    std::vector<Job> jobs = with_steps(12);
    jobs.back().run = [](Watch&) -> Work<std::vector<Figure>> {
        throw Error("layer 1", "it diverged", "lower lr");
    };
    return jobs;
}

class Reproduce : public testing::Test {
  protected:
    int run(std::vector<Job> (*jobs)(std::uint64_t), std::uint64_t seed = 0) {
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        const int code = cli::reproduce(
            cli::ReproducePlan{{toy(jobs)}, seed, published, folder_ / "figures.json", 2});
        out_ = testing::internal::GetCapturedStdout();
        err_ = testing::internal::GetCapturedStderr();
        return code;
    }
    Json json() { return Json::parse(read_file(folder_ / "figures.json", 1 << 20)); }
    ScratchFolder folder_;
    std::string out_, err_;
};

TEST_F(Reproduce, succeeds_when_every_figure_is_the_published_one) {
    EXPECT_EQ(run(right), 0);
    EXPECT_EQ(err_, "");
    EXPECT_TRUE(contains(out_, "quantity  published  here  difference  verdict\n")) << out_;
    EXPECT_TRUE(contains(out_, "  Steps          12    12           0  exact as printed\n"))
        << out_;
    EXPECT_TRUE(contains(out_, "toy  3 of 3 figures as published")) << out_;
    const Json json = this->json();
    EXPECT_EQ(json["toy"], Json::parse(published)["toy"]);
    EXPECT_TRUE(contains(json["source"], "seed 0"));
}

TEST_F(Reproduce, fails_on_one_figure_missed_and_writes_the_file_all_the_same) {
    EXPECT_EQ(run(wrong), 1);
    EXPECT_TRUE(contains(out_, "  Steps          12    13          +1  FAILED\n")) << out_;
    EXPECT_TRUE(contains(out_, "2 of 3 figures as published")) << out_;
    EXPECT_EQ(json()["toy"]["steps"], 13);
}

TEST_F(Reproduce, fails_on_a_published_figure_that_it_does_not_give) {
    EXPECT_EQ(run(incomplete), 1);
    EXPECT_TRUE(contains(out_, "toy/list/1")) << out_;
    EXPECT_TRUE(contains(out_, "missing\n")) << out_;
    EXPECT_FALSE(json()["toy"].contains("list"));
}

TEST_F(Reproduce, says_which_job_broke) {
    EXPECT_EQ(run(broken), 1);
    EXPECT_EQ(err_, "muonscope: toy: list: layer 1: it diverged; lower lr\n");
    EXPECT_EQ(run(broken, 3), 1);
}

TEST_F(Reproduce, prints_other_seeds_without_a_published_column) {
    EXPECT_EQ(run(right, 7), 0);
    EXPECT_TRUE(contains(out_, "quantity  here\n")) << out_;
    EXPECT_TRUE(contains(out_, "  Steps     19\n")) << out_;
    EXPECT_FALSE(contains(out_, "exact")) << out_;
    EXPECT_EQ(json()["toy"]["steps"], 19);
    EXPECT_EQ(json()["toy"]["list"][0], 0.501) << "with all digits";
    EXPECT_TRUE(contains(json()["source"], "seed 7"));
}

TEST_F(Reproduce, the_cross_entropy_probe_comes_out_as_printed) {
    const Outcome outcome =
        run_program({"reproduce", "ce", "--workers", "2", "--json", folder_ / "figures.json"});
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_TRUE(contains(outcome.out, "10 of 10 figures as published")) << outcome.out;
    const Json theirs =
        Json::parse(read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1 << 20));
    const Json mine = json();
    EXPECT_EQ(mine["ce_probe"], theirs["ce_probe"]);
    EXPECT_EQ(mine.size(), 2U);  // and the source
}

TEST_F(Reproduce, refuses_bad_input_in_one_line_before_it_runs) {
    const auto expect_refusal = [](std::vector<std::string> arguments, const std::string& part) {
        arguments.insert(arguments.begin(), "reproduce");
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(contains(outcome.err, part)) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
    };
    expect_refusal({"blackbx"}, "did you mean blackbox?");
    expect_refusal({"all", "xyzzy"}, "'xyzzy': is not a published experiment; there are staged");
    expect_refusal({"all", "--seed", "x"}, "--seed: 'x'");
    expect_refusal({"all", "--seed", "-1"}, "--seed: '-1'");
    expect_refusal({"all", "--workers", "0"}, "--workers: 0");
    expect_refusal({"all", "--json", folder_.path()}, "is a folder");
    expect_refusal({"all", "--json", folder_ / "none/x.json"}, "cannot be written");
    expect_refusal({"all", "--jsn"}, "did you mean --json?");
    EXPECT_EQ(folder_.names(), std::vector<std::string>{});
}

}  // namespace
}  // namespace muonscope

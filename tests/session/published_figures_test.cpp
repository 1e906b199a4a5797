// The published experiments in full, seed 0, every figure held against the published one.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "core/documents/published_json.h"
#include "core/formats/files.h"
#include "core/session/reproduction.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;

class PublishedFigures : public testing::TestWithParam<std::string> {};

// Exact even where a tolerance was published: products of bfloat16 are added here as they were
// added there.
TEST_P(PublishedFigures, come_out_in_every_printed_digit) {
    if (sanitized && GetParam() != "ce") GTEST_SKIP() << "a minute of training under a sanitizer";
    const Published published = published_from_json(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/published.json", 1 << 20), "published.json");
    const PublishedExperiment& experiment = published_experiment(GetParam());
    const int workers = std::min(hardware_threads(), 4);
    Workplace workplace(workers);
    const Reproduction run({experiment}, 0, published, workplace, workers);
    ASSERT_TRUE(run.wait_for(20min));

    const Reproduction::Progress result = run.progress().front();
    EXPECT_EQ(result.error, "");
    std::set<std::string> given;
    for (const Comparison& comparison : result.figures) {
        EXPECT_EQ(comparison.verdict, Verdict::exact)
            << comparison.figure.path << ": published " << published_text(comparison) << ", here "
            << here_text(comparison.figure);
        EXPECT_TRUE(given.insert(comparison.figure.path).second) << comparison.figure.path;
    }
    for (const auto& [path, number] : published.numbers) {
        const bool asked = path.starts_with(experiment.section + "/");
        EXPECT_EQ(given.count(path), asked ? 1u : 0u) << path;
    }
}

std::string name_of(const testing::TestParamInfo<std::string>& each) {
    return each.param;
}

INSTANTIATE_TEST_SUITE_P(Short, PublishedFigures, testing::Values("ce", "screening"), name_of);
INSTANTIATE_TEST_SUITE_P(Long, PublishedFigures,
                         testing::Values("staged", "blackbox", "tau", "dp", "mlp"), name_of);

// Where a sanitizer watches, whole ones are too long: of each job a few pauses.
TEST(PublishedFigures, begin_and_are_left_where_they_paused) {
    for (const PublishedExperiment& experiment : published_experiments()) {
        bool paused = false;
        for (const Job& job : experiment.jobs(0)) {
            Watch watch;
            auto work = job.run(watch);
            for (int slice = 0; slice < 3 && work.go_on([] { return true; }); ++slice)
                paused = true;
            if (sanitized) break;  // the others of an experiment begin alike
        }
        EXPECT_TRUE(paused) << experiment.name;
    }
}

// One that is added later is not forgotten here.
TEST(PublishedFigures, are_asked_of_every_experiment) {
    EXPECT_EQ(published_experiments().size(), 7u);
}

}  // namespace
}  // namespace muonscope

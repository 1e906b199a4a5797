// What Muon is worth on which matrices, of results by hand.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>

#include "core/base/error.h"
#include "core/study/study_json.h"
#include "core/study/where.h"

namespace muonscope {
namespace {

std::string arm_text(const std::string& name, const std::string& key) {
    return fmt::format(R"({{"name": "{}", "set": {{"{}": "muon"}}}})", name, key);
}

// Three layers; the seeds 3 to 8 compare.
Study layers_study(const std::string& better = "smaller") {
    return study_from_json(fmt::format(R"({{"version": 1, "name": "layers", "base": "two-ways-up",
 "list": [{{"network.depth": 3}}],
 "arms": [{{"name": "AdamW", "set": {{"optimizer.kind": "adamw"}}, "rates": [0.001, 0.01]}},
          {}, {}, {}, {}],
 "tuning": {{"by": "loss", "seeds": 2}}, "seeds": 8, "budget": {{"steps": 10}},
 "metrics": [{{"name": "loss", "end": "loss", "better": "{}"}}]}})",
                                       arm_text("one", "lanes.0.layers.1.optimizer.kind"),
                                       arm_text("two", "lanes.0.layers.2.optimizer.kind"),
                                       arm_text("three", "lanes.0.layers.3.optimizer.kind"),
                                       arm_text("all", "optimizer.kind"), better),
                           "layers.json");
}

// AdamW comes to 10 at its second rate; arms to 10 less what `gain` says of arm and seed.
template <typename Gain>
std::vector<StoredResult> results_of(const Study& study, const Gain& gain) {
    std::vector<StoredResult> results;
    for (std::int64_t job = 0; job < job_count(study); ++job) {
        const JobPlace place = place_of_job(study, job);
        JobResult result;
        result.numbers = {place.arm == 0 ? (place.rate == 0 ? 20.0 : 10.0)
                                         : 10 - gain(place.arm, place.seed)};
        results.push_back({job, "", "", result});
    }
    return results;
}

// Layer 1: 2 ± a little; layer 2: as often worse as better; layer 3: -1. In tens of per cents.
double by_layer(std::size_t arm, std::size_t seed) {
    const double sign = seed % 2 == 0 ? 1 : -1;
    if (arm == 1) return 2 + 0.1 * sign;
    if (arm == 2) return sign;
    return -1;
}

TEST(Where, a_gain_is_a_share_of_the_best_that_is_nowhere_muon) {
    const Study study = layers_study();
    const auto gains = matrix_gains(study, results_of(study, by_layer));
    ASSERT_EQ(gains.size(), 3U) << "an arm with Muon everywhere is none of them";
    EXPECT_EQ(gains[0].group, "1");
    EXPECT_FALSE(gains[0].rate_at_end) << "it has no rates";
    EXPECT_EQ(gains[0].seeds, 6);
    EXPECT_NEAR(gains[0].gain, 0.2, 1e-12);
    EXPECT_GE(gains[0].interval.low, 0.19 - 1e-12);
    EXPECT_LE(gains[0].interval.high, 0.21 + 1e-12);
    EXPECT_TRUE(gains[0].is_clear());
    EXPECT_EQ(gains[0].better, 6);
    EXPECT_NEAR(gains[0].chance, 2.0 / 64, 1e-12);
    EXPECT_FALSE(gains[1].is_clear());
    EXPECT_NEAR(gains[2].gain, -0.1, 1e-12);
    EXPECT_EQ(gains[2].worse, 6);
}

TEST(Where, of_what_is_better_larger_a_gain_is_more) {
    const Study study = layers_study("larger");
    // The worse of AdamW's two rates is now the better one.
    const auto gains = matrix_gains(study, results_of(study, by_layer));
    EXPECT_NEAR(gains[0].gain, (8 - 20) / 20.0, 1e-12);
    EXPECT_LE(gains[0].interval.low, gains[0].interval.high);
    EXPECT_EQ(gains[0].worse, 6);
}

TEST(Where, the_rule_puts_together_what_is_alike) {
    const Study study = layers_study();
    const auto gains = matrix_gains(study, results_of(study, by_layer));
    const std::string text = rule_text(gains);
    EXPECT_EQ(text.find("1: 20.0 ± "), 0U) << text;
    EXPECT_NE(text.find("% better; 2: none that shows; 3: 10.0 ± 0.0 % worse"), std::string::npos)
        << text;
    std::vector<MatrixGain> named = gains;
    named[0].group = "block_2_value, head";
    EXPECT_EQ(rule_text(named).find("block 2 value with head: 20.0"), 0U) << rule_text(named);
    EXPECT_EQ(rule_text({}), "too few seeds for a rule");
    std::vector<StoredResult> two_seeds = results_of(study, by_layer);
    std::erase_if(two_seeds, [&](const StoredResult& stored) {
        return place_of_job(study, stored.job).seed >= 4;
    });
    EXPECT_EQ(rule_text(matrix_gains(study, two_seeds)), "too few seeds for a rule");
}

TEST(Where, the_rule_parts_groups_whose_intervals_do_not_meet) {
    const Study study = layers_study();
    // 1 and 3 meet, 2 is far above both.
    auto gains = matrix_gains(study, results_of(study, [](std::size_t arm, std::size_t seed) {
                                  const double by = seed % 2 == 0 ? 0.1 : -0.1;
                                  return (arm == 2 ? 3.0 : arm == 1 ? 1.0 : 1.05) + by;
                              }));
    const auto classes = rule_of(gains);
    ASSERT_EQ(classes.size(), 2U) << rule_text(gains);
    EXPECT_EQ(classes[0].members, std::vector<std::size_t>{1});
    EXPECT_NEAR(classes[0].gain, 0.3, 1e-12);
    EXPECT_EQ(classes[1].members, (std::vector<std::size_t>{0, 2}));
    EXPECT_NEAR(classes[1].gain, 0.1025, 1e-12);
    EXPECT_EQ(rule_text(gains).find("2: 30.0 ± "), 0U) << rule_text(gains);
    EXPECT_NE(rule_text(gains).find("% better; 1, 3: 10.2 ± "), std::string::npos);
    // A chain of neighbours that meet is no class: the outer two do not.
    gains[0].gain = 0.2, gains[0].interval = {0.1, 0.3};
    gains[1].gain = 0.3, gains[1].interval = {0.25, 0.35};
    gains[2].gain = 0.12, gains[2].interval = {0.05, 0.2};
    EXPECT_EQ(rule_of(gains)[0].members, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(rule_of(gains)[1].members, std::vector<std::size_t>{2});
    // Losses likewise, the smallest first.
    for (MatrixGain& gain : gains) {
        gain.gain = -gain.gain;
        gain.interval = {-gain.interval.high, -gain.interval.low};
    }
    EXPECT_EQ(rule_of(gains)[0].members, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(rule_of(gains)[1].members, std::vector<std::size_t>{1});
}

TEST(Where, a_rule_is_held_against_seeds_that_it_has_not_seen) {
    const Study study = layers_study();
    // Fitted on seeds 2, 4, 6: layer 1 gains 2, layer 2 gains 1, each by .6 more or less, so that
    // their intervals meet, and layer 3 loses 1. On 3, 5, 7 layer 3 gains 2.
    const auto results = results_of(study, [](std::size_t arm, std::size_t seed) {
        const bool other = seed % 2 == 1;
        const double by = other ? 0 : 0.3 * (static_cast<double>(seed) - 4);
        if (arm == 1) return 2.0 + by;
        if (arm == 2) return 1.0 + by;
        return other ? 2.0 : -1.0;
    });
    const std::vector<RuleTest> tests = test_rules(study, results);
    ASSERT_EQ(tests.size(), 1U);
    const RuleTest& test = tests[0];
    EXPECT_EQ(test.fitted, 3);
    EXPECT_EQ(test.held_out, 3);
    // Layers 1 and 2 are one class of gain .15 ± .06: .05 off each; layer 3 is off by .3.
    EXPECT_NEAR(test.error, (0.05 + 0.05 + 0.3) / 3, 1e-12);
    EXPECT_EQ(test.fails, (std::vector<std::string>{"3"}));
    const auto sentences = rule_sentences(study, matrix_gains(study, results), tests);
    ASSERT_EQ(sentences.size(), 1U);
    EXPECT_NE(sentences[0].find("13.3 % off on 3 others"), std::string::npos) << sentences[0];
}

TEST(Where, a_study_of_something_else_is_refused) {
    Study study = layers_study();
    const auto results = results_of(study, by_layer);
    study.arms.erase(study.arms.begin());
    study.comparisons.clear();
    EXPECT_THROW(matrix_gains(study, {}), Error) << "no baseline";
    study = layers_study();
    study.arms.resize(1);
    study.comparisons.clear();
    EXPECT_THROW(matrix_gains(study, {}), Error) << "no Muon on some matrices";
}

}  // namespace
}  // namespace muonscope

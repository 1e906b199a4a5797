#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/study/report.h"

// Of a study whose arms put Muon on some matrices each: what it is worth there, and the rule that
// follows.
namespace muonscope {

// Muon on the matrices of one arm beside the baseline, the first arm that is nowhere Muon.
struct MatrixGain {
    std::size_t setting = 0, arm = 0, metric = 0;
    JobPlace job, baseline;  // at the rates chosen for them, of the first seed that compares
    std::string group;  // as in --set: "query", "block_2_value", of a chain "2"; "2, 3" of several
    std::string rate;   // chosen for it; empty: it stands as it is
    bool rate_at_end = false;    // the smallest or largest that was tried
    int seeds = 0;               // on which both came to a number
    double gain = 0;             // share of the baseline's mean, above 0: Muon is better
    MeanInterval interval = {};  // of it, 95 %
    int better = 0, worse = 0;   // seeds
    double chance = 1;           // sign_test

    // The interval is on one side of 0; false of fewer than two seeds.
    bool is_clear() const { return interval.low > 0 || interval.high < 0; }
};
// Settings outermost, then metrics, arms. An arm is found by the keys it changes,
// lanes.L.layers.NAME.optimizer.kind. Throws Error where no arm is without Muon, or none has it on
// some matrices alone.
std::vector<MatrixGain> matrix_gains(const Study& study, std::span<const StoredResult> results);
// "block_2_value" and "1, 3" as a list in a sentence has them: "block 2 value", "1 with 3".
std::string in_words(std::string group);
// Those of one setting and metric.
std::vector<MatrixGain> gains_at(std::span<const MatrixGain> gains, std::size_t setting,
                                 std::size_t metric);

// Groups to which Muon does the same: better, nothing that shows, worse; of those with an effect
// all intervals have a point in common.
struct RuleClass {
    std::vector<std::size_t> members;  // of the gains it is made of
    int side = 0;                      // 1: better, 0: none that shows, -1: worse
    double gain = 0;                   // mean of its members'; 0 of none
    double half = 0;                   // mean of half their intervals
};
// The largest gain first, then none, then the losses, the smallest first. From that end on a group
// joins the class before it if its interval meets all of those there. Groups of fewer than three
// seeds are left out.
std::vector<RuleClass> rule_of(std::span<const MatrixGain> gains);

// "value, output: 18 ± 4 % better; query, key: none; embedding: 6 ± 2 % worse"
std::string rule_text(std::span<const MatrixGain> gains);

// A rule made of every second compared seed, held against the others.
struct RuleTest {
    int fitted = 0, held_out = 0;    // seeds
    double error = 0;                // mean |gain of the class − gain seen|; NaN: too few seeds
    std::vector<std::string> fails;  // groups in words, seen outside their class's gain ± half
};
// Of each setting and metric: settings outermost.
std::vector<RuleTest> test_rules(const Study& study, std::span<const StoredResult> results);

ReportTable gains_table(const Study& study, std::span<const MatrixGain> gains);
// The rule of one setting and metric, with its error: "loss: value: 18 ± 4 % better. Made of 3 …".
std::string rule_sentence(const Study& study, std::span<const MatrixGain> gains,
                          const RuleTest& test);
// One for each setting and metric.
std::vector<std::string> rule_sentences(const Study& study, std::span<const MatrixGain> gains,
                                        std::span<const RuleTest> tests);
// How gains, rule and error come about.
std::string where_definitions(const Study& study);

}  // namespace muonscope

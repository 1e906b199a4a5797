#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/study/database.h"
#include "core/study/statistics.h"

namespace muonscope {

// What came of one arm under one setting, in one metric, at the rate chosen for it.
struct ArmSummary {
    std::size_t setting = 0, arm = 0, metric = 0;
    std::size_t rate = 0;
    bool rate_at_end = false;   // the smallest or largest that was tried
    bool rate_by_none = false;  // no seed came to a number at any: the first stands for all
    int seeds = 0;              // compared on, as far as they have run
    int numbers = 0;            // of them came to one
    int diverged = 0;
    double mean = 0, deviation = 0;
};

// first − second, seed by seed.
struct PairSummary {
    std::size_t setting = 0, pair = 0, metric = 0;
    int pairs = 0;                 // seeds on which both came to a number
    double mean = 0;               // of the differences
    double first_mean = 0;         // that first has on the same seeds
    double share = 0;              // the one of the other
    bool first_near_zero = false;  // so that the share says nothing
    MeanInterval interval = {};    // of the mean
    int second_better = 0,
        first_better = 0;  // one that came to no number is worse than one that did
    double chance = 1;     // sign_test
};

struct StudyReport {
    std::int64_t jobs = 0, done = 0, diverged = 0, not_reached = 0;
    std::vector<ArmSummary> arms;    // settings outermost, then metrics, arms
    std::vector<PairSummary> pairs;  // settings outermost, then metrics
};
// Those before it choose rates and compare nothing.
std::size_t first_compared_seed(const Study& study);
StudyReport report_of(const Study& study, std::span<const StoredResult> results);
// By setting and arm, settings outermost: the rate that the tuning seeds choose, as far as they
// have run.
std::vector<std::size_t> chosen_rates(const Study& study, std::span<const StoredResult> results);
// Whether a job is of a seed that chooses rates, or at a rate that was chosen: what a report is
// made of.
bool is_reported(const Study& study, const std::vector<std::size_t>& rates, std::int64_t job);

// Cells as text, the heading first; columns of `numbers` stand to the right.
struct ReportTable {
    std::string title;
    std::vector<std::vector<std::string>> lines;
    std::vector<std::size_t> numbers;
};
ReportTable arms_table(const Study& study, const StudyReport& report);
ReportTable pairs_table(const Study& study, const StudyReport& report);
// Its changes in words; "as it is" of none.
std::string setting_text(const Study& study, std::size_t setting);
// How they came about: what counts, which rates, which interval, which test.
std::string definitions(const Study& study);

std::string markdown_of(const ReportTable& table);
std::string csv_of(const ReportTable& table);
std::string latex_of(const ReportTable& table);  // a tabular

}  // namespace muonscope

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/spec.h"
#include "core/study/metric.h"

// A question asked of many runs: settings x seeds x arms x learning rates, each one job. A job is
// one lane on one thread and knows nothing of the others, so that it comes to the same bits
// wherever it runs.
namespace muonscope {

// What --set takes: a parameter's path and the text of its value.
struct Change {
    std::string key, value;

    bool operator==(const Change&) const = default;
};
std::string text_of(const std::vector<Change>& changes);  // "network.depth=2, target.modes=3"

struct Arm {
    std::string name;
    std::vector<Change> changes;
    std::vector<std::string> rates;  // values of the tuned key; empty: it stands as it is
    std::string rate_key;            // the tuned key of this arm alone; empty: the tuning's

    bool operator==(const Arm&) const = default;
};

// When every job ends. Of all but `steps` the cap `most_steps` says when a job has not got there.
enum class BudgetKind { steps, examples, seconds, distance, loss };
inline constexpr auto budget_choices = choices_of<BudgetKind::loss>(
    {{"steps", "steps", "After so many steps."},
     {"examples", "examples", "After so many columns of data: steps times the batch."},
     {"seconds", "seconds", "After so much processor time: no two runs come to the same bits."},
     {"distance", "distance", "At the first step with ‖P − A‖/‖A‖ no larger."},
     {"loss", "loss", "At the first step with the loss no larger."}});

struct BudgetRule {
    BudgetKind kind = BudgetKind::steps;
    double amount = 1000;
    std::int64_t most_steps = 1000;  // steps: the amount

    bool operator==(const BudgetRule&) const = default;
};

// How each arm's learning rate is chosen, setting by setting: the rate with the fewest jobs that
// came to no number, and among those the best mean of the metric `by`.
struct Tuning {
    std::string key = "optimizer.lr";
    std::string by;  // a metric's name
    int seeds = 0;   // the first so many choose and the others compare; 0: all do both

    bool operator==(const Tuning&) const = default;
};

struct ArmPair {
    std::size_t first = 0, second = 0;  // differences are first − second

    bool operator==(const ArmPair&) const = default;
};

struct Study {
    static constexpr int current_version = 1;
    static constexpr std::int64_t most_jobs = 1'000'000;
    std::string name = "study", title, about;
    Spec base;  // one lane, which every arm begins from
    std::vector<std::vector<Change>> settings{{}};
    std::vector<Arm> arms;
    std::vector<std::int64_t> seeds;
    BudgetRule budget;
    std::vector<Metric> metrics;
    std::optional<Tuning> tuning;
    std::vector<ArmPair> comparisons;

    bool operator==(const Study&) const = default;
};

// Where a job stands in a study. `rate` counts those of its arm.
struct JobPlace {
    std::size_t setting = 0, seed = 0, arm = 0, rate = 0;

    bool operator==(const JobPlace&) const = default;
};

// Jobs are numbered from 0: settings outermost, then seeds, arms and rates, so that neighbours
// share a problem.
std::int64_t job_count(const Study& study);
JobPlace place_of_job(const Study& study, std::int64_t job);
std::int64_t number_of_job(const Study& study, const JobPlace& place);
std::size_t rate_count(const Arm& arm);  // at least 1
// What its rates are values of. The arm has rates.
const std::string& tuned_key(const Study& study, const Arm& arm);
// "network.depth=2, Muon, optimizer.lr=0.02, seed 3".
std::string job_text(const Study& study, const JobPlace& place);

// The whole run of a job, its budget in the lane's `until` (seconds: only the cap). Throws Error
// where changes do not fit together.
Spec spec_of_job(const Study& study, const JobPlace& place);

// 64 hexadecimal digits of the job's spec, metrics and budget and of what this program's bits are
// (bits_version): equal keys, equal results.
std::string job_key(const Study& study, const Spec& spec);
// Goes up where a change is meant to give other bits (tests/golden/state_hashes.sh).
inline constexpr int bits_version = 1;

}  // namespace muonscope

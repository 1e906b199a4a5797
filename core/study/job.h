#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/problem.h"
#include "core/study/study.h"

namespace muonscope {

// How a job ended.
enum class Outcome { done, not_reached, diverged };
inline constexpr auto outcome_choices = choices_of<Outcome::diverged>(
    {{"done", "done", "Its budget ended, or its recipe."},
     {"not_reached", "not reached", "It ended before the distance or loss of the budget."},
     {"diverged", "diverged", "A number was not finite."}});

struct JobResult {
    Outcome outcome = Outcome::done;
    std::int64_t steps = 0;        // made
    std::vector<double> numbers;   // by metric; NaN: there is none
    std::string fault;             // of one that diverged: "layer 2: gradient is not finite"
    std::uint64_t state_hash = 0;  // of the lane where it ended
    double seconds = 0;            // that it took; no part of what it came to

    // The same bits, whatever time they took.
    bool same_bits(const JobResult& other) const;
};

// A lane from its first step to its last. `problem`: that of the spec's experiment, or null to make
// it. `stop` is asked every few milliseconds; none comes back where it said so. A lane that
// diverged has no numbers but the steps to what it reached before. Throws Error for a metric of a
// column that there is not.
std::optional<JobResult> run_job(const Spec& spec, const Study& study,
                                 std::shared_ptr<const Problem> problem,
                                 const std::function<bool()>& stop);

}  // namespace muonscope

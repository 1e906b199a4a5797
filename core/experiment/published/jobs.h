#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/experiment/lane.h"
#include "core/experiment/published/experiment.h"

// The experiments, one file each. `shift` is added to every generator seed.
namespace muonscope {

std::vector<Job> staged_jobs(std::uint64_t shift);
std::vector<Job> blackbox_jobs(std::uint64_t shift);
std::vector<Job> ce_jobs(std::uint64_t shift);
std::vector<Job> tau_jobs(std::uint64_t shift);
std::vector<Job> dp_jobs(std::uint64_t shift);
std::vector<Job> screening_jobs(std::uint64_t shift);
std::vector<Job> mlp_jobs(std::uint64_t shift);

// Advances a lane until it has finished; about `expected` steps are shown as the whole way.
// Throws Error when it diverges or does not end within a hundred times as many.
Work<> run_to_end(Lane& lane, std::int64_t expected, Watch& watch);

// Advances a lane to step `step`. Throws Error when it ends before.
void run_to(Lane& lane, std::int64_t step);
// The same with pauses, where there are many.
Work<> run_to(Lane& lane, std::int64_t step, Watch& watch);

}  // namespace muonscope

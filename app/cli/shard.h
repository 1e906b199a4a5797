#pragma once

#include <string>

#include "core/study/run.h"

namespace muonscope::cli {

// "2/8", or what the environment says: "slurm", "mpi"; empty: all of it. Throws Error.
Shard shard_in(const std::string& text);

// Where a study's results go unless it is said: "depth.db", "depth.shard-2-of-8.db".
std::string database_of(const std::string& study_file, const Shard& shard);

}  // namespace muonscope::cli

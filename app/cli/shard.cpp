#include "app/cli/shard.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "app/cli/number_in.h"
#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope::cli {
namespace {

constexpr long most_shards = 1'000'000;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// Tasks are numbered as they are in the array, from its smallest on.
Shard of_slurm() {
    const std::string task = variable("SLURM_ARRAY_TASK_ID"),
                      count = variable("SLURM_ARRAY_TASK_COUNT");
    if (task.empty() || count.empty())
        throw Error("--shard slurm", "SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT are not set",
                    "run it in a task of a job array, or give --shard 2/8");
    const std::string least = variable("SLURM_ARRAY_TASK_MIN");
    const long of = whole_number_in(count, "SLURM_ARRAY_TASK_COUNT", 1, most_shards);
    const long first =
        least.empty() ? 1 : whole_number_in(least, "SLURM_ARRAY_TASK_MIN", 0, most_shards);
    const long index =
        whole_number_in(task, "SLURM_ARRAY_TASK_ID", first, first + most_shards) - first + 1;
    if (index > of)
        throw Error("--shard slurm", "the array's numbers are not one after the other",
                    "submit --array=1-N, or give --shard I/N");
    return {index, of};
}

Shard of_mpi() {
    for (const auto& [rank, size] : {std::pair{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                     std::pair{"PMI_RANK", "PMI_SIZE"}}) {
        if (variable(rank).empty() || variable(size).empty()) continue;
        const long of = whole_number_in(variable(size), size, 1, most_shards);
        return {whole_number_in(variable(rank), rank, 0, of - 1) + 1, of};
    }
    throw Error("--shard mpi", "neither OMPI_COMM_WORLD_RANK nor PMI_RANK is set",
                "run it by mpirun or srun, or give --shard 2/8");
}

}  // namespace

Shard shard_in(const std::string& text) {
    if (text.empty()) return {};
    if (text == "slurm") return of_slurm();
    if (text == "mpi") return of_mpi();
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos)
        throw Error("--shard " + in_quotes(text), "is none", "write for example 2/8, slurm or mpi");
    const long of = whole_number_in(text.substr(slash + 1), "--shard", 1, most_shards);
    return {whole_number_in(text.substr(0, slash), "--shard", 1, of), of};
}

std::string database_of(const std::string& study_file, const Shard& shard) {
    const std::string stem = std::filesystem::path(study_file).stem().string();
    return shard.of == 1 ? stem + ".db"
                         : fmt::format("{}.shard-{}-of-{}.db", stem, shard.index, shard.of);
}

}  // namespace muonscope::cli

#include <fmt/format.h>

#include <filesystem>

#include "app/cli/command_line.h"
#include "app/cli/study_commands.h"
#include "core/study/database.h"

namespace muonscope::cli {
namespace {

void remove_database(const std::string& path) {
    std::error_code unremovable;
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part, unremovable);
}

}  // namespace

int study_merge(const StudyMergeArguments& arguments) {
    const Study study = StudyDatabase(arguments.inputs.front()).study();
    std::error_code fault;
    const bool is_new = !std::filesystem::exists(arguments.output, fault);
    try {
        // Each holds the same study: a database of it opens, of another it does not.
        std::vector<StoredResult> all;
        for (const std::string& input : arguments.inputs)
            for (StoredResult& result : StudyDatabase(input, study).results())
                all.push_back(std::move(result));
        StudyDatabase output(arguments.output, study);
        output.add(all);
        fmt::print("{} of {} jobs are in {}\n", output.results().size(), job_count(study),
                   arguments.output);
    } catch (...) {
        if (is_new) remove_database(arguments.output);
        throw;
    }
    return done;
}

}  // namespace muonscope::cli

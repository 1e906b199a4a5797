#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

// What `muonscope study` can do, a file a command.
namespace muonscope::cli {

struct StudyRunArguments {
    std::string file, database, jobs, shard;
    bool chosen = false, yes = false, quiet = false;
};
int study_run(const StudyRunArguments& arguments);

struct StudyShowArguments {
    std::string file, format = "text", figure, configuration, metric, setting;
    bool where = false;
};
int study_show(const StudyShowArguments& arguments);

struct StudyPlanArguments {
    std::string file, shards = "1";
    bool json = false;
};
int study_plan(const StudyPlanArguments& arguments);

struct StudyMergeArguments {
    std::string output;
    std::vector<std::string> inputs;
};
int study_merge(const StudyMergeArguments& arguments);

struct StudySubmitArguments {
    std::string file, shards, folder, partition, memory, time;
    bool slurm = false, dry = false;
};
int study_submit(const StudySubmitArguments& arguments);

struct StudyArguments {
    StudyRunArguments run;
    StudyShowArguments show;
    StudyPlanArguments plan;
    StudyMergeArguments merge;
    StudySubmitArguments submit;
};

// The command with all of its own; what is parsed goes into `arguments`.
CLI::App& add_study(CLI::App& app, StudyArguments& arguments, const std::string& exit_codes);
// Runs the one that was parsed; an exit code.
int run_study_command(const CLI::App& command, const StudyArguments& arguments);

}  // namespace muonscope::cli

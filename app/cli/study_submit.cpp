#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/study_time.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/study/study.h"

namespace muonscope::cli {
namespace {

namespace fs = std::filesystem;

struct Submission {
    std::string stem, program, partition;
    fs::path folder, study;  // study: a file, or the name of one that ships
    long shards = 1, minutes = 1, megabytes = 1;
};

// A task says which shard it is by itself: a task that is submitted again alone is the same shard.
std::string script_of(const Submission& s) {
    const std::string folder = s.folder.string();
    std::string text = fmt::format(
        "#!/bin/sh\n"
        "#SBATCH --job-name={}\n"
        "#SBATCH --array=1-{}\n"
        "#SBATCH --ntasks=1\n"
        "#SBATCH --cpus-per-task=1\n"
        "#SBATCH --time={}\n"
        "#SBATCH --output={}/{}.%a.log\n",
        s.stem, s.shards, s.minutes, folder, s.stem);
    if (s.megabytes > 0) text += fmt::format("#SBATCH --mem={}M\n", s.megabytes);
    if (!s.partition.empty()) text += fmt::format("#SBATCH --partition={}\n", s.partition);
    text += fmt::format(
        "# Again, what is missing of a task: sbatch --array=3 {0}.sbatch\n"
        "# When all have ended: muonscope study merge {0}.db {0}.shard-*-of-{1}.db\n"
        "exec {2} study run {3} -j 1 --yes --shard \"$SLURM_ARRAY_TASK_ID/{1}\" \\\n"
        "    --db {4}\"/{0}.shard-$SLURM_ARRAY_TASK_ID-of-{1}.db\"\n",
        s.stem, s.shards, shell_word(s.program), shell_word(s.study.string()), shell_word(folder));
    return text;
}

// What a command prints; throws where it cannot be run or ends with a fault.
std::string output_of(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (!pipe) throw Error(command, "cannot be started", "free some memory");
    std::string text;
    std::array<char, 4096> part{};
    while (const std::size_t read = std::fread(part.data(), 1, part.size(), pipe))
        text.append(part.data(), read);
    const int status = ::pclose(pipe);
    while (text.ends_with('\n')) text.pop_back();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw Error("sbatch", in_quotes(text, 200),
                    "submit where Slurm is, or add --dry-run and take the script there");
    return text;
}

long number_or(const std::string& typed, const std::string& option, long least, double otherwise) {
    return typed.empty() ? static_cast<long>(otherwise)
                         : whole_number_in(typed, option, least, 1'000'000'000);
}

Submission submission_of(const StudySubmitArguments& arguments, const Study& study) {
    Submission s;
    s.shards = whole_number_in(arguments.shards, "--shards", 1, 1'000'000);
    s.stem = fs::path(arguments.file).stem().string();
    s.study =
        is_shipped_study(arguments.file) ? fs::path(arguments.file) : fs::absolute(arguments.file);
    s.folder = fs::absolute(arguments.folder.empty() ? "." : arguments.folder).lexically_normal();
    s.partition = arguments.partition;
    std::error_code fault;
    s.program = fs::read_symlink("/proc/self/exe", fault).string();
    if (fault) s.program = "muonscope";
    fs::create_directories(s.folder, fault);
    if (fault)
        throw Error("--folder " + in_quotes(s.folder.string()), "cannot be made", "choose another");
    const MeasuredJobs measured = measured_jobs(study);
    const double jobs =
        std::ceil(static_cast<double>(job_count(study)) / static_cast<double>(s.shards));
    const double seconds = measured.seconds * jobs;
    s.minutes = number_or(arguments.time, "--time", 1, std::ceil(2 * seconds / 60) + 1);
    s.megabytes = number_or(arguments.memory, "--memory", 0,
                            std::max(100.0, std::ceil(2 * measured.megabytes)));
    fmt::print("{} jobs in {} tasks of {:.0f}, each about {} and {:.0f} MB here\n",
               job_count(study), s.shards, jobs, time_text(seconds), measured.megabytes);
    return s;
}

}  // namespace

int study_submit(const StudySubmitArguments& arguments) {
    const Study study = chosen_study(arguments.file);
    const Submission s = submission_of(arguments, study);
    const std::string script = (s.folder / (s.stem + ".sbatch")).string();
    write_file(script, script_of(s));
    if (arguments.dry) {
        fmt::print("{} is written; submit it by `sbatch {}`\n", script, shell_word(script));
        return done;
    }
    const std::string job = output_of("sbatch --parsable " + shell_word(script));
    fmt::print("{} is submitted as job {}\n{}\n", script, job,
               output_of("squeue --job " + shell_word(job.substr(0, job.find(';')))));
    return done;
}

}  // namespace muonscope::cli

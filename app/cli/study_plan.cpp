#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/study_time.h"
#include "core/session/crew.h"
#include "core/study/run.h"

namespace muonscope::cli {

int study_plan(const StudyPlanArguments& arguments) {
    const long shards = whole_number_in(arguments.shards, "--shards", 1, 1'000'000);
    const Study study = chosen_study(arguments.file);
    std::size_t rates = 0;
    for (const Arm& arm : study.arms) rates += rate_count(arm);
    fmt::print("{} settings x {} seeds x {} arms ({} with their rates) = {} jobs\n",
               study.settings.size(), study.seeds.size(), study.arms.size(), rates,
               job_count(study));
    const MeasuredJobs measured = measured_jobs(study);
    const double all = measured.seconds * static_cast<double>(job_count(study));
    const int threads = hardware_threads();
    fmt::print("a job takes about {:.2g} s and {:.0f} MB: {} on {} {} of this machine\n",
               measured.seconds, measured.megabytes, time_text(all / threads), threads,
               threads == 1 ? "thread" : "threads");
    StudyOptions chosen;
    chosen.chosen_only = true;
    if (const std::int64_t few = jobs_asked_for(study, chosen); few < job_count(study))
        fmt::print("{} of them with --chosen: {}\n", few,
                   time_text(measured.seconds * static_cast<double>(few) / threads));
    if (shards > 1)
        fmt::print("{} shards of {} jobs, {} each on one thread\n", shards,
                   (job_count(study) + shards - 1) / shards,
                   time_text(all / static_cast<double>(shards)));
    return done;
}

}  // namespace muonscope::cli

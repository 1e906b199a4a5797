#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/number_in.h"
#include "app/cli/study_choice.h"
#include "app/cli/study_commands.h"
#include "app/cli/study_time.h"
#include "app/cli/text_table.h"
#include "core/session/crew.h"
#include "core/study/run.h"

namespace muonscope::cli {

namespace {

using Json = nlohmann::ordered_json;

// What the words and the JSON say.
struct Plan {
    std::size_t rates = 0;           // of all arms
    std::int64_t jobs = 0, few = 0;  // few: with --chosen
    MeasuredJobs measured;
    int threads = 1;
    long shards = 1;

    double seconds(std::int64_t of) const { return measured.seconds * static_cast<double>(of); }
};

Json to_json(const Study& study, const Plan& plan) {
    return {{"study", study.name},
            {"settings", study.settings.size()},
            {"seeds", study.seeds.size()},
            {"arms", study.arms.size()},
            {"arms_with_rates", plan.rates},
            {"jobs", plan.jobs},
            {"jobs_with_chosen", plan.few},
            {"seconds_a_job", plan.measured.seconds},
            {"megabytes_a_job", plan.measured.megabytes},
            {"threads", plan.threads},
            {"shards", plan.shards}};
}

void print(const Study& study, const Plan& plan) {
    const auto say = [](const std::string& sentence) { fmt::print("{}", text_below(sentence)); };
    say(fmt::format("{} settings x {} seeds x {} arms ({} with their rates) = {} jobs",
                    study.settings.size(), study.seeds.size(), study.arms.size(), plan.rates,
                    plan.jobs));
    say(fmt::format("a job takes about {:.2g} s and {:.0f} MB: {} on {} {} of this machine",
                    plan.measured.seconds, plan.measured.megabytes,
                    time_text(plan.seconds(plan.jobs) / plan.threads), plan.threads,
                    plan.threads == 1 ? "thread" : "threads"));
    if (plan.few < plan.jobs)
        say(fmt::format("{} of them with --chosen: {}", plan.few,
                        time_text(plan.seconds(plan.few) / plan.threads)));
    if (plan.shards > 1)
        say(fmt::format("{} shards of {} jobs, {} each on one thread", plan.shards,
                        (plan.jobs + plan.shards - 1) / plan.shards,
                        time_text(plan.seconds(plan.jobs) / static_cast<double>(plan.shards))));
}

}  // namespace

int study_plan(const StudyPlanArguments& arguments) {
    Plan plan;
    plan.shards = whole_number_in(arguments.shards, "--shards", 1, 1'000'000);
    const Study study = chosen_study(arguments.file);
    for (const Arm& arm : study.arms) plan.rates += rate_count(arm);
    StudyOptions chosen;
    chosen.chosen_only = true;
    plan.jobs = job_count(study);
    plan.few = jobs_asked_for(study, chosen);
    plan.measured = measured_jobs(study);
    plan.threads = hardware_threads();
    if (arguments.json)
        fmt::print("{}\n", to_json(study, plan).dump(2));
    else
        print(study, plan);
    return done;
}

}  // namespace muonscope::cli

#include "app/cli/study_time.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cmath>

#include "core/study/job.h"

namespace muonscope::cli {

std::string time_text(double seconds) {
    if (!std::isfinite(seconds)) return "?";
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    if (seconds < 120) return fmt::format("{:.0f} s", seconds);
    if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

MeasuredJobs measured_jobs(const Study& study) {
    MeasuredJobs measured;
    int jobs = 0;
    for (const std::size_t setting : {std::size_t{0}, study.settings.size() - 1})
        for (std::size_t arm = 0; arm < study.arms.size(); ++arm) {
            const Spec spec =
                spec_of_job(study, {setting, 0, arm, rate_count(study.arms[arm]) / 2});
            measured.seconds += run_job(spec, study, nullptr, {})->seconds;
            ++jobs;
        }
    measured.seconds /= jobs;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    measured.megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
    return measured;
}

}  // namespace muonscope::cli

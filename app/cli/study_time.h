#pragma once

#include <string>

#include "core/study/study.h"

namespace muonscope::cli {

std::string time_text(double seconds);  // "0.4 s", "12 s", "3 min", "2.5 h"

// One job of each arm, under the first setting and the last, run to see.
struct MeasuredJobs {
    double seconds = 0;    // a job, on the average
    double megabytes = 0;  // the most that this program has taken
};
MeasuredJobs measured_jobs(const Study& study);

}  // namespace muonscope::cli

#pragma once

#include <functional>

#include "core/base/work.h"

namespace muonscope {

// Seconds that this thread has spent on a processor, so that other programs' share does not count.
double processor_seconds();

// Of one call: quartiles in seconds of processor time, and how many calls they are of.
struct CallTime {
    double lower = 0, median = 0, upper = 0;
    int runs = 0;
};

struct Patience {
    int fewest = 5, most = 60;  // calls
    double enough = .25;        // seconds in all after which `fewest` calls do
    double too_long = 1;        // and after which three do
};

// Calls until patience ends, with a pause after each; the first call, which takes memory, is not
// timed.
Work<CallTime> time_calls(std::function<void()> call, Patience patience = {});

}  // namespace muonscope

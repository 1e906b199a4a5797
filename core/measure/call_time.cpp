#include "core/measure/call_time.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <vector>

namespace muonscope {

double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

Work<CallTime> time_calls(std::function<void()> call, Patience patience) {
    call();
    std::vector<double> seconds;
    double spent = 0;
    const auto had_enough = [&] {
        const auto runs = static_cast<int>(seconds.size());
        return runs >= patience.most || (runs >= patience.fewest && spent >= patience.enough) ||
               (runs >= 3 && spent > patience.too_long);
    };
    while (!had_enough()) {
        co_await pause();
        const double before = processor_seconds();
        call();
        seconds.push_back(processor_seconds() - before);
        spent += seconds.back();
    }
    std::sort(seconds.begin(), seconds.end());
    const auto quantile = [&](double part) {
        return seconds[std::lround(part * static_cast<double>(seconds.size() - 1))];
    };
    co_return CallTime{quantile(.25), quantile(.5), quantile(.75),
                       static_cast<int>(seconds.size())};
}

}  // namespace muonscope

#pragma once

#include <ctime>

namespace muonscope {

// Of this thread on the processor, so that other programs' share of it does not count.
inline double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds(const auto& run) {
    const double start = processor_seconds();
    run();
    return processor_seconds() - start;
}

}  // namespace muonscope

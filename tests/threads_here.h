#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

namespace muonscope::test {

// Threads of this program, now.
inline std::ptrdiff_t threads_here() {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
}

// Those that stay: one that has ended is listed for an instant, and a sanitizer starts one of its
// own with the first.
inline std::ptrdiff_t lasting_threads() {
    using namespace std::chrono_literals;
    std::thread([] {}).join();
    std::ptrdiff_t fewest = threads_here();
    for (int i = 0; i < 20; ++i) {
        std::this_thread::sleep_for(1ms);
        fewest = std::min(fewest, threads_here());
    }
    return fewest;
}

// Whether there are as many, or are soon.
inline bool threads_become(std::ptrdiff_t wanted) {
    using namespace std::chrono_literals;
    for (int i = 0; i < 1000 && threads_here() != wanted; ++i) std::this_thread::sleep_for(1ms);
    return threads_here() == wanted;
}

}  // namespace muonscope::test

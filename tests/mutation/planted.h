#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

// A fault may leave behind what nobody uses any more.
#pragma GCC diagnostic ignored "-Wempty-body"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wdangling-else"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wduplicated-cond"
#pragma GCC diagnostic ignored "-Wlogical-op"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"

// What the scratch copy's sources ask at each planted fault (plant.py writes the questions). The
// program's own sources never include this. Each file has its own copy: some are compiled for
// processors of their own.
namespace planted {
namespace {

// The fault that this process suffers from; 0: none.
inline int active() {
    static const int number = [] {
        const char* text = std::getenv("MUONSCOPE_FAULT");
        return text ? std::atoi(text) : 0;
    }();
    return number;
}

// A file that is told once of every fault the process came by; -1: nobody asks.
inline int trace() {
    static const int file = [] {
        const char* path = std::getenv("MUONSCOPE_FAULT_TRACE");
        return path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
    }();
    return file;
}

inline void came_by(int number) {
    static std::array<std::atomic<bool>, 1024> seen{};
    if (seen[number].exchange(true)) return;
    char line[16];
    const int length = std::snprintf(line, sizeof line, "%d\n", number);
    if (write(trace(), line, static_cast<std::size_t>(length)) < 0) std::abort();
}

inline bool is(int number) {
    if (trace() >= 0) came_by(number);
    return active() == number;
}

}  // namespace
}  // namespace planted

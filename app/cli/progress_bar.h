#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace muonscope::cli {

std::string bar(double share);  // "[#####     ]", as wide for any share

// Lines on stderr, redrawn ten times a second; nothing at all where stderr is not a terminal, or
// `quiet` is asked for.
class ProgressLines {
  public:
    explicit ProgressLines(bool quiet = false);
    ~ProgressLines();  // takes the lines away
    ProgressLines(const ProgressLines&) = delete;
    ProgressLines& operator=(const ProgressLines&) = delete;

    bool due();  // worth making the lines now: there is a terminal and the last ones are old
    void show(const std::vector<std::string>& lines);
    void hide();

  private:
    using Clock = std::chrono::steady_clock;
    void clear();
    bool on_terminal_;
    std::size_t drawn_ = 0;
    Clock::time_point shown_{};
};

// How far a session is: one line.
class ProgressBar {
  public:
    // `from`: where the session is when it begins.
    explicit ProgressBar(std::int64_t steps, std::int64_t from = 0, bool quiet = false)
        : lines_(quiet), steps_(steps), from_(from) {}
    void show(const Session& session);
    void hide() { lines_.hide(); }  // until it is shown again: something else is to be said

  private:
    using Clock = std::chrono::steady_clock;
    ProgressLines lines_;
    std::int64_t steps_, from_;
    Clock::time_point started_ = Clock::now();
};

}  // namespace muonscope::cli

#pragma once

#include <chrono>
#include <cstdint>

#include "core/session/session.h"

namespace muonscope::cli {

// One line on stderr, redrawn ten times a second; nothing at all where stderr is not a terminal.
class ProgressBar {
  public:
    explicit ProgressBar(std::int64_t steps);
    ~ProgressBar();  // takes the line away
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const Session& session);

  private:
    using Clock = std::chrono::steady_clock;
    bool on_terminal_;
    std::int64_t steps_;
    Clock::time_point started_ = Clock::now(), shown_{};
};

}  // namespace muonscope::cli

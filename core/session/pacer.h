#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

// The trainer's view of time: when steps are due, how long a stretch may be, how fast it went.
// Nothing here reaches a result.
namespace muonscope {

using Clock = std::chrono::steady_clock;

// Evenly spaced steps at a wanted speed, by deadlines, so that waiting errors do not add up.
class Pacer {
  public:
    void start(Clock::time_point now, std::int64_t step, double steps_per_second);
    // Steps due by now beyond `step`. When training cannot keep up, what was missed is not
    // made up for in a burst.
    std::int64_t due(Clock::time_point now, std::int64_t step);
    Clock::time_point deadline(std::int64_t step) const;  // of the step after `step`

  private:
    Clock::time_point origin_{};
    std::int64_t first_ = 0;
    double speed_ = 1;
};

// How many steps fit in a stretch of a few milliseconds, from how long the last ones took.
class StretchLength {
  public:
    explicit StretchLength(double seconds) : wanted_(seconds) {}
    std::int64_t steps() const { return steps_; }
    void took(std::int64_t steps, double seconds);

  private:
    double wanted_;
    std::int64_t steps_ = 1;
};

// When something that is done beside training may be done again, so that it takes no more than a
// share of the time, however long it takes.
class Beside {
  public:
    explicit Beside(double share) : share_(share) {}  // 0 to 1
    bool may(Clock::time_point now) const { return now >= next_; }
    void took(Clock::time_point began, Clock::time_point ended);

  private:
    double share_;
    Clock::time_point next_{};
};

// Steps a second over the newest second.
class SpeedMeter {
  public:
    void reset() { marks_.clear(); }
    void add(Clock::time_point now, std::int64_t step);
    double steps_per_second() const;

  private:
    std::deque<std::pair<Clock::time_point, std::int64_t>> marks_;
};

}  // namespace muonscope

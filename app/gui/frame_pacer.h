#pragma once

#include <vector>

namespace muonscope::gui {

// When to draw. Something happened: frames for a short while, sixty a second at most, so that
// hovers and axes settle. Nothing happened: none. Knows no clock; times are seconds, ascending.
class FramePacer {
  public:
    static constexpr double shortest_frame = 1.0 / 60;
    static constexpr double idle_wait = 0.25;  // how late a signal to end may be noticed

    void wake(double now, double seconds);  // draw until then
    bool due(double now) const { return now < awake_until_ && now >= next_frame_; }
    double wait(double now) const;  // how long to wait for events
    void drawn(double began) { next_frame_ = began + shortest_frame; }

  private:
    double awake_until_ = 0, next_frame_ = 0;
};

// How long frames took, in milliseconds.
class FrameTimes {
  public:
    void add(double now, double build, double whole);  // now: seconds, ascending
    double mean_of_newest_second(double now) const;
    long frames() const { return frames_; }
    struct Summary {
        double build_median = 0, build_p99 = 0, frame_median = 0;
    };
    Summary summary() const;  // of the newest 8192 frames

  private:
    struct Entry {
        double at, build, whole;
    };
    std::vector<Entry> ring_;
    long frames_ = 0;
};

}  // namespace muonscope::gui

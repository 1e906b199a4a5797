#include "core/session/pacer.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

void Pacer::start(Clock::time_point now, std::int64_t step, double steps_per_second) {
    origin_ = now;
    first_ = step;
    speed_ = steps_per_second;
}

std::int64_t Pacer::due(Clock::time_point now, std::int64_t step) {
    const double elapsed = std::chrono::duration<double>(now - origin_).count();
    const double behind = elapsed * speed_ - static_cast<double>(step - first_);
    constexpr double most_behind = 0.1;  // seconds
    if (behind > std::max(2.0, most_behind * speed_)) start(now, step, speed_);
    const double target = std::chrono::duration<double>(now - origin_).count() * speed_;
    return std::max<std::int64_t>(
        0, first_ + static_cast<std::int64_t>(std::floor(target + 1e-9)) + 1 - step);
}

Clock::time_point Pacer::deadline(std::int64_t step) const {
    const double seconds = static_cast<double>(step - first_) / speed_;
    return origin_ + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(std::min(seconds, 1e6)));
}

void StretchLength::took(std::int64_t steps, double seconds) {
    if (steps <= 0) return;
    const double each = std::max(seconds / static_cast<double>(steps), 1e-9);
    const double fits = std::min(wanted_ / each, 1e6);
    // A stretch without a measurement says little about the next: grow slowly, shrink at once.
    steps_ = std::clamp<std::int64_t>(static_cast<std::int64_t>(fits), 1, 2 * steps_);
}

void Beside::took(Clock::time_point began, Clock::time_point ended) {
    const std::chrono::duration<double> lasted = ended - began;
    next_ = ended + std::chrono::duration_cast<Clock::duration>(lasted * (1 / share_ - 1));
}

void SpeedMeter::add(Clock::time_point now, std::int64_t step) {
    marks_.emplace_back(now, step);
    while (marks_.size() > 2 && now - marks_[1].first > std::chrono::seconds(1)) marks_.pop_front();
}

double SpeedMeter::steps_per_second() const {
    if (marks_.size() < 2) return 0;
    const double seconds =
        std::chrono::duration<double>(marks_.back().first - marks_.front().first).count();
    if (seconds <= 0) return 0;
    return static_cast<double>(marks_.back().second - marks_.front().second) / seconds;
}

}  // namespace muonscope

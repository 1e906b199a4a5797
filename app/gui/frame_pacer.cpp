#include "app/gui/frame_pacer.h"

#include <algorithm>
#include <cmath>

namespace muonscope::gui {
namespace {

constexpr std::size_t kept = 8192;

double quantile(std::vector<double>& values, double q) {
    if (values.empty()) return 0;
    const auto at =
        static_cast<std::ptrdiff_t>(std::min(std::floor(q * static_cast<double>(values.size())),
                                             static_cast<double>(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[at];
}

}  // namespace

void FramePacer::wake(double now, double seconds) {
    awake_until_ = std::max(awake_until_, now + seconds);
}

double FramePacer::wait(double now) const {
    if (now >= awake_until_) return idle_wait;
    return std::clamp(next_frame_ - now, 0.0, idle_wait);
}

void FrameTimes::add(double now, double build, double whole) {
    const Entry entry{now, build, whole};
    if (ring_.size() < kept)
        ring_.push_back(entry);
    else
        ring_[static_cast<std::size_t>(frames_) % kept] = entry;
    ++frames_;
}

double FrameTimes::mean_of_newest_second(double now) const {
    double sum = 0;
    int count = 0;
    const auto size = static_cast<long>(ring_.size());
    for (long back = 1; back <= size; ++back) {
        const Entry& entry = ring_[static_cast<std::size_t>(frames_ - back) % kept];
        if (entry.at < now - 1) break;
        sum += entry.whole;
        ++count;
    }
    return count > 0 ? sum / count : 0;
}

FrameTimes::Summary FrameTimes::summary() const {
    std::vector<double> build, whole;
    for (const Entry& entry : ring_) {
        build.push_back(entry.build);
        whole.push_back(entry.whole);
    }
    return {quantile(build, 0.5), quantile(build, 0.99), quantile(whole, 0.5)};
}

}  // namespace muonscope::gui

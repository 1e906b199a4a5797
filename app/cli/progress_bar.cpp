#include "app/cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace muonscope::cli {
namespace {

constexpr int cells = 30;

// How far the whole is: as far as the lane that is furthest.
std::string errors_of(const Session& session) {
    std::string text;
    for (int lane = 0; lane < session.lanes(); ++lane) {
        const HistoryView history = session.history(lane);
        if (history.size() > 0)
            text +=
                fmt::format("  {} {:.3g}", session.lane(lane).recipe().name,
                            history.value(history.size() - 1, session.layout().relative_error()));
    }
    return text;
}

}  // namespace

ProgressBar::ProgressBar(std::int64_t steps) : on_terminal_(::isatty(2) == 1), steps_(steps) {}

ProgressBar::~ProgressBar() {
    if (on_terminal_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(const Session& session) {
    if (!on_terminal_) return;
    const Clock::time_point now = Clock::now();
    if (now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - started_).count();
    const double share =
        std::min(1.0, static_cast<double>(session.step()) / static_cast<double>(steps_));
    const int filled = static_cast<int>(share * cells);
    // Lines do not wrap: a wrapped one could not be redrawn.
    fmt::print(
        stderr, "\r\x1b[K\x1b[?7l[{:#<{}}{:{}}] step {} of {}  {:.0f} steps/s  error{}\x1b[?7h", "",
        filled, "", cells - filled, session.step(), steps_,
        seconds > 0 ? static_cast<double>(session.step()) / seconds : 0.0, errors_of(session));
    std::fflush(stderr);
}

}  // namespace muonscope::cli

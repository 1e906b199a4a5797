#include "app/cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace muonscope::cli {
namespace {

constexpr int cells = 20;

// How far the whole is: as far as the lane that is furthest.
std::string errors_of(const Session& session) {
    std::string text;
    for (int lane = 0; lane < session.lanes(); ++lane) {
        if (session.lane(lane).fault()) {
            text += fmt::format(" {} diverged", session.lane(lane).recipe().name);
            continue;
        }
        const HistoryView history = session.history(lane);
        if (history.size() > 0)
            text +=
                fmt::format(" {} {:.3g}", session.lane(lane).recipe().name,
                            history.value(history.size() - 1, session.layout().relative_error()));
    }
    return text;
}

}  // namespace

std::string bar(double share) {
    const int filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * cells);
    return fmt::format("[{:#<{}}{:{}}]", "", filled, "", cells - filled);
}

ProgressLines::ProgressLines(bool quiet) : on_terminal_(!quiet && ::isatty(2) == 1) {}

ProgressLines::~ProgressLines() {
    hide();
}

void ProgressLines::hide() {
    if (on_terminal_) clear();
    drawn_ = 0;
}

bool ProgressLines::due() {
    return on_terminal_ && Clock::now() - shown_ >= std::chrono::milliseconds(100);
}

// Back to where the first line begins; everything from there on goes.
void ProgressLines::clear() {
    if (drawn_ > 1) fmt::print(stderr, "\x1b[{}A", drawn_ - 1);
    fmt::print(stderr, "\r\x1b[J");
}

void ProgressLines::show(const std::vector<std::string>& lines) {
    if (!on_terminal_) return;
    shown_ = Clock::now();
    clear();
    // Lines do not wrap: a wrapped one could not be redrawn.
    fmt::print(stderr, "\x1b[?7l{}\x1b[?7h", fmt::join(lines, "\n"));
    std::fflush(stderr);
    drawn_ = lines.size();
}

void ProgressBar::show(const Session& session) {
    if (!lines_.due()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    const auto step = static_cast<double>(session.step());
    // Two lanes fit into 80 columns.
    lines_.show({fmt::format("{} {} of {}  {:.0f} steps/s  error{}",
                             bar(step / static_cast<double>(steps_)), session.step(), steps_,
                             seconds > 0 ? (step - static_cast<double>(from_)) / seconds : 0.0,
                             errors_of(session))});
}

}  // namespace muonscope::cli

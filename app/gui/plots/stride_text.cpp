#include "app/gui/plots/stride_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/plots/ticks.h"
#include "core/experiment/lane.h"
#include "core/session/snapshot.h"

namespace muonscope::plots {

Stride stride_at(const HistoryView& history, std::size_t sample) {
    const HistoryView::Pair pair = history.pair(sample);
    return {pair.first, pair.last, history.first_step(pair.first), history.step(pair.last)};
}

bool known_between_rows(const Snapshot& snapshot, std::size_t lane, std::size_t channel) {
    if (channel >= snapshot.lanes[lane].history.followed()) return false;
    if (channel > snapshot.layout.error_left()) return true;
    return snapshot.spec && lane < snapshot.spec->lanes.size() &&
           sees_all_data(snapshot.spec->experiment, snapshot.spec->lanes[lane]);
}

std::string stride_title(const HistoryView& history, const Stride& stride, bool between) {
    if (stride.from == stride.to) return fmt::format("step {}", stride.to);
    if (between) return fmt::format("steps {}–{}: last, min – max", stride.from, stride.to);
    if (stride.first == stride.last) return fmt::format("step {}", stride.to);
    return fmt::format("steps {}, {} of {}–{}", history.step(stride.first), stride.to, stride.from,
                       stride.to);
}

std::string stride_value(const HistoryView& history, const Stride& stride, std::size_t channel,
                         bool between) {
    const double last = history.value(stride.last, channel);
    if (stride.from == stride.to) return value_text(last);
    if (!between) {
        if (stride.first == stride.last) return value_text(last);
        return value_text(history.value(stride.first, channel)) + ", " + value_text(last);
    }
    const double low =
        std::fmin(history.low(stride.first, channel), history.low(stride.last, channel));
    const double high =
        std::fmax(history.high(stride.first, channel), history.high(stride.last, channel));
    return fmt::format("{}, {} – {}", value_text(last), value_text(low), value_text(high));
}

std::size_t nearest_sample(const HistoryView& history, double step) {
    std::size_t low = 0, high = history.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (static_cast<double>(history.step(middle)) < step)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == history.size()) return low == 0 ? 0 : low - 1;
    if (low > 0 && step - static_cast<double>(history.step(low - 1)) <
                       static_cast<double>(history.step(low)) - step)
        return low - 1;
    return low;
}

}  // namespace muonscope::plots

#include "app/gui/plots/extent.h"

#include <algorithm>

#include "app/gui/plots/reduction.h"
#include "core/session/snapshot.h"

namespace muonscope::plots {

void Extent::add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
    if (value > 0) smallest = std::min(smallest, value);
}

void Extent::add(const Reduction& reduction, int first, int count, double until) {
    double least = 0, most = 0, positive = 0;
    if (!reduction.extent(first, count, least, most, until)) return;
    add(least);
    add(most);
    if (reduction.smallest_positive(first, count, positive, until)) add(positive);
}

void Extent::add(const LaneSnapshot& lane, const Reduction& reduction, std::size_t first_channel,
                 int first, int count) {
    if (!lane.lost()) {
        add(reduction, first, count);
        return;
    }
    // A bin may hold sound samples and others: it is left out, and the last sound one put in.
    add(reduction, first, count, static_cast<double>(lane.sound_step));
    const HistoryView& history = lane.history;
    const std::size_t sample = history.find(lane.sound_step);
    for (int c = first; c < first + count && sample < history.size(); ++c) {
        const std::size_t channel = first_channel + c;
        if (channel >= history.channels()) break;
        add(history.low(sample, channel));
        add(history.high(sample, channel));
    }
}

}  // namespace muonscope::plots

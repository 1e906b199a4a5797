#include "core/session/level_crossing.h"

#include <cmath>

#include "core/session/history.h"

namespace muonscope {
namespace {

template <class Reached>
LevelCrossing first_row(const HistoryView& history, std::size_t channel, Reached&& reached) {
    if (channel >= history.channels()) return {};
    for (std::size_t row = 0; row < history.size(); ++row)
        if (reached(row)) return {history.first_step(row), history.step(row), row};
    return {};
}

}  // namespace

LevelCrossing first_below(const HistoryView& history, std::size_t channel, double level) {
    return first_row(history, channel, [&](std::size_t row) {
        const double value = history.value(row, channel), low = history.low(row, channel);
        return (std::isfinite(value) && value < level) || (std::isfinite(low) && low < level);
    });
}

LevelCrossing first_above(const HistoryView& history, std::size_t channel, double level) {
    return first_row(history, channel, [&](std::size_t row) {
        const double value = history.value(row, channel), high = history.high(row, channel);
        return (std::isfinite(value) && value > level) || (std::isfinite(high) && high > level);
    });
}

Crossed first_across(const HistoryView& history, std::size_t channel, double level) {
    if (channel >= history.channels()) return {};
    for (std::size_t row = 0; row < history.size(); ++row) {
        const double value = history.value(row, channel);
        if (!std::isfinite(value)) continue;
        return value < level ? Crossed{false, first_above(history, channel, level)}
                             : Crossed{true, first_below(history, channel, level)};
    }
    return {};
}

}  // namespace muonscope

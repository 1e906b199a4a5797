#include "app/gui/plots/value_axis.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/memory.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;

ValueRange linear_range(double low, double high) {
    ValueRange range;
    if (!(high > low)) high = low + std::max(std::abs(low), 1e-12);
    // Headroom, then up to the next tick, so that the range moves seldom and in whole ticks.
    const double span = std::max(high, 0.0) - std::min(low, 0.0);
    const double tick = nice_ceiling(span / 10);
    range.max = high > 0 ? std::ceil((high + 0.02 * span) / tick) * tick : 0;
    range.min = low < 0 ? std::floor((low - 0.02 * span) / tick) * tick : 0;
    return range;
}

ValueRange near_range(double low, double high) {
    const double span = std::max({high - low, 1e-9 * std::abs(high), 1e-12});
    const double tick = nice_ceiling(span / 5);
    ValueRange range;
    range.min = std::floor((low - 0.04 * span) / tick) * tick;
    range.max = std::ceil((high + 0.04 * span) / tick) * tick;
    return range;
}

ValueRange log_range(double smallest, double high, bool has_zero, int decades) {
    ValueRange range;
    if (!(high > 0) || !std::isfinite(high)) high = 1;
    const double top = high * 1.15;
    const double least = high * std::pow(10.0, -decades);
    double bottom = smallest > 0 && std::isfinite(smallest) ? smallest : least;
    range.at_floor = has_zero || bottom < least;
    if (range.at_floor) bottom = std::pow(10.0, std::floor(std::log10(std::max(bottom, least))));
    // Down to 1, 2 or 5 times a power of ten, and at least a factor of two in all.
    const double power = std::pow(10.0, std::floor(std::log10(bottom)));
    const double mantissa = bottom / power;
    bottom = power * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
    if (top / bottom < 2) bottom = top / 2;
    range.scale = {true, bottom};
    range.min = range.at_floor ? bottom * std::pow(top / bottom, -0.04) : bottom;
    range.max = nice_ceiling(top);
    return range;
}

ValueRange symmetric_range(double low, double high) {
    ValueRange range;
    const double farthest = std::max(std::abs(low), std::abs(high));
    if (!(farthest > 0) || !std::isfinite(farthest)) return linear_range(0, 1);
    range.scale.linear_within = std::pow(10.0, std::floor(std::log10(farthest)) - 3);
    // A little room beyond the last value, and none where there is no value on that side.
    const auto end = [&](double value) {
        const double at = range.scale.forward(value);
        return range.scale.inverse(at + std::copysign(0.04 * range.scale.forward(farthest), at));
    };
    range.min = low < 0 ? end(low) : 0;
    range.max = high > 0 ? end(high) : 0;
    return range;
}

Scaling scaling_of(gui::PanelContext& context, std::string_view name, bool logarithmic) {
    ValueAxis& axis = memory(context).axis(name);
    const Scaling own = logarithmic ? Scaling::logarithmic : Scaling::linear;
    if (axis.own != own) axis.asked.reset();
    axis.own = own;
    return axis.asked.value_or(own);
}

void follow_values(gui::PanelContext& context, std::string_view name, const ValueRange& range) {
    ValueAxis& axis = memory(context).axis(name);
    if (axis.frame == ImGui::GetFrameCount()) return;
    axis.frame = ImGui::GetFrameCount();
    const bool same_kind = axis.known && axis.scale.logarithmic == range.scale.logarithmic &&
                           axis.scale.symmetric() == range.scale.symmetric();
    if (!same_kind) axis.known = axis.range.moved = false;
    // What the user chose to see stays where it is: positions would mean other values.
    if (axis.range.moved && range.scale.symmetric()) return;
    if (axis.scale.linear_within != range.scale.linear_within) axis.known = false;
    axis.scale = range.scale;
    axis.at_floor = range.at_floor;
    if (axis.range.moved) return;
    // The floor is no limit of the axis itself: a little room is left below it.
    AxisScale open = range.scale;
    open.floor = 1e-300;
    const double low = open.forward(range.min), high = open.forward(range.max);
    const double span = std::max(high - low, 1e-12);
    const double left = std::max(std::abs(low - axis.range.low), std::abs(high - axis.range.high));
    if (!axis.known || left > 2 * span || left < 0.004 * span) {
        axis.range.low = low;
        axis.range.high = high;
        axis.known = true;
    } else {
        axis.range.low += 0.5 * (low - axis.range.low);
        axis.range.high += 0.5 * (high - axis.range.high);
        context.view.animating = true;
    }
}

namespace {

// One number alone is no scale: then further ones, however close.
Ticks scale_of_ticks(double low, double high, int wanted) {
    Ticks ticks = linear_ticks(low, high, wanted);
    const auto seen = [&] {
        int count = 0;
        for (int i = 0; i < ticks.count; ++i)
            count += ticks.values[i] >= low && ticks.values[i] <= high ? 1 : 0;
        return count;
    };
    for (int more = 1; seen() < 2 && more <= 3; ++more)
        ticks = linear_ticks(low, high, wanted + more);
    return ticks;
}

}  // namespace

Ticks value_ticks(gui::PanelContext& context, std::string_view name, float height) {
    const ValueAxis& axis = memory(context).axis(name);
    const int wanted = std::clamp(static_cast<int>(height / em(2.2F)), 2, 10);
    if (axis.scale.symmetric())
        return round_ticks({axis.range.low, axis.range.high, axis.scale}, wanted);
    if (!axis.scale.logarithmic) return scale_of_ticks(axis.range.low, axis.range.high, wanted);
    const double low = std::pow(10.0, std::clamp(axis.range.low, -300.0, 300.0));
    const double high = std::pow(10.0, std::clamp(axis.range.high, -300.0, 300.0));
    if (!axis.at_floor) return log_ticks(low, high, wanted);
    const Ticks above = log_ticks(axis.scale.floor * 1.01, high, wanted);
    Ticks ticks;
    ticks.add(axis.scale.floor,
              "≤ " + power_of_ten(static_cast<int>(std::lround(std::log10(axis.scale.floor)))));
    const double clearance =
        (axis.range.high - axis.range.low) * static_cast<double>(em(1.2F) / height);
    for (int i = 0; i < above.count; ++i) {
        const std::size_t at = i;
        const bool near = std::log10(above.values[at] / axis.scale.floor) < clearance;
        ticks.add(above.values[at], near ? "" : above.labels[at].data());
    }
    return ticks;
}

}  // namespace muonscope::plots

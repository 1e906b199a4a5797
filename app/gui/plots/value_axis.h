#pragma once

#include <string_view>

#include "app/gui/panel.h"
#include "app/gui/plots/axes.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/ticks.h"

// The value axis of a step plot: which range it should show, how it comes there, what its ticks
// say.
namespace muonscope::plots {

// What a plot's value axis should show.
struct ValueRange {
    double min = 0, max = 1;  // values
    AxisScale scale;
    bool at_floor = false;  // some value lies on the floor: draw and label it
};
// Round limits around [low, high]. Linear: from zero unless values are negative.
ValueRange linear_range(double low, double high);
// The same without zero: as near as round limits come.
ValueRange near_range(double low, double high);
// smallest: the smallest value above zero; shows at most `decades` below `high`.
ValueRange log_range(double smallest, double high, bool has_zero, int decades);

// Where it is, in positions (log10 of the value when logarithmic).
struct ValueAxis {
    AxisRange range;
    bool known = false;  // a range was set before
    AxisScale scale;
    bool at_floor = false;
    int frame = -1;  // moved on once a frame, however many plots share it
};

// Moves the axis of this name towards a range, unless the user chose another; once a frame.
void follow_values(gui::PanelContext& context, std::string_view axis, const ValueRange& range);
// Its ticks for a plot area of this height, the floor's label among them.
Ticks value_ticks(gui::PanelContext& context, std::string_view axis, float height);

}  // namespace muonscope::plots

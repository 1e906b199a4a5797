#pragma once

#include <array>
#include <optional>
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
    AxisScale scale = {};
    bool at_floor = false;  // some value lies on the floor: draw and label it
};
// Round limits around [low, high]. Linear: from zero unless values are negative.
ValueRange linear_range(double low, double high);
// The same without zero: as near as round limits come.
ValueRange near_range(double low, double high);
// smallest: the smallest value above zero; shows at most `decades` below `high`.
ValueRange log_range(double smallest, double high, bool has_zero, int decades);

// Zero in the middle of what is linear, three decades on the side that reaches farther. For values
// of either sign, and for those that a log axis has no room for.
ValueRange symmetric_range(double low, double high);

enum class Scaling { linear, logarithmic, symmetric };
inline constexpr std::array<const char*, 3> scaling_names{"linear", "log", "symmetric log"};

// Where it is, in positions (see AxisScale).
struct ValueAxis {
    AxisRange range;
    bool known = false;  // a range was set before
    AxisScale scale;
    bool at_floor = false;
    int frame = -1;  // moved on once a frame, however many plots share it
    // Chosen in the plot's menu: in place of the panel's own, until that changes.
    std::optional<Scaling> asked = {};
    Scaling own = Scaling::linear;
};

// What the user chose for this axis; the panel's own choice, log or linear, where that is newer.
Scaling scaling_of(gui::PanelContext& context, std::string_view axis, bool logarithmic);

// Moves the axis of this name towards a range, unless the user chose another; once a frame.
void follow_values(gui::PanelContext& context, std::string_view axis, const ValueRange& range);
// Its ticks for a plot area of this height, the floor's label among them.
Ticks value_ticks(gui::PanelContext& context, std::string_view axis, float height);

}  // namespace muonscope::plots

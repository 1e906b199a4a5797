#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/value_axis.h"

// What the menu on right click over a plot says of its axes: limits to type, scales, one step axis
// for all plots or one of its own.
namespace muonscope::plots {

struct MenuAxis {
    std::string title;
    double low = 0, high = 1;  // values, as shown
    std::function<void(double low, double high)> show;
    double lowest = -INFINITY;  // that may be shown
    bool above_zero = false;    // what lies at zero or below has no place on it
    Scaling scaling = Scaling::linear;
    std::vector<Scaling> scalings = {};  // to choose from; none: it has but one
    std::function<void(Scaling)> scale = {};
};

// A submenu with a row an axis.
void axes_menu(gui::PanelContext& context, const std::vector<MenuAxis>& axes,
               const std::function<void()>& more = {});
// Of a plot over steps whose value axis has this name; `rows`: its values are rows, with no scale.
void step_plot_axes_menu(gui::PanelContext& context, std::string_view axis, bool rows = false);

}  // namespace muonscope::plots

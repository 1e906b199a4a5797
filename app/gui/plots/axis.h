#pragma once

#include <algorithm>

#include "app/gui/plots/reduction.h"
#include "imgui.h"

// Values to pixels and back: the same for every kind of plot.
namespace muonscope::plots {

// One direction of a plot as it is shown now.
struct Axis {
    double low = 0, high = 1;  // positions of its ends: values, or their log10
    AxisScale scale = {};

    static Axis between(double min, double max, const AxisScale& scale = {}) {
        AxisScale open = scale;
        open.floor = 0;  // an end may lie below it
        return {open.forward(min), open.forward(max), scale};
    }
    // 0 at the lower end, 1 at the upper one.
    double share(double value) const { return (scale.forward(value) - low) / (high - low); }
    double at_share(double share) const { return scale.inverse(low + share * (high - low)); }
    bool shows(double value) const {
        const double position = scale.forward(value);
        return position >= low && position <= high;
    }
    double min() const { return scale.inverse(low); }
    double max() const { return scale.inverse(high); }
};

// A plot between two axes, as drawn in this frame.
struct Axes {
    ImVec2 position, extent;  // of the plot area, pixels
    Axis x, y;
    bool hovered = false;
    bool pressed = false;  // the left button went down on it, and is down still
    bool clicked = false;  // and came up where it had gone down
    bool moved = false;    // it shows what the user chose
    ImGuiID id = 0;        // of its area's item

    // Far outside, values stay near the edge, so that slopes there are all that is drawn.
    float pixel_x(double value) const { return position.x + near(x.share(value)) * extent.x; }
    float pixel_y(double value) const {
        return position.y + near((y.high - y.scale.forward(value)) / (y.high - y.low)) * extent.y;
    }
    ImVec2 pixel(double x_value, double y_value) const {
        return {pixel_x(x_value), pixel_y(y_value)};
    }
    double value_x(float pixel) const {
        return x.at_share(static_cast<double>((pixel - position.x) / extent.x));
    }
    double value_y(float pixel) const {
        return y.at_share(1 - static_cast<double>((pixel - position.y) / extent.y));
    }
    float right() const { return position.x + extent.x; }
    float bottom() const { return position.y + extent.y; }

  private:
    static float near(double share) { return static_cast<float>(std::clamp(share, -4.0, 5.0)); }
};

}  // namespace muonscope::plots

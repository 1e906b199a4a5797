#include "app/gui/plots/step_plot.h"

#include <algorithm>

#include "app/gui/plots/level.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

float padding_above() {
    return at_scale(6);
}

}  // namespace

float side_padding() {
    return em(1.05F);  // half a step label may stand out
}

float label_height() {
    return 2 * label_line() + 2 * padding_above();
}

Bins curve_bins(const gui::PanelContext& context, std::string_view axis, float width) {
    const ShownSteps shown = shown_steps(context, axis);
    Bins bins{shown.range.min, shown.range.max,
              std::clamp(static_cast<int>(width / 2), 1, Texture::widest), step_scale(context)};
    if (shown.follows && context.snapshot) {
        bins.min = 0;
        bins.max = followed_end(context.snapshot->step);
    }
    return bins;
}

bool begin_step_plot(gui::PanelContext& context, const StepPlotOptions& options, const Ticks& ticks,
                     Axes& plot) {
    begin_frame(context);
    Memory& kept = memory(context);
    ValueAxis& values = kept.axis(options.axis);
    if (options.size.x < em(5) || options.size.y < em(4)) {
        ImGui::Dummy({std::max(1.0F, options.size.x), std::max(1.0F, options.size.y)});
        return false;
    }

    ShownSteps shown = shown_steps(context, options.axis);
    const AxisScale scale = step_scale(context);
    AxisRange steps{scale.forward(shown.range.min), scale.forward(shown.range.max), !shown.follows};
    AxesOptions axes;
    axes.id = options.id;
    axes.size = options.size;
    axes.margins = {side_padding(), side_padding(), padding_above(),
                    (options.step_label ? 2 : 1) * label_line() + padding_above()};
    axes.x.range = &steps;
    axes.x.scale = scale;
    axes.x.title = options.step_label ? step_title(scale) : "";
    axes.x.title_at = 0.5F;
    axes.x.lowest = 0;
    axes.x.highest = scale.forward(1e15);
    axes.x.shortest = scale.linear() ? 4 : 0.05;
    axes.x.ticks = [](const Axis& axis, float length) {
        return step_axis_ticks(axis.scale, axis.min(), axis.max(), length, em(3.4F));
    };
    axes.y.range = &values.range;
    axes.y.scale = values.scale;
    axes.y.labels = options.value_labels;
    axes.y.rests = true;
    axes.y.ticks = [&ticks](const Axis&, float) { return ticks; };
    if (!begin_axes(context, axes, plot)) return false;
    // What nobody moved keeps its round numbers.
    if (steps.low != scale.forward(shown.range.min)) shown.range.min = scale.inverse(steps.low);
    if (steps.high != scale.forward(shown.range.max)) shown.range.max = scale.inverse(steps.high);
    shown.follows = !steps.moved;
    show_steps(context, options.axis, shown);
    if (plot.hovered) kept.hovered_next = std::max(0.0, plot.value_x(ImGui::GetMousePos().x));
    if (values.scale.logarithmic && values.at_floor)
        draw_level(plot, values.scale.floor, u32(context.theme.dim), context.theme.hairline(),
                   em(0.5F), em(0.35F));
    return true;
}

void end_step_plot(gui::PanelContext& context, const Axes& plot) {
    end_axes(context, plot);
}

void follow_everything(gui::PanelContext& context, std::string_view axis) {
    ShownSteps shown = shown_steps(context, axis);
    shown.follows = true;
    show_steps(context, axis, shown);
    memory(context).axis(axis).range.moved = false;
    context.view.animating = true;
}

}  // namespace muonscope::plots

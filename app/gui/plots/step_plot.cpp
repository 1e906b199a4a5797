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

CurveBins curve_bins(const gui::PanelContext& context, float width) {
    CurveBins bins;
    bins.count = std::clamp(static_cast<int>(width / 2), 1, Texture::widest);
    const auto& view = context.view;
    if (view.follow && context.snapshot) {
        bins.min = 0;
        bins.max = followed_end(context.snapshot->step);
    } else {
        bins.min = view.step_min;
        bins.max = view.step_max;
    }
    return bins;
}

bool begin_step_plot(gui::PanelContext& context, const StepPlotOptions& options, const Ticks& ticks,
                     Axes& plot) {
    begin_frame(context);
    Memory& kept = memory(context);
    ValueAxis& values = kept.axis(options.axis);
    auto& view = context.view;
    if (options.size.x < em(5) || options.size.y < em(4)) {
        ImGui::Dummy({std::max(1.0F, options.size.x), std::max(1.0F, options.size.y)});
        return false;
    }

    AxisRange steps{view.step_min, view.step_max, !view.follow};
    AxesOptions axes;
    axes.id = options.id;
    axes.size = options.size;
    axes.margins = {side_padding(), side_padding(), padding_above(),
                    (options.step_label ? 2 : 1) * label_line() + padding_above()};
    axes.x.range = &steps;
    axes.x.title = options.step_label ? "step" : "";
    axes.x.title_at = 0.5F;
    axes.x.lowest = 0;
    axes.x.highest = 1e15;
    axes.x.shortest = 4;
    axes.x.ticks = [](const Axis& axis, float length) {
        return step_ticks(axis.low, axis.high,
                          std::clamp(static_cast<int>(length / em(3.4F)), 1, 12));
    };
    axes.y.range = &values.range;
    axes.y.scale = values.scale;
    axes.y.labels = options.value_labels;
    axes.y.rests = true;
    axes.y.ticks = [&ticks](const Axis&, float) { return ticks; };
    if (!begin_axes(context, axes, plot)) return false;
    view.step_min = steps.low;
    view.step_max = steps.high;
    view.follow = !steps.moved;
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
    context.view.follow = true;
    memory(context).axis(axis).range.moved = false;
    context.view.animating = true;
}

}  // namespace muonscope::plots

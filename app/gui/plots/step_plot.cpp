#include "app/gui/plots/step_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "app/gui/plots/level.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "implot.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

float label_width(const Ticks& ticks) {
    float widest = em(1.9F);
    for (int i = 0; i < ticks.count; ++i)
        widest = std::max(widest,
                          ImGui::CalcTextSize(ticks.labels[static_cast<std::size_t>(i)].data()).x);
    return widest + ImPlot::GetStyle().LabelPadding.x;
}

float side_padding() {
    return em(1.05F);  // half a step label may stand out
}

float label_height() {
    const ImPlotStyle& style = ImPlot::GetStyle();
    return 2 * ImGui::GetFontSize() + 2 * style.LabelPadding.y + 2 * style.PlotPadding.y;
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

namespace {

// Lines of whole pixels have no soft edges to draw.
void draw_grid(const StepPlot& plot, const Ticks& steps, std::span<const double> positions,
               ImU32 colour) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float right = plot.position.x + plot.extent.x, bottom = plot.position.y + plot.extent.y;
    for (int i = 0; i < steps.count; ++i) {
        const float x = std::round(plot.pixel_x(steps.values[static_cast<std::size_t>(i)]));
        if (x >= plot.position.x && x <= right)
            draw->AddRectFilled({x, plot.position.y}, {x + 1, bottom}, colour);
    }
    for (const double position : positions) {
        const float y = std::round(plot.position.y + static_cast<float>((plot.y_max - position) /
                                                                        (plot.y_max - plot.y_min)) *
                                                         plot.extent.y);
        if (y >= plot.position.y && y <= bottom)
            draw->AddRectFilled({plot.position.x, y}, {right, y + 1}, colour);
    }
}

}  // namespace

bool begin_step_plot(gui::PanelContext& context, const StepPlotOptions& options, const Ticks& ticks,
                     StepPlot& plot) {
    begin_frame(context);
    Memory& kept = memory(context);
    ValueAxis& axis = kept.axis(options.axis);
    auto& view = context.view;
    if (options.size.x < em(5) || options.size.y < em(4) || !(axis.max > axis.min)) return false;

    ImPlot::PushStyleVar(ImPlotStyleVar_MinorAlpha, 1.0F);
    ImPlot::PushStyleVar(ImPlotStyleVar_PlotPadding,
                         {side_padding(), ImPlot::GetStyle().PlotPadding.y});
    const ImPlotFlags flags = ImPlotFlags_NoTitle | ImPlotFlags_NoLegend | ImPlotFlags_NoMouseText |
                              ImPlotFlags_NoMenus | ImPlotFlags_NoFrame;
    if (!ImPlot::BeginPlot(options.id, options.size, flags)) {
        ImPlot::PopStyleVar(2);
        return false;
    }
    constexpr ImPlotAxisFlags quiet = ImPlotAxisFlags_NoMenus | ImPlotAxisFlags_NoSideSwitch |
                                      ImPlotAxisFlags_NoTickMarks | ImPlotAxisFlags_NoGridLines |
                                      ImPlotAxisFlags_NoInitialFit;
    ImPlot::SetupAxis(ImAxis_X1, options.step_label ? "step" : nullptr, quiet);
    ImPlot::SetupAxisLinks(ImAxis_X1, &view.step_min, &view.step_max);
    ImPlot::SetupAxisLimitsConstraints(ImAxis_X1, 0, 1e15);
    ImPlot::SetupAxisZoomConstraints(ImAxis_X1, 4, 1e15);
    const float area_width =
        options.size.x - 2 * side_padding() - (options.value_labels ? label_width(ticks) : 0);
    const Ticks steps = step_ticks(view.step_min, view.step_max,
                                   std::clamp(static_cast<int>(area_width / em(3.4F)), 1, 12));
    std::array<const char*, Ticks::capacity> labels{};
    const auto pointers = [&labels](const Ticks& of) {
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = of.labels[i].data();
        return labels.data();
    };
    ImPlot::SetupAxisTicks(ImAxis_X1, steps.values.data(), steps.count, pointers(steps));

    // The wheel moves steps; values only when the mouse is on their axis, or was there before.
    const bool locked = !axis.manual && !axis.hovered;
    ImPlot::SetupAxis(ImAxis_Y1, nullptr,
                      quiet | (locked ? ImPlotAxisFlags_Lock : 0) |
                          (options.value_labels ? 0 : ImPlotAxisFlags_NoTickLabels));
    ImPlot::SetupAxisLinks(ImAxis_Y1, &axis.min, &axis.max);
    std::array<double, Ticks::capacity> positions{};
    for (std::size_t i = 0; i < positions.size(); ++i)
        positions[i] = AxisScale{axis.scale.logarithmic, 1e-300}.forward(ticks.values[i]);
    ImPlot::SetupAxisTicks(ImAxis_Y1, positions.data(), ticks.count, pointers(ticks));
    ImPlot::SetupFinish();

    plot.position = ImPlot::GetPlotPos();
    plot.extent = ImPlot::GetPlotSize();
    const ImPlotRect limits = ImPlot::GetPlotLimits();
    plot.x_min = limits.X.Min;
    plot.x_max = limits.X.Max;
    plot.y_min = limits.Y.Min;
    plot.y_max = limits.Y.Max;
    // Input has been taken by now: what is not as it was before, the user moved.
    const auto moved = [](double before, double after, const ImPlotRange& range) {
        return std::abs(after - before) > 1e-9 * (range.Max - range.Min);
    };
    if (moved(view.step_min, plot.x_min, limits.X) || moved(view.step_max, plot.x_max, limits.X))
        view.follow = false;
    if (moved(axis.min, plot.y_min, limits.Y) || moved(axis.max, plot.y_max, limits.Y))
        axis.manual = true;
    plot.scale = axis.scale;
    plot.hovered = ImPlot::IsPlotHovered();
    if (plot.hovered) kept.hovered_next = std::max(0.0, ImPlot::GetPlotMousePos().x);
    ImPlot::PushPlotClipRect();
    draw_grid(plot, steps, std::span(positions).first(static_cast<std::size_t>(ticks.count)),
              u32(context.theme.grid));
    if (axis.scale.logarithmic && axis.at_floor)
        draw_level(plot, axis.scale.floor, u32(context.theme.dim), context.theme.hairline(),
                   em(0.5F), em(0.35F));
    return true;
}

void end_step_plot(gui::PanelContext& context, const StepPlotOptions& options, StepPlot& plot) {
    Memory& kept = memory(context);
    ValueAxis& axis = kept.axis(options.axis);
    auto& view = context.view;
    ImPlot::PopPlotClipRect();
    const bool steps_hovered = ImPlot::IsAxisHovered(ImAxis_X1);
    axis.hovered = ImPlot::IsAxisHovered(ImAxis_Y1);
    const bool fit = (plot.hovered || steps_hovered || axis.hovered) &&
                     ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    ImPlot::EndPlot();
    ImPlot::PopStyleVar(2);
    if (fit) {
        view.follow = true;
        axis.manual = false;
    }
}

}  // namespace muonscope::plots

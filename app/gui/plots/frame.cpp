#include "app/gui/plots/frame.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/plots/step_axis.h"
#include "app/gui/theme.h"
#include "implot.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

Memory& memory(gui::PanelContext& context) {
    return context.kept<Memory>();
}

void begin_frame(gui::PanelContext& context) {
    Memory& kept = memory(context);
    const int frame = ImGui::GetFrameCount();
    if (kept.frame == frame) return;
    kept.frame = frame;
    kept.hovered_step = kept.hovered_next;
    kept.hovered_next = -1;
    auto& view = context.view;
    view.animating = false;
    if (!context.snapshot || !view.follow) return;
    StepRange shown{view.step_min, view.step_max};
    view.animating = ease(shown, followed_end(context.snapshot->step));
    view.step_min = shown.min;
    view.step_max = shown.max;
}

Dash lane_dash(int lane) {
    constexpr std::array order{Dash::solid, Dash::dashed, Dash::dash_dotted, Dash::dotted};
    return order[static_cast<std::size_t>(lane) % order.size()];
}

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

void follow_values(gui::PanelContext& context, int panel, const ValueRange& range) {
    Memory& kept = memory(context);
    ValueAxis& axis = kept.axes[panel];
    if (axis.frame == ImGui::GetFrameCount()) return;
    axis.frame = ImGui::GetFrameCount();
    if (!axis.known || axis.scale.logarithmic != range.scale.logarithmic) {
        axis.known = axis.manual = false;
    }
    axis.scale = range.scale;
    axis.at_floor = range.at_floor;
    if (axis.manual) return;
    // The floor is no limit of the axis itself: a little room is left below it.
    const AxisScale open{range.scale.logarithmic, 1e-300};
    const double low = open.forward(range.min), high = open.forward(range.max);
    const double span = std::max(high - low, 1e-12);
    const double left = std::max(std::abs(low - axis.min), std::abs(high - axis.max));
    if (!axis.known || left > 2 * span || left < 0.004 * span) {
        axis.min = low;
        axis.max = high;
        axis.known = true;
    } else {
        axis.min += 0.5 * (low - axis.min);
        axis.max += 0.5 * (high - axis.max);
        context.view.animating = true;
    }
}

Ticks value_ticks(gui::PanelContext& context, int panel, float height) {
    const ValueAxis& axis = memory(context).axes[panel];
    const int wanted = std::clamp(static_cast<int>(height / em(2.2F)), 2, 10);
    if (!axis.scale.logarithmic) return linear_ticks(axis.min, axis.max, wanted);
    const double low = std::pow(10.0, std::clamp(axis.min, -300.0, 300.0));
    const double high = std::pow(10.0, std::clamp(axis.max, -300.0, 300.0));
    if (!axis.at_floor) return log_ticks(low, high, wanted);
    const Ticks above = log_ticks(axis.scale.floor * 1.01, high, wanted);
    Ticks ticks;
    ticks.add(axis.scale.floor,
              "≤ " + power_of_ten(static_cast<int>(std::lround(std::log10(axis.scale.floor)))));
    const double clearance = (axis.max - axis.min) * static_cast<double>(em(1.2F) / height);
    for (int i = 0; i < above.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool near = std::log10(above.values[at] / axis.scale.floor) < clearance;
        ticks.add(above.values[at], near ? "" : above.labels[at].data());
    }
    return ticks;
}

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
    ValueAxis& axis = kept.axes[options.panel];
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
    ValueAxis& axis = kept.axes[options.panel];
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

void draw_level(const StepPlot& plot, double value, ImU32 colour, float thickness, float on,
                float off) {
    const float y = std::round(plot.pixel_y(value) - thickness / 2);
    if (!(y >= plot.position.y - 1 && y <= plot.position.y + plot.extent.y + 1)) return;
    const float right = plot.position.x + plot.extent.x;
    const int dashes =
        std::clamp(static_cast<int>((plot.extent.x + off) / (on + off)) + 1, 1, 1000);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PrimReserve(6 * dashes, 4 * dashes);
    for (int i = 0; i < dashes; ++i) {
        const float x = plot.position.x + static_cast<float>(i) * (on + off);
        draw->PrimRect({std::min(x, right), y}, {std::min(x + on, right), y + thickness}, colour);
    }
}

namespace {

// The share of each pixel that dots cover.
bool prepare_dots(Dots& dots, float on, float off) {
    if (dots.on == on && dots.off == off && dots.texture.ready()) return true;
    ImU32* pixels = dots.texture.write(dots.texture.width(), 1);
    if (pixels == nullptr) return false;
    const float period = on + off;
    const auto covered_until = [&](float x) {  // pixels of dots in [0, x)
        const float periods = std::floor(x / period);
        return periods * on + std::min(x - periods * period, on);
    };
    for (int x = 0; x < dots.texture.width(); ++x) {
        const auto at = static_cast<float>(x);
        const float cover = std::clamp(covered_until(at + 1) - covered_until(at), 0.0F, 1.0F);
        pixels[x] = IM_COL32(255, 255, 255, std::lround(cover * 255));
    }
    dots.on = on;
    dots.off = off;
    return true;
}

}  // namespace

void draw_levels(gui::PanelContext& context, const StepPlot& plot, std::span<const double> values,
                 ImU32 colour) {
    const float on = context.theme.scale * 2, off = context.theme.scale * 5;
    const float thickness = context.theme.hairline();
    Dots& dots = memory(context).dots;
    if (!prepare_dots(dots, on, off)) {
        for (const double value : values) draw_level(plot, value, colour, thickness, on, off);
        return;
    }
    // Whole periods, so that a line wider than the texture goes on where it left off.
    const auto width = static_cast<float>(dots.texture.width());
    const float longest = std::floor(width / (on + off)) * (on + off);
    const float left = std::round(plot.position.x), right = plot.position.x + plot.extent.x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushTexture(dots.texture.reference());
    for (const double value : values) {
        const float y = std::round(plot.pixel_y(value) - thickness / 2);
        if (!(y >= plot.position.y - 1 && y <= plot.position.y + plot.extent.y + 1)) continue;
        for (float x = left; x < right; x += longest) {
            const float end = std::min(x + longest, right);
            draw->PrimReserve(6, 4);
            draw->PrimRectUV({x, y}, {end, y + thickness}, {0, 0.5F}, {(end - x) / width, 0.5F},
                             colour);
        }
    }
    draw->PopTexture();
}

void draw_marks(gui::PanelContext& context, const StepPlot& plot, int lane) {
    if (!context.snapshot) return;
    const auto& theme = context.theme;
    const Memory& kept = memory(context);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float bottom = plot.position.y + plot.extent.y, right = plot.position.x + plot.extent.x;
    const float hair = theme.hairline();
    const ImVec2 mouse = ImGui::GetMousePos();
    std::vector<ReadoutRow> hovered;
    std::int64_t hovered_step = 0;
    float free_from = plot.position.x;  // labels do not overlap
    float last_x = -1e9F;
    const auto mark = [&](std::int64_t step, const std::string& text, bool dashed) {
        const auto at = static_cast<double>(step);
        if (at < plot.x_min || at > plot.x_max) return;
        const float x = std::round(plot.pixel_x(at));
        if (plot.hovered && std::abs(mouse.x - x) < em(0.35F)) {
            if (hovered.size() < 8) hovered.push_back({text, "", theme.mark});
            hovered_step = step;
        }
        if (x - last_x < 2) return;
        last_x = x;
        const ImU32 colour = u32(gui::with_alpha(theme.mark, 0.55F));
        if (dashed) {
            const std::array<ImVec2, 2> ends{ImVec2{x, plot.position.y}, ImVec2{x, bottom}};
            const std::array<float, 2> pattern{em(0.3F), em(0.3F)};
            add_dashes(draw, ends, colour, hair, pattern);
        } else {
            draw->AddRectFilled({x, plot.position.y}, {x + hair, bottom}, colour);
        }
        const float size = ImGui::GetFontSize() * 0.82F;
        const float width =
            ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, text.c_str()).x + em(0.4F);
        const float y = bottom - size - em(0.25F);
        if (x + width < right && x >= free_from) {
            draw->AddRectFilled({x + hair, y - em(0.05F)}, {x + width, y + size + em(0.1F)},
                                u32(gui::with_alpha(theme.card, 0.85F)));
            draw->AddText(nullptr, size, {x + em(0.25F), y}, u32(theme.dim), text.c_str());
            free_from = x + width + em(0.3F);
        }
    };
    std::vector<Event> events;
    if (context.snapshot->events) events = *context.snapshot->events;
    const auto& lanes = context.snapshot->lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l)
        if (lanes[l].divergence)
            events.push_back({lanes[l].divergence->step, static_cast<int>(l),
                              lane < 0 ? lanes[l].name + " diverged" : "diverged"});
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.step < b.step; });
    for (const Event& event : events)
        if (lane < 0 || event.lane < 0 || event.lane == lane) mark(event.step, event.text, false);
    if (context.snapshot->spec)
        for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l) {
            if (lane >= 0 && static_cast<int>(l) != lane) continue;
            const LaneSnapshot& shown = context.snapshot->lanes[l];
            // Phases in turns change at too many steps to mark.
            if (l >= context.snapshot->spec->lanes.size() ||
                context.snapshot->spec->lanes[l].repeats)
                continue;
            const auto& phases = context.snapshot->spec->lanes[l].phases;
            std::int64_t step = 0;
            last_x = -1e9F;
            for (std::size_t p = 0; p + 1 < phases.size() && p < shown.phase_steps.size() &&
                                    static_cast<int>(p) < shown.phase;
                 ++p) {
                step += shown.phase_steps[p];
                mark(step, phases[p + 1].name, true);
            }
        }
    if (kept.hovered_step >= 0 && kept.hovered_step >= plot.x_min &&
        kept.hovered_step <= plot.x_max) {
        const float x = std::round(plot.pixel_x(kept.hovered_step));
        draw->AddRectFilled({x, plot.position.y}, {x + hair, bottom},
                            u32(gui::with_alpha(theme.mark, 0.35F)));
    }
    if (!hovered.empty())
        draw_readout(context, "step " + step_text(static_cast<double>(hovered_step)), hovered);
}

void draw_readout(gui::PanelContext& context, const std::string& title,
                  std::span<const ReadoutRow> rows) {
    if (!ImGui::BeginTooltip()) return;
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::TextUnformatted(title.c_str());
    ImGui::PopStyleColor();
    float names = 0;
    for (const ReadoutRow& row : rows)
        names = std::max(names, ImGui::CalcTextSize(row.name.c_str()).x);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (const ReadoutRow& row : rows) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float middle = at.y + ImGui::GetTextLineHeight() / 2;
        draw->AddRectFilled({at.x, middle - em(0.08F)}, {at.x + em(0.8F), middle + em(0.08F)},
                            u32(row.colour));
        ImGui::SetCursorScreenPos({at.x + em(1.2F), at.y});
        ImGui::TextUnformatted(row.name.c_str());
        if (row.value.empty()) continue;
        ImGui::SameLine();
        ImGui::SetCursorScreenPos({at.x + em(2) + names, at.y});
        ImGui::PushFont(context.fonts.mono, 0);
        ImGui::TextUnformatted(row.value.c_str());
        ImGui::PopFont();
    }
    ImGui::EndTooltip();
}

void draw_dot(const gui::PanelContext& context, const StepPlot& plot, double step, double value,
              const ImVec4& colour) {
    if (!std::isfinite(value)) return;
    const ImVec2 at{plot.pixel_x(step), plot.pixel_y(value)};
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled(at, em(0.24F), u32(context.theme.card), 12);
    draw->AddCircleFilled(at, em(0.17F), u32(colour), 12);
}

std::size_t nearest_sample(const HistoryView& history, double step) {
    std::size_t low = 0, high = history.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (static_cast<double>(history.step(middle)) < step)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == history.size()) return low == 0 ? 0 : low - 1;
    if (low > 0 && step - static_cast<double>(history.step(low - 1)) <
                       static_cast<double>(history.step(low)) - step)
        return low - 1;
    return low;
}

}  // namespace muonscope::plots

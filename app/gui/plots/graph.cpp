#include "app/gui/plots/graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// 0 at the axis' lower end, 1 at its upper one.
double share(const GraphAxis& axis, double value) {
    if (!axis.logarithmic) return (value - axis.min) / (axis.max - axis.min);
    if (!(value > 0)) return -4;
    return std::log(value / axis.min) / std::log(axis.max / axis.min);
}

double at_share(const GraphAxis& axis, double part) {
    if (!axis.logarithmic) return axis.min + part * (axis.max - axis.min);
    return axis.min * std::pow(axis.max / axis.min, part);
}

Ticks ticks_of(const GraphAxis& axis, float length, float apart) {
    const int wanted = std::clamp(static_cast<int>(length / apart), 2, 10);
    return axis.logarithmic ? log_ticks(axis.min, axis.max, wanted)
                            : linear_ticks(axis.min, axis.max, wanted);
}

bool drawable(const GraphAxis& axis) {
    return std::isfinite(axis.min) && std::isfinite(axis.max) && axis.max > axis.min &&
           (!axis.logarithmic || axis.min > 0);
}

float dash_unit(const gui::PanelContext& context) {
    return context.theme.scale * 1.3F;
}

void draw_small_word(gui::PanelContext& context, ImVec2 at, const std::string& word) {
    const float size = ImGui::GetFontSize() * 0.85F;
    const float width = ImGui::GetFont()->CalcTextSizeA(size, 1e6F, 0, word.c_str()).x;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled({at.x - em(0.2F), at.y}, {at.x + width + em(0.2F), at.y + size + em(0.1F)},
                        u32(gui::with_alpha(context.theme.card, 0.85F)));
    draw->AddText(nullptr, size, at, u32(context.theme.dim), word.c_str());
}

}  // namespace

float Graph::pixel_x(double value) const {
    return position.x + extent.x * static_cast<float>(std::clamp(share(x, value), -4.0, 5.0));
}
float Graph::pixel_y(double value) const {
    return position.y + extent.y * static_cast<float>(1 - std::clamp(share(y, value), -4.0, 5.0));
}
double Graph::value_x(float pixel) const {
    return at_share(x, static_cast<double>((pixel - position.x) / extent.x));
}
double Graph::value_y(float pixel) const {
    return at_share(y, 1 - static_cast<double>((pixel - position.y) / extent.y));
}

bool begin_graph(gui::PanelContext& context, const GraphOptions& options, Graph& graph) {
    const gui::Theme& theme = context.theme;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight();
    const float words =
        options.y.label.empty() ? 0 : ImGui::CalcTextSize(options.y.label.c_str()).x + em(1.5F);
    const LegendPlaces key = place_legend(options.key, options.size, words);
    const float above =
        std::max(key.height + em(0.2F), options.y.label.empty() ? em(0.5F) : line + em(0.3F));
    const float below = line + em(0.5F) + (options.x.label.empty() ? 0 : line);
    const float height = options.size.y - above - below;
    graph.x = options.x;
    graph.y = options.y;
    const bool possible = drawable(graph.x) && drawable(graph.y);
    const Ticks y_ticks = possible ? ticks_of(graph.y, height, em(2)) : Ticks{};
    const float labels = label_width(y_ticks), side = em(1);
    graph.position = {origin.x + labels, origin.y + above};
    graph.extent = {options.size.x - labels - side, height};
    if (!possible || graph.extent.x < em(4) || height < em(2.5F)) {
        ImGui::Dummy({std::max(1.0F, options.size.x), std::max(1.0F, options.size.y)});
        return false;
    }
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 corner{graph.right(), graph.bottom()};
    for (int i = 0; i < y_ticks.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const char* label = y_ticks.labels[at].data();
        if (*label == '\0') continue;
        const float y = std::round(graph.pixel_y(y_ticks.values[at]));
        draw->AddRectFilled({graph.position.x, y}, {corner.x, y + 1}, u32(theme.grid));
        const ImVec2 extent = ImGui::CalcTextSize(label);
        draw->AddText({graph.position.x - extent.x - em(0.35F), y - extent.y / 2}, u32(theme.dim),
                      label);
    }
    const Ticks x_ticks = ticks_of(graph.x, graph.extent.x, em(3.6F));
    for (int i = 0; i < x_ticks.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const char* label = x_ticks.labels[at].data();
        if (*label == '\0') continue;
        const float x = std::round(graph.pixel_x(x_ticks.values[at]));
        draw->AddRectFilled({x, graph.position.y}, {x + 1, corner.y}, u32(theme.grid));
        draw->AddText({x - ImGui::CalcTextSize(label).x / 2, corner.y + em(0.3F)}, u32(theme.dim),
                      label);
    }
    draw->AddRect(graph.position, corner, u32(theme.border), 0, 0, theme.hairline());
    if (!options.y.label.empty())
        draw->AddText({origin.x, origin.y}, u32(theme.dim), options.y.label.c_str());
    draw_legend(context, origin, key, options.key);
    if (!options.x.label.empty())
        draw->AddText({corner.x - ImGui::CalcTextSize(options.x.label.c_str()).x,
                       corner.y + line + em(0.35F)},
                      u32(theme.dim), options.x.label.c_str());
    ImGui::BeginGroup();  // one item of the whole size for what comes after
    ImGui::Dummy(options.size);
    ImGui::SetCursorScreenPos(graph.position);
    ImGui::InvisibleButton(options.id, graph.extent);
    graph.hovered = ImGui::IsItemHovered();
    graph.pressed = ImGui::IsItemActive();
    ImGui::EndGroup();
    draw->PushClipRect(graph.position, corner, true);
    return true;
}

void end_graph(gui::PanelContext&, const Graph&) {
    ImGui::GetWindowDrawList()->PopClipRect();
}

void draw_line(gui::PanelContext& context, const Graph& graph, std::span<const double> x,
               std::span<const double> y, const ImVec4& colour, float thickness, Dash dash) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    std::vector<ImVec2> points;
    const auto flush = [&] {
        add_line(draw, points, u32(colour), thickness, dash, dash_unit(context));
        points.clear();
    };
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        if (!std::isfinite(x[i]) || !std::isfinite(y[i])) {
            flush();
            continue;
        }
        points.push_back(graph.pixel(x[i], y[i]));
    }
    flush();
}

void draw_function(gui::PanelContext& context, const Graph& graph,
                   const std::function<double(double)>& f, const ImVec4& colour, float thickness,
                   Dash dash) {
    std::vector<double> x, y;
    for (float at = graph.position.x; at <= graph.right(); ++at) {
        x.push_back(graph.value_x(at));
        y.push_back(f(x.back()));
    }
    draw_line(context, graph, x, y, colour, thickness, dash);
}

void draw_vertical(gui::PanelContext& context, const Graph& graph, double x, const ImVec4& colour,
                   Dash dash, const std::string& word) {
    const float at = std::round(graph.pixel_x(x)) + 0.5F;
    if (!(at >= graph.position.x && at <= graph.right())) return;
    const std::array<ImVec2, 2> ends{ImVec2{at, graph.position.y}, ImVec2{at, graph.bottom()}};
    add_line(ImGui::GetWindowDrawList(), ends, u32(colour), context.theme.hairline() * 1.3F, dash,
             dash_unit(context));
    if (word.empty()) return;
    const float width = ImGui::CalcTextSize(word.c_str()).x * 0.85F;
    const float left =
        at + width + em(0.8F) < graph.right() ? at + em(0.4F) : at - width - em(0.4F);
    draw_small_word(context, {left, graph.position.y + em(0.3F)}, word);
}

void draw_horizontal(gui::PanelContext& context, const Graph& graph, double y, const ImVec4& colour,
                     Dash dash, const std::string& word) {
    const float at = std::round(graph.pixel_y(y)) + 0.5F;
    if (!(at >= graph.position.y && at <= graph.bottom())) return;
    const std::array<ImVec2, 2> ends{ImVec2{graph.position.x, at}, ImVec2{graph.right(), at}};
    add_line(ImGui::GetWindowDrawList(), ends, u32(colour), context.theme.hairline() * 1.3F, dash,
             dash_unit(context));
    if (word.empty()) return;
    const float width = ImGui::CalcTextSize(word.c_str()).x * 0.85F;
    draw_small_word(context, {graph.right() - width - em(0.4F), at - em(1.1F)}, word);
}

void draw_point(gui::PanelContext& context, const Graph& graph, double x, double y,
                const ImVec4& colour) {
    if (!std::isfinite(x) || !std::isfinite(y)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled(graph.pixel(x, y), em(0.28F), u32(context.theme.card), 12);
    draw->AddCircleFilled(graph.pixel(x, y), em(0.2F), u32(colour), 12);
}

}  // namespace muonscope::plots

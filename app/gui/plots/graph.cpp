#include "app/gui/plots/graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "imgui_internal.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// 0 at the axis' lower end, 1 at its upper one.
double share(const GraphAxis& axis, double value) {
    if (!axis.logarithmic) return (value - axis.min) / (axis.max - axis.min);
    value = std::max(value, axis.floor);
    if (!(value > 0)) return -4;
    return std::log(value / axis.min) / std::log(axis.max / axis.min);
}

double at_share(const GraphAxis& axis, double part) {
    if (!axis.logarithmic) return axis.min + part * (axis.max - axis.min);
    return axis.min * std::pow(axis.max / axis.min, part);
}

Ticks ticks_of(const GraphAxis& axis, float length, float apart) {
    if (axis.ticks) return axis.ticks(axis.min, axis.max, length);
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

namespace {

struct GraphViews {
    std::map<std::string, GraphView, std::less<>> by_id;
};

GraphView& view_of(const gui::PanelContext& context, const char* id) {
    auto& all = context.kept<GraphViews>().by_id;
    const auto found = all.find(std::string_view(id));
    return found != all.end() ? found->second : all[id];
}

// The range that the user chose, as long as the axes are of the same kind.
void take_view(GraphView& view, Graph& graph) {
    if (view.x_logarithmic != graph.x.logarithmic || view.y_logarithmic != graph.y.logarithmic)
        view.manual = false;
    view.x_logarithmic = graph.x.logarithmic;
    view.y_logarithmic = graph.y.logarithmic;
    if (!view.manual) return;
    graph.x.min = view.x_min;
    graph.x.max = view.x_max;
    graph.y.min = view.y_min;
    graph.y.max = view.y_max;
}

// Between two shares of what the axis shows now.
void show(const GraphAxis& axis, double from, double to, double& min, double& max) {
    const double low = at_share(axis, from), high = at_share(axis, to);
    const double least = 1e-9 * std::max(std::abs(low), std::abs(high));
    if (!std::isfinite(low) || !std::isfinite(high) || high - low <= least) return;
    min = low;
    max = high;
}

void show(gui::PanelContext& context, GraphView& view, const Graph& graph, ImVec2 from, ImVec2 to) {
    if (!view.manual) {
        view.x_min = graph.x.min;
        view.x_max = graph.x.max;
        view.y_min = graph.y.min;
        view.y_max = graph.y.max;
    }
    const auto across = [&](float x) {
        return static_cast<double>((x - graph.position.x) / graph.extent.x);
    };
    const auto up = [&](float y) {
        return 1 - static_cast<double>((y - graph.position.y) / graph.extent.y);
    };
    show(graph.x, across(from.x), across(to.x), view.x_min, view.x_max);
    show(graph.y, up(to.y), up(from.y), view.y_min, view.y_max);
    view.manual = true;
    context.view.animating = true;  // it is drawn by the next frame
}

// The corner, smaller or larger by a factor, as seen from the mouse.
void zoom(gui::PanelContext& context, GraphView& view, const Graph& graph, float wheel) {
    const float factor = std::pow(1.1F, -wheel);
    const ImVec2 mouse = ImGui::GetMousePos();
    ImVec2 from = graph.position, to{graph.right(), graph.bottom()};
    if (mouse.x >= graph.position.x) {
        from.x = mouse.x + (from.x - mouse.x) * factor;
        to.x = mouse.x + (to.x - mouse.x) * factor;
    }
    if (mouse.y <= graph.bottom()) {
        from.y = mouse.y + (from.y - mouse.y) * factor;
        to.y = mouse.y + (to.y - mouse.y) * factor;
    }
    show(context, view, graph, from, to);
}

void choose_box(gui::PanelContext& context, GraphView& view, const Graph& graph) {
    if (graph.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
        view.boxing = true;
        view.boxed_from = ImGui::GetMousePos();
    }
    if (!view.boxing) return;
    const ImVec2 mouse = ImGui::GetMousePos(), corner{graph.right(), graph.bottom()};
    const auto inside = [](float at, float low, float high) { return std::clamp(at, low, high); };
    const ImVec2 now{inside(mouse.x, graph.position.x, corner.x),
                     inside(mouse.y, graph.position.y, corner.y)};
    const ImVec2 from{std::min(view.boxed_from.x, now.x), std::min(view.boxed_from.y, now.y)};
    const ImVec2 to{std::max(view.boxed_from.x, now.x), std::max(view.boxed_from.y, now.y)};
    const bool large = to.x - from.x > em(0.5F) && to.y - from.y > em(0.5F);
    if (ImGui::IsMouseDown(ImGuiMouseButton_Right)) {
        if (large)
            ImGui::GetWindowDrawList()->AddRectFilled(
                from, to, u32(gui::with_alpha(context.theme.accent, 0.15F)));
        return;
    }
    view.boxing = false;
    if (large) show(context, view, graph, from, to);
}

// After the plot area's own item: what the mouse does to the ranges, from the next frame on.
void move_by_mouse(gui::PanelContext& context, const GraphOptions& options, const Graph& graph,
                   ImVec2 origin) {
    GraphView& view = view_of(context, options.id);
    const ImGuiIO& io = ImGui::GetIO();
    const ImVec2 end{graph.right(), origin.y + options.size.y};
    const bool over_labels = ImGui::IsWindowHovered() && !graph.hovered &&
                             ImGui::IsMouseHoveringRect({origin.x, graph.position.y}, end);
    if (graph.hovered) ImGui::SetItemKeyOwner(ImGuiKey_MouseWheelY);
    if ((graph.hovered || over_labels) && io.MouseWheel != 0)
        zoom(context, view, graph, io.MouseWheel);
    if ((graph.hovered || over_labels) && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        view.manual = false;
        context.view.animating = true;
    } else if (graph.pressed && !options.drags &&
               ImGui::IsMouseDragging(ImGuiMouseButton_Left, em(0.3F)) &&
               (io.MouseDelta.x != 0 || io.MouseDelta.y != 0)) {
        show(context, view, graph,
             {graph.position.x - io.MouseDelta.x, graph.position.y - io.MouseDelta.y},
             {graph.right() - io.MouseDelta.x, graph.bottom() - io.MouseDelta.y});
    }
    choose_box(context, view, graph);
}

void draw_y_axis(const gui::PanelContext& context, const Graph& graph, const Ticks& ticks) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (int i = 0; i < ticks.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const char* label = ticks.labels[at].data();
        if (*label == '\0') continue;
        const float y = std::round(graph.pixel_y(ticks.values[at]));
        if (graph.y.lines)
            draw->AddRectFilled({graph.position.x, y}, {graph.right(), y + 1},
                                u32(context.theme.grid));
        const ImVec2 extent = ImGui::CalcTextSize(label);
        draw->AddText({graph.position.x - extent.x - em(0.35F), y - extent.y / 2},
                      u32(context.theme.dim), label);
    }
}

// A label that would stand out at an end is moved in.
void draw_x_axis(const gui::PanelContext& context, const Graph& graph, float right) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const Ticks ticks = ticks_of(graph.x, graph.extent.x, em(3.6F));
    for (int i = 0; i < ticks.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const char* label = ticks.labels[at].data();
        if (*label == '\0') continue;
        const float x = std::round(graph.pixel_x(ticks.values[at]));
        if (graph.x.lines)
            draw->AddRectFilled({x, graph.position.y}, {x + 1, graph.bottom()},
                                u32(context.theme.grid));
        const float width = ImGui::CalcTextSize(label).x;
        draw->AddText({std::min(x - width / 2, std::max(graph.position.x, right - width)),
                       graph.bottom() + em(0.3F)},
                      u32(context.theme.dim), label);
    }
}

void draw_titles(const gui::PanelContext& context, const Graph& graph, ImVec2 at) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    if (!graph.y.label.empty()) draw->AddText(at, u32(context.theme.dim), graph.y.label.c_str());
    if (!graph.x.label.empty())
        draw->AddText({graph.right() - ImGui::CalcTextSize(graph.x.label.c_str()).x,
                       graph.bottom() + ImGui::GetTextLineHeight() + em(0.35F)},
                      u32(context.theme.dim), graph.x.label.c_str());
}

}  // namespace

bool begin_graph(gui::PanelContext& context, const GraphOptions& options, Graph& graph) {
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
    take_view(view_of(context, options.id), graph);
    const bool possible = drawable(graph.x) && drawable(graph.y);
    const Ticks y_ticks = possible ? ticks_of(graph.y, height, em(2)) : Ticks{};
    const float labels = label_width(y_ticks), side = em(1);
    graph.position = {origin.x + labels, origin.y + above};
    graph.extent = {options.size.x - labels - side, height};
    if (!possible || graph.extent.x < em(3) || height < em(2)) {
        ImGui::Dummy({std::max(1.0F, options.size.x), std::max(1.0F, options.size.y)});
        return false;
    }
    draw_y_axis(context, graph, y_ticks);
    draw_x_axis(context, graph, origin.x + options.size.x);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 corner{graph.right(), graph.bottom()};
    draw->AddRect(graph.position, corner, u32(context.theme.border), 0, 0,
                  context.theme.hairline());
    // Before the names of lines, else over the plot.
    draw_titles(context, graph, {options.key.empty() ? graph.position.x : origin.x, origin.y});
    draw_legend(context, origin, key, options.key);
    ImGui::BeginGroup();  // one item of the whole size for what comes after
    ImGui::Dummy(options.size);
    ImGui::SetCursorScreenPos(graph.position);
    ImGui::InvisibleButton(options.id, graph.extent);
    graph.hovered = ImGui::IsItemHovered();
    graph.pressed = ImGui::IsItemActive();
    const ImVec2 dragged = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
    graph.clicked = graph.hovered && ImGui::IsItemDeactivated() &&
                    std::abs(dragged.x) + std::abs(dragged.y) < em(0.3F);
    move_by_mouse(context, options, graph, origin);
    ImGui::EndGroup();
    draw->PushClipRect(graph.position, corner, true);
    return true;
}

void end_graph(gui::PanelContext&, const Graph&) {
    ImGui::GetWindowDrawList()->PopClipRect();
}

void fit_graph(gui::PanelContext& context, const char* id) {
    view_of(context, id).manual = false;
    context.view.animating = true;
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

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/representations.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

// Points after each layer in the plane of two directions.
namespace muonscope::gui {

using namespace plots;

namespace {

const RepresentationsView& view_of(const PanelContext& context) {
    return context.kept<RepresentationsView>();
}

// All that is drawn of a cell at places of its own.
void for_each_place(const PanelContext& context, const RepresentationCell& cell,
                    const std::function<void(const Eigen::Vector3d&)>& add) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    const DrawnPoints* points = points_in(context, cell);
    const Matrix* at = drawn_at(context, cell);
    if (at == nullptr) return;
    const auto add_points = [&](const Matrix& some) {
        for (Eigen::Index i = 0; i < some.cols(); ++i) add(some.col(i));
    };
    add_points(*at);
    const auto layer = static_cast<std::size_t>(cell.layer);
    if (chosen.start && layer < points->start.size()) add_points(points->start[layer]);
    if (!shows_spreads(context)) return;
    for (const ClassSpread& spread : spreads_in(context, cell).space) {
        if (spread.count < 2) continue;
        const Eigen::Vector3d reach = spread.covariance.diagonal().cwiseMax(0).cwiseSqrt();
        for (int k = 0; k < 3; ++k)
            for (const double side : {-1.0, 1.0})
                add(spread.mean + side * reach(k) * Eigen::Vector3d::Unit(k));
    }
}

}  // namespace

void set_boxes(const PanelContext& context, RepresentationSheet& sheet) {
    const bool own = context.chosen<RepresentationsChoices>().own_scale;
    const auto key = [&](const RepresentationCell& cell) {
        return std::pair{cell.layer, own ? cell.lane : 0};
    };
    std::map<std::pair<int, int>, PointBox> boxes;
    std::map<std::pair<int, int>, double> reaches;
    for (const RepresentationCell& cell : sheet.cells)
        for_each_place(context, cell, [&](const Eigen::Vector3d& at) { boxes[key(cell)].add(at); });
    for (RepresentationCell& cell : sheet.cells) cell.box = rounded(boxes[key(cell)]);
    for (const RepresentationCell& cell : sheet.cells) {
        double& reach = reaches[key(cell)];
        for_each_place(context, cell, [&](const Eigen::Vector3d& at) {
            const double away = (at - cell.box.middle()).norm();
            if (std::isfinite(away)) reach = std::max(reach, away);
        });
    }
    for (RepresentationCell& cell : sheet.cells) {
        const double away = cell.box.middle().norm();
        const double reach = reaches[key(cell)];
        cell.reach = reach > 0 ? rounded_up(reach) : away > 0 ? away : 1;
    }
}

namespace {

// Pictures of one layer are zoomed together, those of a scale of their own alone.
std::string range_name(const PanelContext& context, const RepresentationCell& cell) {
    if (context.chosen<RepresentationsChoices>().own_scale)
        return fmt::format("##layer {} of lane {}", cell.layer + 1, cell.lane + 1);
    return fmt::format("##layer {}", cell.layer + 1);
}

struct PlaneRange {
    double x_low, x_high, y_low, y_high;
};
// The box in the middle, as large as it fits with some room at the edges; a unit is as long up as
// it is across.
PlaneRange range_of(const RepresentationCell& cell) {
    const Eigen::Vector3d middle = cell.box.middle(), extent = cell.box.extent();
    const auto room = [](float pixels) {
        return static_cast<double>(std::max(pixels - em(1.1F), 1.0F));
    };
    double per_pixel = std::max(extent.x() / room(cell.size.x), extent.y() / room(cell.size.y));
    if (!(per_pixel > 0)) {  // all on one place
        const double size = std::max(std::abs(middle.x()), std::abs(middle.y()));
        per_pixel = (size > 0 ? size : 1) / room(std::min(cell.size.x, cell.size.y));
    }
    const double across = per_pixel * static_cast<double>(cell.size.x) / 2;
    const double up = per_pixel * static_cast<double>(cell.size.y) / 2;
    return {middle.x() - across, middle.x() + across, middle.y() - up, middle.y() + up};
}

// At rest a line through zero alone: how long a unit is a bar in the corner says.
ChartAxis axis_of(double low, double high) {
    ChartAxis axis;
    axis.min = low;
    axis.max = high;
    const double slack = 1e-4 * (high - low);
    axis.ticks = [low, high, slack](double min, double max, float pixels) {
        if (std::abs(min - low) > slack || std::abs(max - high) > slack)
            return linear_ticks(min, max, std::clamp(static_cast<int>(pixels / em(3)), 2, 6));
        Ticks ticks;
        if (min < 0 && max > 0) ticks.add(0, "");
        return ticks;
    };
    return axis;
}

// Every so many points in the shapes of their classes, and where `coloured` in their colours.
Points points_of(const PanelContext& context, const Matrix& at, int stride, bool coloured) {
    const std::vector<int>& kinds = kinds_of(context);
    Points points;
    points.radius = context.theme.point() / em(1);
    for (Eigen::Index i = 0; i < at.cols(); i += stride) {
        const int kind = kinds[static_cast<std::size_t>(i)];
        points.x.push_back(at(0, i));
        points.y.push_back(at(1, i));
        points.kinds.push_back(static_cast<Shape>(kind % shapes));
        if (coloured) points.colours.push_back(kind_colour(context, kind));
    }
    return points;
}

// Grey, half of the points of classes: where all lanes began.
Points start_of(const PanelContext& context, const Matrix& at) {
    Points points = points_of(context, at, view_of(context).shown->tree ? 1 : 2, false);
    points.colour = context.theme.ghost;
    return points;
}

// Of each point a line through the samples, oldest first, to where it is now; all of a class make
// one curve with gaps. The older half is paler.
void add_trails(const PanelContext& context, const LanePoints& lane, std::size_t layer,
                Chart& chart) {
    const std::vector<int>& kinds = kinds_of(context);
    const auto samples = static_cast<std::size_t>(lane.trail.size());
    if (samples < 2) return;
    const std::size_t half = samples / 2;
    for (int kind = 0; kind < classes_of(context); ++kind)
        for (const bool newer : {false, true}) {
            Curve curve;
            curve.ink = {with_alpha(kind_colour(context, kind), newer ? 0.6F : 0.3F), Dash::solid,
                         0.6F};
            const std::size_t from = newer ? half : 0, to = newer ? samples - 1 : half;
            for (std::size_t i = 0; i < kinds.size() && to > from; ++i) {
                if (kinds[i] != kind) continue;
                const auto point = static_cast<Eigen::Index>(i);
                for (std::size_t s = from; s <= to; ++s) {
                    if (layer >= lane.trail[s].at.size()) continue;
                    const Matrix& at = lane.trail[s].at[layer];
                    curve.x.push_back(at(0, point));
                    curve.y.push_back(at(1, point));
                }
                curve.x.push_back(std::nan(""));
                curve.y.push_back(std::nan(""));
            }
            if (!curve.x.empty()) chart.marks.emplace_back(std::move(curve));
        }
}

// small: there is no room for more than the ellipses.
void add_means(const PanelContext& context, const RepresentationCell& cell, bool small,
               Chart& chart) {
    Points means;
    means.radius = 1.9F * context.theme.point() / em(1);
    int kind = 0;
    for (const ClassSpread& spread : spreads_in(context, cell).plane) {
        const ImVec4 colour = kind_colour(context, kind);
        const int shape = kind % shapes;
        ++kind;
        if (spread.count < 2) continue;  // a single item is its own mean
        Curve ellipse;
        ellipse.ink = {colour, Dash::solid, 0.8F};
        constexpr int corners = 48;
        for (int i = 0; i <= corners; ++i) {
            const double turn = 2 * M_PI * i / corners;
            const Vector on =
                spread.mean + spread.axes * Eigen::Vector2d(std::cos(turn), std::sin(turn));
            ellipse.x.push_back(on(0));
            ellipse.y.push_back(on(1));
        }
        chart.marks.emplace_back(std::move(ellipse));
        means.x.push_back(spread.mean(0));
        means.y.push_back(spread.mean(1));
        means.kinds.push_back(static_cast<Shape>(shape));
        means.colours.push_back(colour);
    }
    if (small) return;
    Points rim = means;  // tells a mean from the points around it
    rim.radius = means.radius + 1.3F * context.theme.hairline() / em(1);
    rim.colours.clear();
    rim.colour = context.theme.card;
    chart.marks.emplace_back(std::move(rim));
    chart.marks.emplace_back(std::move(means));
}

Chart cell_chart(const PanelContext& context, const RepresentationCell& cell) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    Chart chart;
    const PlaneRange range = range_of(cell);
    chart.x = axis_of(range.x_low, range.x_high);
    chart.y = axis_of(range.y_low, range.y_high);
    chart.equal = true;
    chart.legend = false;
    chart.title = picture_title(context, cell);
    const Matrix* at = drawn_at(context, cell);
    if (at == nullptr) return chart;
    const DrawnPoints& points = *points_in(context, cell);
    const auto layer = static_cast<std::size_t>(cell.layer);
    if (chosen.start && layer < points.start.size())
        chart.marks.emplace_back(start_of(context, points.start[layer]));
    add_trails(context, view_of(context).lanes.at(cell.lane), layer, chart);
    chart.marks.emplace_back(points_of(context, *at, 1, true));
    if (shows_spreads(context))
        add_means(context, cell, std::min(cell.size.x, cell.size.y) < em(9), chart);
    return chart;
}

// A bar of a round length in the corner, with its number.
void draw_scale(const Theme& theme, const Axes& axes) {
    const double per_pixel = (axes.x.high - axes.x.low) / static_cast<double>(axes.extent.x);
    const double most = 0.3 * static_cast<double>(axes.extent.x) * per_pixel;
    if (!(most > 0) || !std::isfinite(most)) return;
    const double power = std::pow(10.0, std::floor(std::log10(most)));
    const double length = power * (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1);
    const auto pixels = static_cast<float>(length / per_pixel);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float small = em(size::smallest_text);
    const std::string label = fmt::format("{:g}", length);
    const float width = ImGui::GetFont()->CalcTextSizeA(small, 1e6F, 0, label.c_str()).x;
    const ImVec2 end{axes.right() - em(0.35F), std::round(axes.bottom() - em(0.4F))};
    const float left = end.x - pixels;
    draw->AddRectFilled({std::min(left, end.x - width) - em(0.15F), end.y - small - em(0.15F)},
                        {end.x + em(0.15F), end.y + em(0.25F)}, u32(with_alpha(theme.card, 0.75F)));
    draw->AddRectFilled({left, end.y}, {end.x, end.y + theme.hairline()}, u32(theme.dim));
    for (const float x : {left, end.x - theme.hairline()})
        draw->AddRectFilled({x, end.y - em(0.18F)}, {x + theme.hairline(), end.y + em(0.18F)},
                            u32(theme.dim));
    draw->AddText(nullptr, small,
                  {std::min((left + end.x - width) / 2, end.x - width), end.y - small - em(0.15F)},
                  u32(theme.dim), label.c_str());
}

// The point under the mouse; −1: none is near.
int nearest_point(const Axes& axes, const Matrix& at) {
    if (!axes.hovered) return -1;
    const ImVec2 mouse = ImGui::GetMousePos();
    int nearest = -1;
    float best = em(0.6F);
    for (Eigen::Index i = 0; i < at.cols(); ++i) {
        const ImVec2 point = axes.pixel(at(0, i), at(1, i));
        const float distance = std::hypot(point.x - mouse.x, point.y - mouse.y);
        if (distance < best) {
            best = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

// All pictures that stand here, as they are shown.
std::vector<Chart> all_charts(const PanelContext& context, const RepresentationSheet& sheet) {
    std::vector<Chart> charts;
    for (const RepresentationCell& cell : sheet.cells)
        charts.push_back(
            as_shown(context, range_name(context, cell).c_str(), cell_chart(context, cell)));
    return charts;
}

void menu(PanelContext& context, const RepresentationSheet& sheet, const std::string& range,
          bool hovered) {
    const auto table = [&] {
        const std::vector<Chart> charts = all_charts(context, sheet);
        return points_table(context, sheet, [&](std::size_t cell, double x, double y) {
            const Chart& chart = charts[cell];
            return x >= chart.x.min && x <= chart.x.max && y >= chart.y.min && y <= chart.y.max;
        });
    };
    export_menu(context, (range + " export").c_str(), "representations", hovered,
                {.table = table,
                 .charts = [&](const PanelContext& on) { return all_charts(on, sheet); },
                 .fit = [&] { fit_chart(context, range.c_str()); },
                 .columns = sheet.places.columns * sheet.places.across,
                 .step = past_step(context)});
}

void draw_cell(PanelContext& context, const RepresentationSheet& sheet,
               const RepresentationCell& cell, ImVec2 origin) {
    const std::string range = range_name(context, cell);
    const ChartOptions options{
        .id = range.c_str(), .name = "representations", .size = cell.size, .inside = true};
    const Chart chart = cell_chart(context, cell);
    ImGui::SetCursorScreenPos({origin.x + cell.corner.x, origin.y + cell.corner.y});
    ImGui::PushID(cell.lane);
    Axes axes;
    if (begin_chart(context, options, chart, axes)) {
        draw_marks(context, axes, chart);
        if (!axes.moved) draw_scale(context.theme, axes);
        end_chart(context, axes);
        if (const Matrix* at = drawn_at(context, cell))
            say_point(context, cell, nearest_point(axes, *at));
        menu(context, sheet, range, axes.hovered);
    }
    ImGui::PopID();
}

}  // namespace

void draw_plane(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin) {
    draw_names(context, ImGui::GetWindowDrawList(), sheet, origin);
    for (const RepresentationCell& cell : sheet.cells) draw_cell(context, sheet, cell, origin);
}

}  // namespace muonscope::gui

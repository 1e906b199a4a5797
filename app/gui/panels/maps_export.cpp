#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/gui/panels/maps.h"
#include "app/gui/theme.h"

// Maps that leave the program.
namespace muonscope::gui {

using namespace plots;

namespace {

// Ends on itself.
Curve outline(const Eigen::Matrix2d& axes, const Ink& ink, const std::string& name) {
    Curve curve;
    curve.name = name;
    curve.index.name = "corner";
    curve.across = name + " x";
    curve.up = name + " y";
    curve.ink = ink;
    constexpr int corners = 120;
    for (int i = 0; i <= corners; ++i) {
        const double turn = 2 * std::numbers::pi * i / corners;
        const Eigen::Vector2d at = axes * Eigen::Vector2d(std::cos(turn), std::sin(turn));
        curve.x.push_back(at.x());
        curve.y.push_back(at.y());
        curve.index.values.push_back(i);
    }
    return curve;
}

Curve axis(const Eigen::Vector2d& end, const Ink& ink, const std::string& name) {
    Curve curve;
    curve.name = name;
    curve.index.name = "corner";
    curve.across = name + " x";
    curve.up = name + " y";
    curve.ink = ink;
    curve.x = {-end.x(), end.x()};
    curve.y = {-end.y(), end.y()};
    curve.index.values = {0, 1};
    return curve;
}

Chart chart_of(const PanelContext& context, const MapCell& cell) {
    const Theme& theme = context.theme;
    const MapBody& body = cell.body;
    const Camera camera = camera_of(context.chosen<MapsChoices>(), cell.reach);
    const Eigen::Matrix<double, 2, 3> view = camera.turn.topRows<2>().cast<double>();
    Chart chart;
    chart.title = fmt::format("{}, {}", body.state.text(), cell.title);
    chart.equal = true;
    const auto reach = static_cast<double>(camera.reach);
    chart.x = {-reach, reach};
    chart.y = {-reach, reach};
    chart.x.lines = chart.y.lines = false;
    if (!body.missing.empty()) return chart;
    if (cell.target.squaredNorm() > 0)
        chart.marks.emplace_back(
            outline(outline_of(cell.target, view), {theme.target, Dash::dashed}, "target"));
    const ImVec4 colour = body.body == Body::descent ? theme.mark : theme.lane(body.lane);
    chart.marks.emplace_back(outline(outline_of(cell.shrink * body.image.axes, view),
                                     {colour, Dash::solid, 1.4F}, body_name(body.body)));
    for (int k = 0; k < 3; ++k)
        if (body.image.which[static_cast<std::size_t>(k)] >= 0)
            chart.marks.emplace_back(
                axis(view * (cell.shrink * body.image.axes.col(k)), {axis_colour(theme, k)},
                     fmt::format("σ{}", body.image.which[static_cast<std::size_t>(k)] + 1)));
    return chart;
}

}  // namespace

Table maps_table(const MapsSheet& sheet) {
    Table table;
    table.columns = {"lane", "layer", "step", "body", "index", "length", "x", "y", "z", "in frame"};
    for (const MapCell& cell : sheet.cells) {
        if (!cell.body.missing.empty()) continue;
        const SphereImage& image = cell.body.image;
        for (int k = 0; k < 3; ++k) {
            const int which = image.which[static_cast<std::size_t>(k)];
            if (which < 0) continue;
            const double length = image.axes.col(k).norm();
            const Eigen::Vector3d direction = length > 0
                                                  ? Eigen::Vector3d(image.axes.col(k) / length)
                                                  : Eigen::Vector3d(Eigen::Vector3d::Zero());
            table.rows.push_back(
                {static_cast<double>(cell.body.lane + 1), static_cast<double>(cell.body.source),
                 static_cast<double>(cell.body.state.step), static_cast<double>(cell.body.body),
                 static_cast<double>(which + 1), image.lengths(k), direction.x(), direction.y(),
                 direction.z(), image.inside});
        }
    }
    return table;
}

std::vector<Chart> maps_charts(const PanelContext& context, const MapsSheet& sheet) {
    std::vector<Chart> charts;
    for (const MapCell& cell : sheet.cells) charts.push_back(chart_of(context, cell));
    return charts;
}

void save_maps_picture(PanelContext& context, ImVec2 size, const std::string& path, int width) {
    save_larger(context, size, path, width,
                [](PanelContext& larger, ImDrawList* list, ImVec2 at, ImVec2 room) {
                    draw_sheet(larger, list, maps_sheet(larger, room), at, "maps for print");
                });
}

}  // namespace muonscope::gui

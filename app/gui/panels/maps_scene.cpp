#include "app/gui/panels/maps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/gui/theme.h"

// What is in the pictures of maps.
namespace muonscope::gui {
namespace {

// Unit vectors along the axes; those of no length complete the basis.
Eigen::Matrix3d directions_of(const Eigen::Matrix3d& axes) {
    Eigen::Matrix3d directions = Eigen::Matrix3d::Zero();
    const double most = axes.colwise().norm().maxCoeff();
    for (int k = 0; k < 3; ++k)
        if (const double length = axes.col(k).norm(); length > 1e-9 * most && length > 0)
            directions.col(k) = axes.col(k) / length;
    for (int k = 0; k < 3; ++k) {
        if (directions.col(k).squaredNorm() > 0.5) continue;
        // The unit vector that lies least along the others, made orthogonal to them.
        Eigen::Vector3d best = Eigen::Vector3d::Zero();
        for (int i = 0; i < 3; ++i) {
            Eigen::Vector3d one = Eigen::Vector3d::Unit(i);
            one -= directions * (directions.transpose() * one);
            if (one.norm() > best.norm() + 1e-9) best = one;
        }
        directions.col(k) = best.normalized();
    }
    return directions;
}

std::vector<Eigen::Vector3f> ellipse(const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
    constexpr int corners = 40;  // half a pixel off at most where they are 300 wide
    std::vector<Eigen::Vector3f> points;
    for (int i = 0; i < corners; ++i) {
        const double turn = 2 * std::numbers::pi * i / corners;
        points.emplace_back((std::cos(turn) * a + std::sin(turn) * b).cast<float>());
    }
    return points;
}

// Three ellipses, each through the ends of two axes.
void add_wire(const Theme& theme, const Eigen::Matrix3d& axes, Scene& scene) {
    for (int k = 0; k < 3; ++k) {
        Polyline line;
        line.points = ellipse(axes.col(k), axes.col((k + 1) % 3));
        line.colour = colour_of(theme.target);
        line.width = 0.8F * theme.line();
        line.dash = 5 * theme.scale;
        line.gap = 4 * theme.scale;
        line.behind = 0.4F;
        line.closed = true;
        scene.lines.push_back(std::move(line));
    }
}

void add_body(const Theme& theme, const MapCell& cell, Scene& scene) {
    const MapBody& body = cell.body;
    const Eigen::Matrix3d directions = directions_of(body.image.axes);
    // What has lost an axis is a film or a thread, and still seen.
    const double least = 0.012 * cell.reach;
    Ellipsoid ellipsoid;
    for (int k = 0; k < 3; ++k) {
        const double length = cell.shrink * body.image.axes.col(k).norm();
        ellipsoid.axes.col(k) = (std::max(length, least) * directions.col(k)).cast<float>();
    }
    ellipsoid.colour = colour_of(body.body == Body::descent ? theme.mark : theme.lane(body.lane));
    scene.ellipsoids.push_back(ellipsoid);
    for (int k = 0; k < 3; ++k) {
        const double length = cell.shrink * body.image.axes.col(k).norm();
        if (body.image.which[static_cast<std::size_t>(k)] < 0 || !(length > 0)) continue;
        const Eigen::Vector3f end = ((length + 0.1 * cell.reach) * directions.col(k)).cast<float>();
        Polyline line;
        line.points = {-end, end};
        line.colour = colour_of(axis_colour(theme, k));
        line.width = 1.25F * theme.line();
        line.behind = 0.3F;
        scene.lines.push_back(std::move(line));
    }
}

}  // namespace

ImVec4 axis_colour(const Theme& theme, int k) {
    return rank_colour(theme, k, 4);  // the last of three would fade into the card
}

Scene scene_of(const PanelContext& context, const MapCell& cell) {
    Scene scene{.camera = camera_of(context.chosen<MapsChoices>(), cell.reach)};
    add_floor(context.theme, cell.reach, Eigen::Vector3f::Zero(), scene);
    if (!cell.body.missing.empty()) return scene;
    if (cell.target.squaredNorm() > 0) add_wire(context.theme, cell.target, scene);
    add_body(context.theme, cell, scene);
    return scene;
}

Picture picture_of(const PanelContext& context, const MapsSheet& sheet, ImVec2 pixels_per_unit) {
    Picture picture;
    picture.ground = colour_of(context.theme.card);
    for (const MapCell& cell : sheet.cells) {
        const auto pixel = [](float at, float times) { return static_cast<int>(at * times); };
        picture.panes.push_back(
            {{pixel(cell.corner.x, pixels_per_unit.x), pixel(cell.corner.y, pixels_per_unit.y),
              pixel(cell.size.x, pixels_per_unit.x), pixel(cell.size.y, pixels_per_unit.y)},
             scene_of(context, cell)});
    }
    return picture;
}

}  // namespace muonscope::gui

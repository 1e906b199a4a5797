#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/representations.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/scene_image.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Points after each layer in the space of three directions, seen from one side for all.
namespace muonscope::gui {

using namespace plots;

namespace {

using Eigen::Vector3f;

const RepresentationsView& view_of(const PanelContext& context) {
    return context.kept<RepresentationsView>();
}

// The ball around the middle of the box that holds all of it however it is turned fills the cell.
Camera camera_for(const PanelContext& context, const RepresentationCell& cell) {
    return camera_of(context.chosen<RepresentationsChoices>(), 0.84 * cell.reach,
                     cell.box.middle().cast<float>());
}

// Through zero, or where the box comes nearest to it, from one side of the box to the other.
std::pair<Vector3f, Vector3f> axis_of(const RepresentationCell& cell, int k) {
    const Eigen::Vector3d zero =
        Eigen::Vector3d::Zero().cwiseMax(cell.box.low).cwiseMin(cell.box.high);
    Eigen::Vector3d low = zero, high = zero;
    low(k) = cell.box.low(k);
    high(k) = cell.box.high(k);
    return {low.cast<float>(), high.cast<float>()};
}

void add_axes(const PanelContext& context, const RepresentationCell& cell, Scene& scene) {
    for (int k = 0; k < 3; ++k) {
        const auto [low, high] = axis_of(cell, k);
        Polyline line;
        line.points = {low, high};
        line.colour = colour_of(context.theme.dim, 0.6F);
        line.width = context.theme.hairline();
        line.behind = 0.3F;
        scene.lines.push_back(std::move(line));
    }
}

PointCloud cloud_of(const PanelContext& context, const Matrix& at, bool coloured) {
    const std::vector<int>& kinds = kinds_of(context);
    PointCloud cloud;
    cloud.radius = 1.25F * context.theme.point();
    cloud.behind = 0.6F;
    const int stride = coloured || view_of(context).shown->tree ? 1 : 2;
    for (Eigen::Index i = 0; i < at.cols(); i += stride) {
        if (!at.col(i).allFinite()) continue;
        const int kind = kinds[static_cast<std::size_t>(i)];
        cloud.at.emplace_back(at.col(i).cast<float>());
        cloud.shapes.push_back(static_cast<PointShape>(kind % shapes));
        cloud.colours.push_back(coloured ? colour_of(kind_colour(context, kind))
                                         : colour_of(context.theme.ghost));
    }
    if (coloured) {
        cloud.rim = context.theme.hairline();
        cloud.rim_colour = colour_of(context.theme.card);
    }
    return cloud;
}

// Of each point a line from its oldest sample to where it is now.
void add_trails(const PanelContext& context, const LanePoints& lane, std::size_t layer,
                Scene& scene) {
    const std::vector<int>& kinds = kinds_of(context);
    if (lane.trail.size() < 2) return;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        Polyline line;
        for (const TrailSample& sample : lane.trail) {
            if (layer >= sample.at.size()) continue;
            const auto at = sample.at[layer].col(static_cast<Eigen::Index>(i));
            if (at.allFinite()) line.points.emplace_back(at.cast<float>());
        }
        line.colour = colour_of(kind_colour(context, kinds[i]), 0.5F);
        line.width = 0.6F * context.theme.line();
        line.behind = 0.5F;
        scene.lines.push_back(std::move(line));
    }
}

// One standard deviation around the mean of each class; what is flat is a film that is still seen.
void add_spreads(const PanelContext& context, const RepresentationCell& cell, Scene& scene) {
    const double least = 0.012 * cell.reach;
    int kind = 0;
    PointCloud means;
    means.radius = 2.2F * context.theme.point();
    means.rim = context.theme.hairline();
    means.rim_colour = colour_of(context.theme.card);
    means.behind = 0.8F;
    for (const ClassSpread& spread : spreads_in(context, cell).space) {
        const Colour colour = colour_of(kind_colour(context, kind), 0.45F);
        const Colour whole = colour_of(kind_colour(context, kind));
        const int shape = kind % shapes;
        ++kind;
        if (spread.count < 2) continue;
        Ellipsoid body;
        for (int k = 0; k < 3; ++k) {
            const double length = spread.axes.col(k).norm();
            const Eigen::Vector3d along = length > 0 ? Eigen::Vector3d(spread.axes.col(k) / length)
                                                     : Eigen::Vector3d(Eigen::Vector3d::Unit(k));
            body.axes.col(k) = (std::max(length, least) * along).cast<float>();
        }
        body.centre = spread.mean.cast<float>();
        body.colour = colour;
        scene.ellipsoids.push_back(body);
        means.at.emplace_back(spread.mean.cast<float>());
        means.colours.push_back(whole);
        means.shapes.push_back(static_cast<PointShape>(shape));
    }
    if (!means.at.empty()) scene.points.push_back(std::move(means));
}

Scene scene_of(const PanelContext& context, const RepresentationCell& cell) {
    const RepresentationsChoices& chosen = context.chosen<RepresentationsChoices>();
    Scene scene{.camera = camera_for(context, cell)};
    const Matrix* at = drawn_at(context, cell);
    if (at == nullptr || cell.box.empty()) return scene;
    add_floor(context.theme, 0.7 * cell.reach, cell.box.middle().cast<float>(), scene);
    add_axes(context, cell, scene);
    const DrawnPoints& points = *points_in(context, cell);
    const auto layer = static_cast<std::size_t>(cell.layer);
    if (chosen.start && layer < points.start.size())
        scene.points.push_back(cloud_of(context, points.start[layer], false));
    add_trails(context, view_of(context).lanes.at(cell.lane), layer, scene);
    scene.points.push_back(cloud_of(context, *at, true));
    if (shows_spreads(context)) add_spreads(context, cell, scene);
    return scene;
}

Picture picture_of(const PanelContext& context, const RepresentationSheet& sheet, ImVec2 scale) {
    Picture picture;
    picture.ground = colour_of(context.theme.card);
    for (const RepresentationCell& cell : sheet.cells) {
        const auto pixel = [](float at, float times) { return static_cast<int>(at * times); };
        picture.panes.push_back({{pixel(cell.corner.x, scale.x), pixel(cell.corner.y, scale.y),
                                  pixel(cell.size.x, scale.x), pixel(cell.size.y, scale.y)},
                                 scene_of(context, cell)});
    }
    return picture;
}

ImVec2 seen(const PanelContext& context, const RepresentationCell& cell, const Vector3f& point) {
    const Eigen::Vector2f at =
        seen_at(camera_for(context, cell), point, static_cast<int>(cell.size.x),
                static_cast<int>(cell.size.y));
    return {cell.corner.x + at.x(), cell.corner.y + at.y()};
}

// Which directions, at the ends of the edges, and how long an edge is.
void draw_labels(const PanelContext& context, ImDrawList* list, const RepresentationCell& cell,
                 ImVec2 origin) {
    const float side = std::min(cell.size.x, cell.size.y);
    if (side < em(7) || cell.box.empty()) return;
    const ImVec2 from{origin.x + cell.corner.x, origin.y + cell.corner.y};
    list->PushClipRect(from, {from.x + cell.size.x, from.y + cell.size.y}, true);
    for (int k = 0; k < 3; ++k) {
        if (!(cell.box.extent()(k) > 0)) continue;
        const auto [low, high] = axis_of(cell, k);
        const Vector3f along = (high - low).normalized();
        const ImVec2 at =
            seen(context, cell, high + 0.07F * static_cast<float>(cell.reach) * along);
        const std::string text =
            side > em(18)
                ? fmt::format("{}: {:.3g}", chosen_first(context) + k + 1, cell.box.high(k))
                : fmt::format("{}", chosen_first(context) + k + 1);
        const ImVec2 extent = ImGui::CalcTextSize(text.c_str());
        list->AddText({std::round(origin.x + at.x - extent.x / 2),
                       std::round(origin.y + at.y - extent.y / 2)},
                      u32(context.theme.dim), text.c_str());
    }
    list->PopClipRect();
}

// Pictures and words, into any list: of the window, or of a file at another size.
void draw_sheet(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                ImVec2 origin, const char* name) {
    const std::string fault =
        add_scenes(context, list, name, origin, sheet.size,
                   [&](ImVec2 scale) { return picture_of(context, sheet, scale); });
    draw_names(context, list, sheet, origin);
    for (const RepresentationCell& cell : sheet.cells) draw_labels(context, list, cell, origin);
    add_fault(context, list, fault, origin, sheet.size.x);
}

// ---- the mouse ----

const RepresentationCell* cell_at(const RepresentationSheet& sheet, ImVec2 at) {
    for (const RepresentationCell& cell : sheet.cells)
        if (at.x >= cell.corner.x && at.x < cell.corner.x + cell.size.x && at.y >= cell.corner.y &&
            at.y < cell.corner.y + cell.size.y)
            return &cell;
    return nullptr;
}

// The nearest point to the mouse, of those as near in the picture the one in front; −1: none.
int point_at(const PanelContext& context, const RepresentationCell& cell, ImVec2 mouse) {
    const Matrix* at = drawn_at(context, cell);
    int nearest = -1;
    float best = em(0.6F);
    for (Eigen::Index i = 0; at != nullptr && i < at->cols(); ++i) {
        const ImVec2 point = seen(context, cell, at->col(i).cast<float>());
        const float distance = std::hypot(point.x - mouse.x, point.y - mouse.y);
        if (distance < best) {
            best = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

// ---- on paper ----

Chart chart_of(const PanelContext& context, const RepresentationCell& cell) {
    const Camera camera = camera_for(context, cell);
    Chart chart;
    chart.title = picture_title(context, cell);
    chart.equal = true;
    const auto reach = static_cast<double>(camera.reach);
    chart.x = {-reach, reach};
    chart.y = {-reach, reach};
    chart.x.lines = chart.y.lines = false;
    chart.legend = false;
    const auto on_paper = [&](const Vector3f& point) {
        return Eigen::Vector2f((camera.turn * (point - camera.middle)).head<2>());
    };
    const Scene scene = scene_of(context, cell);
    const auto ink = [](const Colour& colour) {
        return ImVec4{colour[0], colour[1], colour[2], colour[3]};
    };
    for (const Polyline& line : scene.lines) {
        Curve curve;
        curve.ink = {ink(line.colour), Dash::solid, 0.6F};
        for (const Vector3f& point : line.points) {
            const Eigen::Vector2f at = on_paper(point);
            curve.x.push_back(static_cast<double>(at.x()));
            curve.y.push_back(static_cast<double>(at.y()));
        }
        chart.marks.emplace_back(std::move(curve));
    }
    for (const PointCloud& cloud : scene.points) {
        Points points;
        points.radius = cloud.radius / em(1);
        for (std::size_t i = 0; i < cloud.at.size(); ++i) {
            const Eigen::Vector2f at = on_paper(cloud.at[i]);
            points.x.push_back(static_cast<double>(at.x()));
            points.y.push_back(static_cast<double>(at.y()));
            points.colours.push_back(ink(cloud.colours[i]));
            points.kinds.push_back(static_cast<Shape>(cloud.shapes[i]));
        }
        chart.marks.emplace_back(std::move(points));
    }
    return chart;
}

void menu(PanelContext& context, const RepresentationSheet& sheet, bool hovered) {
    const auto charts = [&](const PanelContext& on) {
        std::vector<Chart> all;
        for (const RepresentationCell& cell : sheet.cells) all.push_back(chart_of(on, cell));
        return all;
    };
    const auto everything = [](std::size_t, double, double) { return true; };
    const auto print = [&context, size = sheet.size](const std::string& path, int width) {
        save_larger(context, size, path, width,
                    [](PanelContext& larger, ImDrawList* list, ImVec2 at, ImVec2 room) {
                        draw_sheet(larger, list, representation_sheet(larger, room), at,
                                   "representations for print");
                    });
    };
    export_menu(context, "##space export", "representations", hovered,
                {.table = [&] { return points_table(context, sheet, everything); },
                 .charts = charts,
                 .print = print,
                 .columns = sheet.places.columns * sheet.places.across,
                 .step = past_step(context)});
}

}  // namespace

void draw_space(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin) {
    ImGui::SetCursorScreenPos(origin);
    ImGui::InvisibleButton("##space", {std::max(sheet.size.x, 1.0F), std::max(sheet.size.y, 1.0F)});
    const bool hovered = ImGui::IsItemHovered(), pressed = ImGui::IsItemActive();
    use_orbit_mouse(context.chosen<RepresentationsChoices>(), hovered, pressed);
    draw_sheet(context, ImGui::GetWindowDrawList(), sheet, origin, "representations");
    const ImVec2 mouse = ImGui::GetMousePos();
    const ImVec2 at{mouse.x - origin.x, mouse.y - origin.y};
    if (const RepresentationCell* cell = hovered && !pressed ? cell_at(sheet, at) : nullptr)
        say_point(context, *cell, point_at(context, *cell, at));
    menu(context, sheet, hovered);
}

}  // namespace muonscope::gui

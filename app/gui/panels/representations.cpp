#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/representation_places.h"
#include "app/gui/panels/representations.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/projection.h"

namespace muonscope::gui {

namespace {

using namespace plots;

struct RepresentationsChoices {
    bool start = true;  // grey: where the points were
};

std::vector<Remembered> remembered(Preferences& preferences) {
    RepresentationsChoices& own = preferences.panels.of<RepresentationsChoices>();
    return {{"show_ghost", &own.start}};
}

int class_of(const Problem& problem, int shown, int column) {
    const int point = projected_point(problem, shown, column);
    return point < static_cast<int>(problem.point_class.size()) ? problem.point_class[point] : 0;
}

void update(PanelContext& context, Representation& kept,
            const std::shared_ptr<const Problem>& problem,
            const std::shared_ptr<const std::vector<Matrix>>& weights, int points) {
    kept.later.look(context, kept.layers);
    if (kept.problem != problem) kept.layers.clear();  // of another
    if (!weights || (kept.problem == problem && kept.weights == weights) || kept.later.busy())
        return;
    kept.problem = problem;
    kept.weights = weights;
    kept.later.begin(
        context, multiply_adds(*problem, points + 2),
        [problem, weights, points] { return project_layers(*problem, *weights, points); },
        kept.layers);
}

double reach(const Matrix& points) {
    double largest = 0;
    for (Eigen::Index i = 0; i < points.size(); ++i)
        if (std::isfinite(points.data()[i]))
            largest = std::max(largest, std::abs(points.data()[i]));
    return largest;
}

// Half a digit finer than an axis: a picture that is too small wastes what it shows.
double round_scale(double reached) {
    if (!(reached > 0) || !std::isfinite(reached)) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(reached))) / 5;
    return std::ceil(reached / power - 1e-9) * power;
}

std::string layer_name(const Layout& layout, int layer) {
    return layer + 1 == layout.layers() ? "output" : layout.name(layer + 1);
}

void follow_training(PanelContext& context, RepresentationsView& kept, int points) {
    const Snapshot& snapshot = *context.snapshot;
    // The weights of the start belong to the problem, which keeps them as long as they are needed.
    update(context, kept.start, snapshot.problem, {snapshot.problem, &snapshot.problem->start},
           points);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        update(context, kept.lanes[static_cast<int>(l)], snapshot.problem,
               snapshot.lanes[l].weights, points);
}

// One a column, so that lanes can be compared; it moves in round numbers.
std::vector<double> scales_of(const RepresentationsView& kept, const RepresentationPlaces& places,
                              bool start) {
    std::vector<double> scales(places.shown.size(), 0);
    for (std::size_t c = 0; c < scales.size(); ++c) {
        const std::size_t layer = places.shown[c];
        const auto widen = [&](const Representation& from) {
            if (layer < from.layers.size())
                scales[c] = std::max(scales[c], reach(from.layers[layer]));
        };
        for (const auto& [lane, from] : kept.lanes)
            if (lane < places.lanes) widen(from);
        if (start) widen(kept.start);
        scales[c] = round_scale(scales[c]);
    }
    return scales;
}

// Where the scale ends, a tick on the horizontal axis and its number in the corner.
void draw_scale(const Theme& theme, const Axes& axes, double scale) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float small = ImGui::GetFontSize() * 0.8F;
    const ImVec2 end = axes.pixel(scale, 0);
    draw->AddRectFilled({end.x, end.y - em(0.2F)}, {end.x + 1, end.y + em(0.2F)}, u32(theme.dim));
    const std::string label = fmt::format("±{:g}", scale);
    const float width = ImGui::GetFont()->CalcTextSizeA(small, 1e6F, 0, label.c_str()).x;
    draw->AddText(nullptr, small,
                  {axes.right() - width - em(0.25F), axes.bottom() - small - em(0.2F)},
                  u32(theme.dim), label.c_str());
}

// The names of lanes and layers around all pictures.
void draw_names(const PanelContext& context, const RepresentationPlaces& places) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (int l = 0; l < places.lanes; ++l) {
        ImGui::PushFont(context.fonts.heading, 0);
        fitted_text(draw, {places.left(l % places.across), places.top(l / places.across)},
                    places.lane_width, context.theme.lane_text(l),
                    name_and_step(context.snapshot->lanes[l]).c_str());
        ImGui::PopFont();
    }
    for (int place = 0; place < places.across; ++place)
        for (std::size_t c = 0; c < places.shown.size(); ++c) {
            const std::string label = layer_name(context.snapshot->layout, places.shown[c]);
            const float width = ImGui::CalcTextSize(label.c_str()).x;
            const float x =
                places.left(place) + static_cast<float>(c) * (places.extent.x + places.gap);
            draw->AddText({x + (places.extent.x - width) / 2, places.below()},
                          u32(context.theme.dim), label.c_str());
        }
}

// Every so many points in the shapes of their classes, and where `coloured` in their colours.
Points points_of(const PanelContext& context, const Matrix& at, const Problem& problem, int shown,
                 int stride, bool coloured) {
    Points points;
    points.radius = context.theme.point() / em(1);
    const std::size_t count = at.cols() / stride + 1;
    points.x.reserve(count);
    points.y.reserve(count);
    points.kinds.reserve(count);
    if (coloured) points.colours.reserve(count);
    for (Eigen::Index i = 0; i < at.cols(); i += stride) {
        const int kind = class_of(problem, shown, static_cast<int>(i));
        points.x.push_back(at(0, i));
        points.y.push_back(at(1, i));
        points.kinds.push_back(static_cast<Shape>(kind % shapes));
        if (coloured) points.colours.push_back(context.theme.class_colour(kind));
    }
    return points;
}

// Grey, half of the points: where the start of all lanes was.
Points start_of(const PanelContext& context, const Matrix& at, const Problem& problem, int shown) {
    Points points = points_of(context, at, problem, shown, 2, false);
    points.colour = with_alpha(context.theme.ghost, 0.55F);
    return points;
}

// What the table says of points beside their places.
void add_columns(const Problem& problem, int shown, Points& points) {
    points.name = "point";
    points.across = "x";
    points.up = "y";
    points.index.name = "point";
    Column classes{"class", {}};
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        points.index.values.push_back(static_cast<double>(i + 1));
        classes.values.push_back(class_of(problem, shown, static_cast<int>(i)) + 1);
    }
    points.beside.push_back(std::move(classes));
}

// At rest a line through zero alone: where the scale ends is said in the corner.
Ticks plane_ticks(double rest, double min, double max, float length) {
    Ticks ticks;
    if (min >= -rest * 1.0001 && min <= -rest * 0.9999)
        ticks.add(0, "");
    else
        ticks = linear_ticks(min, max, std::clamp(static_cast<int>(length / em(3)), 2, 6));
    return ticks;
}

// One picture: a layer of a lane. `size` in pixels, `scale` as far as points reach.
struct Cell {
    int lane = 0, layer = 0;
    ImVec2 size;
    double scale = 1;
};

Chart cell_chart(const PanelContext& context, RepresentationsView& kept, const Cell& cell,
                 int points) {
    const Problem& problem = *context.snapshot->problem;
    const double per_pixel =
        cell.scale /
        static_cast<double>(std::max(std::min(cell.size.x, cell.size.y) / 2 - em(0.5F), 1.0F));
    const auto axis_of = [&](float length) {
        ChartAxis axis;
        axis.max = per_pixel * static_cast<double>(length) / 2;
        axis.min = -axis.max;
        axis.ticks = [rest = axis.max](double min, double max, float pixels) {
            return plane_ticks(rest, min, max, pixels);
        };
        return axis;
    };
    Chart chart;
    chart.x = axis_of(cell.size.x);
    chart.y = axis_of(cell.size.y);
    chart.equal = true;
    chart.legend = false;
    chart.title = fmt::format("{}, {}", context.snapshot->lanes[cell.lane].name,
                              layer_name(context.snapshot->layout, cell.layer));
    chart.place = {{"lane", cell.lane + 1}, {"layer", cell.layer + 1}};
    const std::size_t layer = cell.layer;
    if (context.chosen<RepresentationsChoices>().start && layer < kept.start.layers.size())
        chart.marks.emplace_back(start_of(context, kept.start.layers[layer], problem, points));
    const Representation& now = kept.lanes[cell.lane];
    if (layer < now.layers.size())
        chart.marks.emplace_back(points_of(context, now.layers[layer], problem, points, 1, true));
    return chart;
}

// Pictures of one layer are zoomed together.
std::string range_name(int layer) {
    return fmt::format("##layer {}", layer + 1);
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

void readout(PanelContext& context, const Axes& axes, const Cell& cell, const Matrix& at,
             int points) {
    const Snapshot& snapshot = *context.snapshot;
    const int nearest = nearest_point(axes, at);
    if (nearest < 0) return;
    const int kind = class_of(*snapshot.problem, points, nearest);
    const ReadoutRow row{
        fmt::format("class {}", kind + 1),
        fmt::format("{} , {}", value_text(at(0, nearest)), value_text(at(1, nearest))),
        context.theme.class_colour(kind)};
    draw_readout(context,
                 fmt::format("{}, {}", snapshot.lanes[cell.lane].name,
                             layer_name(snapshot.layout, cell.layer)),
                 std::span(&row, 1));
}

// All pictures that stand here, as they are shown.
std::vector<Chart> all_charts(const PanelContext& context, RepresentationsView& kept,
                              std::span<const Cell> cells, int points) {
    std::vector<Chart> charts;
    for (const Cell& cell : cells) {
        Chart chart = as_shown(context, range_name(cell.layer).c_str(),
                               cell_chart(context, kept, cell, points));
        if (auto* now = chart.marks.empty() ? nullptr : std::get_if<Points>(&chart.marks.back()))
            if (!now->colours.empty()) add_columns(*context.snapshot->problem, points, *now);
        charts.push_back(std::move(chart));
    }
    return charts;
}

void draw_cell(PanelContext& context, RepresentationsView& kept, const Cell& cell, ImVec2 corner,
               std::span<const Cell> all, int points) {
    const std::string name = range_name(cell.layer);
    const ChartOptions options{
        .id = name.c_str(), .name = "representations", .size = cell.size, .inside = true};
    const Chart chart = cell_chart(context, kept, cell, points);
    ImGui::SetCursorScreenPos(corner);
    ImGui::PushID(cell.lane);
    Axes axes;
    if (begin_chart(context, options, chart, axes)) {
        draw_marks(context, axes, chart);
        if (!axes.moved) draw_scale(context.theme, axes, cell.scale);
        end_chart(context, axes);
        const Representation& now = kept.lanes[cell.lane];
        const std::size_t layer = cell.layer;
        if (layer < now.layers.size()) readout(context, axes, cell, now.layers[layer], points);
        const auto charts = [&](const PanelContext& on) {
            return all_charts(on, kept, all, points);
        };
        export_menu(context, (name + " export").c_str(), options.name, axes.hovered,
                    {.table = [&] { return table_of(charts(context)); },
                     .charts = charts,
                     .fit = [&] { fit_chart(context, options.id); },
                     .columns = static_cast<int>(all.size()) /
                                static_cast<int>(context.snapshot->lanes.size())});
    }
    ImGui::PopID();
}

void draw_cells(PanelContext& context, RepresentationsView& kept,
                const RepresentationPlaces& places, const std::vector<double>& scales, int points) {
    std::vector<Cell> cells;
    for (int l = 0; l < places.lanes; ++l)
        for (std::size_t c = 0; c < places.shown.size(); ++c)
            cells.push_back({l, places.shown[c], places.size(l, c), scales[c]});
    std::size_t next = 0;
    for (int l = 0; l < places.lanes; ++l)
        for (std::size_t c = 0; c < places.shown.size(); ++c)
            draw_cell(context, kept, cells[next++], places.corner(l, c), cells, points);
}

void draw_representations(PanelContext& context) {
    bool& start = context.chosen<RepresentationsChoices>().start;
    begin_header_controls(context, toggle_width("start"));
    toggle(context, "start", start, "Shows where the points were at step 0, in grey.");
    end_header_controls(context);
    if (!context.snapshot || !context.snapshot->problem || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    const Problem& problem = *snapshot.problem;
    const int layers = context.snapshot->layout.layers();
    if (problem.points.cols() == 0 || layers < 1) {
        centred_note(context, "No classes to show");
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail(), origin = ImGui::GetCursorScreenPos();
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const RepresentationPlaces places = places_in(origin, room, lanes, layers);
    if (places.extent.x >= em(2) && places.extent.y >= em(2)) {
        RepresentationsView& kept = context.kept<RepresentationsView>();
        const int points = affordable_points(problem);
        follow_training(context, kept, points);
        const std::vector<double> scales = scales_of(kept, places, start);
        draw_names(context, places);
        draw_cells(context, kept, places, scales, points);
        ImGui::SetCursorScreenPos(origin);
    }
    ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
}

}  // namespace

constinit const Panel representations_panel{
    .title = "Representations",
    .explanation = "classes after each layer",
    .help =
        "The same points after each layer, in the target's two leading directions, coloured by "
        "class. Grey: where they were at the start.",
    .draw = draw_representations,
    .least = {15, 11},
    .weights = true,
    .remembered = remembered,
};

}  // namespace muonscope::gui

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "app/gui/lost_lanes.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/representations.h"
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

constexpr int shapes = 8;

// How deep a point lies inside a shape of radius 1, as a distance; negative outside.
float inside(int shape, float x, float y) {
    const float ax = std::abs(x), ay = std::abs(y);
    switch (shape) {
        case 0:
            return 1 - std::hypot(x, y);  // circle
        case 1:
            return 0.85F - std::max(ax, ay);  // square
        case 2:
            return (1.2F - ax - ay) * 0.7071F;  // diamond
        case 3:
            return std::min(0.75F - y, (1.15F + y - 1.8F * ax) * 0.49F);  // triangle up
        case 4:
            return std::min(0.75F + y, (1.15F - y - 1.8F * ax) * 0.49F);  // triangle down
        case 5:                                                           // plus
            return std::max(std::min(0.36F - ax, 1.1F - ay), std::min(0.36F - ay, 1.1F - ax));
        case 6: {  // cross
            const float u = std::abs(x + y) * 0.7071F, v = std::abs(x - y) * 0.7071F;
            return std::max(std::min(0.36F - u, 1.15F - v), std::min(0.36F - v, 1.15F - u));
        }
        default:
            return std::min(1 - std::hypot(x, y), std::hypot(x, y) - 0.5F);  // ring
    }
}

// A point is drawn as one triangle around its square, so that a cell is twice as wide as its shape.
int cell_size(float radius) {
    return 2 * (static_cast<int>(std::ceil(2.4F * radius)) + 2);
}

// Half the side of the square that holds a shape and its soft edge.
float half_size(int shape, float radius) {
    constexpr std::array<float, shapes> reach{1, 0.85F, 1.2F, 1.15F, 1.15F, 1.1F, 1.1F, 1};
    return reach[static_cast<std::size_t>(shape)] * radius + 0.75F;
}

// White shapes with soft edges, side by side; the colour comes with each point.
bool prepare_markers(Markers& markers, float radius) {
    const int wanted = static_cast<int>(radius * 10);
    if (markers.radius == wanted && markers.texture.ready()) return true;
    const int cell = cell_size(radius);
    if (cell * shapes > markers.texture.width() || cell > markers.texture.height()) return false;
    ImU32* pixels = markers.texture.write(cell * shapes, cell);
    if (pixels == nullptr) return false;
    const float centre = static_cast<float>(cell) / 4;
    for (int y = 0; y < cell; ++y)
        for (int shape = 0; shape < shapes; ++shape)
            for (int x = 0; x < cell; ++x) {
                const float dx = (static_cast<float>(x) + 0.5F - centre) / radius;
                const float dy = (static_cast<float>(y) + 0.5F - centre) / radius;
                const float cover = std::clamp(inside(shape, dx, dy) * radius + 0.5F, 0.0F, 1.0F);
                pixels[y * markers.texture.width() + shape * cell + x] =
                    IM_COL32(255, 255, 255, static_cast<int>(cover * 255));
            }
    markers.radius = wanted;
    return true;
}

struct Cell {
    ImVec2 from, to;
    double per_pixel = 1;  // units
    ImVec2 place(double x, double y) const {
        return {(from.x + to.x) / 2 + static_cast<float>(x / per_pixel),
                (from.y + to.y) / 2 - static_cast<float>(y / per_pixel)};
    }
};

class Points {
  public:
    Points(PanelContext& context, Markers& markers, float radius)
        : context_(context),
          markers_(markers),
          radius_(radius),
          textured_(prepare_markers(markers, radius)) {}

    void draw(const Cell& cell, const Matrix& at, const Problem& problem, int shown, bool ghost) {
        ImDrawList* draw = ImGui::GetWindowDrawList();
        const auto count = static_cast<int>(at.cols());
        const float size = static_cast<float>(cell_size(radius_));
        if (textured_) draw->PushTexture(markers_.texture.reference());
        const int indices = textured_ ? 3 : 6, vertices = textured_ ? 3 : 4;
        draw->PrimReserve(indices * count, vertices * count);
        int drawn = 0;
        taken_.clear();
        const float width = static_cast<float>(markers_.texture.width());
        const float height = static_cast<float>(markers_.texture.height());
        // Half of the points say where the start was.
        for (int i = 0; i < count; i += ghost ? 2 : 1) {
            const double x = at(0, i), y = at(1, i);
            if (!std::isfinite(x) || !std::isfinite(y)) continue;
            const ImVec2 centre = cell.place(x, y);
            if (centre.x < cell.from.x || centre.x > cell.to.x || centre.y < cell.from.y ||
                centre.y > cell.to.y)
                continue;
            // A start may lie on one spot: grey on grey shows no more than once.
            if (ghost && !taken_.emplace(std::lround(centre.x), std::lround(centre.y)).second)
                continue;
            const int kind = class_of(problem, shown, i);
            const ImU32 colour = ghost ? u32(with_alpha(context_.theme.ghost, 0.55F))
                                       : u32(context_.theme.class_colour(kind));
            ++drawn;
            if (!textured_) {
                draw->PrimRect({centre.x - radius_, centre.y - radius_},
                               {centre.x + radius_, centre.y + radius_}, colour);
                continue;
            }
            const int shape = kind % shapes;
            const float half = half_size(shape, radius_);
            const ImVec2 middle{size * (static_cast<float>(shape) + 0.25F), size / 4};
            const auto corner = [&](float right, float down) {
                draw->PrimVtx(
                    {centre.x + right * half, centre.y + down * half},
                    {(middle.x + right * half) / width, (middle.y + down * half) / height}, colour);
            };
            corner(-1, -1);
            corner(3, -1);
            corner(-1, 3);
        }
        draw->PrimUnreserve(indices * (count - drawn), vertices * (count - drawn));
        if (textured_) draw->PopTexture();
    }

    static int class_of(const Problem& problem, int shown, int column) {
        const int point = projected_point(problem, shown, column);
        return point < static_cast<int>(problem.point_class.size())
                   ? problem.point_class[static_cast<std::size_t>(point)]
                   : 0;
    }

  private:
    PanelContext& context_;
    Markers& markers_;
    float radius_;
    bool textured_;
    std::set<std::pair<long, long>> taken_;  // pixels
};

void update(PanelContext& context, Representation& kept,
            const std::shared_ptr<const Problem>& problem,
            const std::shared_ptr<const std::vector<Matrix>>& weights, int points) {
    kept.later.look(context, kept.layers);
    if (kept.problem != problem) kept.layers.clear();  // of another
    if ((kept.problem == problem && kept.weights == weights) || kept.later.busy()) return;
    kept.problem = problem;
    kept.weights = weights;
    kept.later.begin(
        context, multiply_adds(*problem, points + 2),
        [problem, weights, points] {
            return weights ? project_layers(*problem, *weights, points) : std::vector<Matrix>{};
        },
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

// Layers shown when not all fit: the first, the output, and some evenly between.
std::vector<int> chosen_layers(int layers, int room) {
    std::vector<int> chosen;
    const int count = std::clamp(room, 1, std::max(layers, 1));
    if (count == 1) return {layers - 1};
    for (int i = 0; i < count; ++i) chosen.push_back(i * (layers - 1) / (count - 1));
    return chosen;
}

// Where the pictures stand: a row a lane, a column a layer.
struct Places {
    ImVec2 origin, extent;  // of all; of one picture
    float line = 0, gap = 0, lane_width = 0;
    int lanes = 0, across = 1;  // lanes side by side
    std::vector<int> shown;     // layers

    float left(int place) const {
        return origin.x + static_cast<float>(place) * (lane_width + 2 * gap);
    }
    float top(int row) const {
        return origin.y + static_cast<float>(row) * (line + extent.y + gap);
    }
    float below() const { return top((lanes + across - 1) / across) - gap * 0.5F; }
    Cell cell(int lane, std::size_t column, double scale) const {
        Cell cell;
        cell.from = {
            std::round(left(lane % across) + static_cast<float>(column) * (extent.x + gap)),
            std::round(top(lane / across) + line)};
        cell.to = {std::round(cell.from.x + extent.x), std::round(cell.from.y + extent.y)};
        const float half = std::min(extent.x, extent.y) / 2 - em(0.5F);
        cell.per_pixel = scale / static_cast<double>(std::max(half, 1.0F));
        return cell;
    }
};

// Lanes stand below one another, and side by side only where their pictures would be too flat.
Places places_in(ImVec2 origin, ImVec2 room, int lanes, int layers) {
    Places places;
    places.origin = origin;
    places.line = ImGui::GetTextLineHeight();
    places.gap = em(0.4F);
    places.lanes = lanes;
    const float gap = places.gap;
    const auto height_with = [&](int lanes_across) {
        const int full = (lanes + lanes_across - 1) / lanes_across;
        const auto rows = static_cast<float>(full);
        return (room.y - places.line * (rows + 1) - gap * rows) / rows;
    };
    const int most_across = std::max(1, static_cast<int>((room.x + gap) / (em(5.2F) + gap)));
    while (places.across < std::min(lanes, most_across) && height_with(places.across) < em(2.4F))
        ++places.across;
    places.lane_width = (room.x - 2 * gap * static_cast<float>(places.across - 1)) /
                        static_cast<float>(places.across);
    places.shown =
        chosen_layers(layers, static_cast<int>((places.lane_width + gap) / (em(5.2F) + gap)));
    const auto columns = static_cast<float>(places.shown.size());
    places.extent = {(places.lane_width - gap * (columns - 1)) / columns,
                     height_with(places.across)};
    return places;
}

std::string layer_name(int layer, int layers) {
    return layer + 1 == layers ? "output" : fmt::format("layer {}", layer + 1);
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
std::vector<double> scales_of(const RepresentationsView& kept, const Places& places, bool start) {
    std::vector<double> scales(places.shown.size(), 0);
    for (std::size_t c = 0; c < scales.size(); ++c) {
        const auto layer = static_cast<std::size_t>(places.shown[c]);
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

// Frame and axes; where the scale ends, a tick on the horizontal one and its number in the corner.
void draw_frame_of(const Theme& theme, const Cell& cell, double scale) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 dim = u32(theme.dim), grid = u32(theme.grid);
    const float small = ImGui::GetFontSize() * 0.8F;
    const ImVec2 centre = cell.place(0, 0);
    draw->AddRectFilled({cell.from.x, centre.y}, {cell.to.x, centre.y + 1}, grid);
    draw->AddRectFilled({centre.x, cell.from.y}, {centre.x + 1, cell.to.y}, grid);
    draw->AddRect(cell.from, cell.to, u32(theme.border), em(0.25F), 0, theme.hairline());
    const ImVec2 end = cell.place(scale, 0);
    draw->AddRectFilled({end.x, end.y - em(0.2F)}, {end.x + 1, end.y + em(0.2F)}, dim);
    const std::string label = fmt::format("±{:g}", scale);
    const float width = ImGui::GetFont()->CalcTextSizeA(small, 1e6F, 0, label.c_str()).x;
    draw->AddText(nullptr, small, {cell.to.x - width - em(0.25F), cell.to.y - small - em(0.2F)},
                  dim, label.c_str());
}

// The names of lanes and layers around the frames of all pictures.
void draw_frames(const PanelContext& context, const Places& places,
                 const std::vector<double>& scales, int layers) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (int l = 0; l < places.lanes; ++l) {
        ImGui::PushFont(context.fonts.heading, 0);
        fitted_text(draw, {places.left(l % places.across), places.top(l / places.across)},
                    places.lane_width, context.theme.lane_text(l),
                    name_and_step(context.snapshot->lanes[static_cast<std::size_t>(l)]).c_str());
        ImGui::PopFont();
        for (std::size_t c = 0; c < scales.size(); ++c)
            draw_frame_of(context.theme, places.cell(l, c, scales[c]), scales[c]);
    }
    for (int place = 0; place < places.across; ++place)
        for (std::size_t c = 0; c < scales.size(); ++c) {
            const std::string label = layer_name(places.shown[c], layers);
            const float width = ImGui::CalcTextSize(label.c_str()).x;
            const float x =
                places.left(place) + static_cast<float>(c) * (places.extent.x + places.gap);
            draw->AddText({x + (places.extent.x - width) / 2, places.below()},
                          u32(context.theme.dim), label.c_str());
        }
}

// The start of all lanes lies below the points of now.
void draw_points(PanelContext& context, RepresentationsView& kept, const Places& places,
                 const std::vector<double>& scales, int points) {
    const bool start = context.chosen<RepresentationsChoices>().start;
    Points marks(context, kept.markers, context.theme.point());
    for (int pass = start ? 0 : 1; pass < 2; ++pass)
        for (int l = 0; l < places.lanes; ++l)
            for (std::size_t c = 0; c < scales.size(); ++c) {
                const Representation& from = pass == 0 ? kept.start : kept.lanes[l];
                const auto layer = static_cast<std::size_t>(places.shown[c]);
                if (layer >= from.layers.size()) continue;
                marks.draw(places.cell(l, c, scales[c]), from.layers[layer],
                           *context.snapshot->problem, points, pass == 0);
            }
}

// The point under the mouse; −1: none is near.
int nearest_point(const Cell& cell, const Matrix& at) {
    const ImVec2 mouse = ImGui::GetMousePos();
    if (mouse.x < cell.from.x || mouse.x > cell.to.x || mouse.y < cell.from.y ||
        mouse.y > cell.to.y)
        return -1;
    int nearest = -1;
    float best = em(0.6F);
    for (Eigen::Index i = 0; i < at.cols(); ++i) {
        const ImVec2 point = cell.place(at(0, i), at(1, i));
        const float distance = std::hypot(point.x - mouse.x, point.y - mouse.y);
        if (distance < best) {
            best = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

void readout(PanelContext& context, const Places& places, const std::vector<double>& scales,
             RepresentationsView& kept, int points) {
    const Snapshot& snapshot = *context.snapshot;
    const int layers = snapshot.layout.layers();
    for (int l = 0; l < places.lanes; ++l)
        for (std::size_t c = 0; c < scales.size(); ++c) {
            const auto layer = static_cast<std::size_t>(places.shown[c]);
            if (layer >= kept.lanes[l].layers.size()) continue;
            const Matrix& at = kept.lanes[l].layers[layer];
            const int nearest = nearest_point(places.cell(l, c, scales[c]), at);
            if (nearest < 0) continue;
            const int kind = Points::class_of(*snapshot.problem, points, nearest);
            const ReadoutRow row{
                fmt::format("class {}", kind + 1),
                fmt::format("{} , {}", value_text(at(0, nearest)), value_text(at(1, nearest))),
                context.theme.class_colour(kind)};
            draw_readout(context,
                         fmt::format("{}, {}", snapshot.lanes[static_cast<std::size_t>(l)].name,
                                     layer_name(places.shown[c], layers)),
                         std::span(&row, 1));
        }
}

Table points_table(const Problem& problem, RepresentationsView& kept, int lanes, int points) {
    Table table;
    table.columns = {"lane", "layer", "class", "x", "y"};
    for (int l = 0; l < lanes; ++l)
        for (std::size_t layer = 0; layer < kept.lanes[l].layers.size(); ++layer) {
            const Matrix& at = kept.lanes[l].layers[layer];
            for (Eigen::Index i = 0; i < at.cols(); ++i)
                table.rows.push_back(
                    {static_cast<double>(l + 1), static_cast<double>(layer + 1),
                     static_cast<double>(Points::class_of(problem, points, static_cast<int>(i)) +
                                         1),
                     at(0, i), at(1, i)});
        }
    return table;
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
    const int layers = snapshot.layout.layers();
    if (problem.points.cols() == 0 || layers < 1) {
        centred_note(context, "No classes to show");
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const Places places = places_in(ImGui::GetCursorScreenPos(), room, lanes, layers);
    if (places.extent.x < em(2) || places.extent.y < em(2)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    RepresentationsView& kept = context.kept<RepresentationsView>();
    const int points = affordable_points(problem);
    follow_training(context, kept, points);
    const std::vector<double> scales = scales_of(kept, places, start);
    draw_frames(context, places, scales, layers);
    draw_points(context, kept, places, scales, points);
    const bool hovered = ImGui::IsWindowHovered();
    if (hovered) readout(context, places, scales, kept, points);
    export_menu(context, "##export", "representations", hovered,
                [&] { return points_table(problem, kept, lanes, points); });
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
    .remembered = remembered,
};

}  // namespace muonscope::gui

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

void draw_representations(PanelContext& context) {
    begin_header_controls(context, toggle_width("start"));
    toggle(context, "start", context.chosen<RepresentationsChoices>().start,
           "Shows where the points were at step 0, in grey.");
    end_header_controls(context);
    if (!context.snapshot || !context.snapshot->problem || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    const Problem& problem = *snapshot.problem;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const int layers = static_cast<int>(problem.widths.size()) - 1;
    if (problem.points.cols() == 0 || layers < 1) {
        centred_note(context, "No classes to show");
        return;
    }
    const float line = ImGui::GetTextLineHeight();
    const float gap = em(0.4F);
    // Lanes stand below one another, and side by side only where their pictures would be too flat.
    const auto height_with = [&](int lanes_across) {
        const int lines = (lanes + lanes_across - 1) / lanes_across;
        const auto rows = static_cast<float>(lines);
        return (room.y - line * (rows + 1) - gap * rows) / rows;
    };
    int across = 1;
    const int most_across = std::max(1, static_cast<int>((room.x + gap) / (em(5.2F) + gap)));
    while (across < std::min(lanes, most_across) && height_with(across) < em(2.4F)) ++across;
    const float lane_width =
        (room.x - 2 * gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    const std::vector<int> shown =
        chosen_layers(layers, static_cast<int>((lane_width + gap) / (em(5.2F) + gap)));
    const auto columns = static_cast<int>(shown.size());
    const ImVec2 cell_extent{
        (lane_width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
        height_with(across)};
    if (cell_extent.x < em(2) || cell_extent.y < em(2)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }

    RepresentationsView& kept = context.kept<RepresentationsView>();
    const int points = affordable_points(problem);
    // The weights of the start belong to the problem, which keeps them as long as they are needed.
    update(context, kept.start, snapshot.problem, {snapshot.problem, &problem.start}, points);
    for (int l = 0; l < lanes; ++l)
        update(context, kept.lanes[l], snapshot.problem,
               snapshot.lanes[static_cast<std::size_t>(l)].weights, points);

    // One scale a column, so that lanes can be compared; it moves in round numbers.
    std::vector<double> scale(shown.size(), 0);
    for (std::size_t c = 0; c < shown.size(); ++c) {
        const auto layer = static_cast<std::size_t>(shown[c]);
        const auto widen = [&](const Representation& from) {
            if (layer < from.layers.size())
                scale[c] = std::max(scale[c], reach(from.layers[layer]));
        };
        for (int l = 0; l < lanes; ++l) widen(kept.lanes[l]);
        if (context.chosen<RepresentationsChoices>().start) widen(kept.start);
        scale[c] = round_scale(scale[c]);
    }

    const Theme& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImU32 dim = u32(theme.dim);
    const float small = ImGui::GetFontSize() * 0.8F;
    std::vector<Cell> cells;
    const auto left_of = [&](int place) {
        return origin.x + static_cast<float>(place) * (lane_width + 2 * gap);
    };
    for (int l = 0; l < lanes; ++l) {
        const float left = left_of(l % across);
        const int row = l / across;
        float y = origin.y + static_cast<float>(row) * (line + cell_extent.y + gap);
        ImGui::PushFont(context.fonts.heading, 0);
        fitted_text(draw, {left, y}, lane_width, theme.lane_text(l),
                    name_and_step(snapshot.lanes[static_cast<std::size_t>(l)]).c_str());
        ImGui::PopFont();
        y += line;
        for (std::size_t c = 0; c < shown.size(); ++c) {
            Cell cell;
            cell.from = {std::round(left + static_cast<float>(c) * (cell_extent.x + gap)),
                         std::round(y)};
            cell.to = {std::round(cell.from.x + cell_extent.x),
                       std::round(cell.from.y + cell_extent.y)};
            const float half = std::min(cell_extent.x, cell_extent.y) / 2 - em(0.5F);
            cell.per_pixel = scale[c] / static_cast<double>(std::max(half, 1.0F));
            cells.push_back(cell);
            const ImVec2 centre = cell.place(0, 0);
            const ImU32 grid = u32(theme.grid);
            draw->AddRectFilled({cell.from.x, centre.y}, {cell.to.x, centre.y + 1}, grid);
            draw->AddRectFilled({centre.x, cell.from.y}, {centre.x + 1, cell.to.y}, grid);
            draw->AddRect(cell.from, cell.to, u32(theme.border), em(0.25F), 0, theme.hairline());
            // Where the scale ends, a tick on the horizontal axis; its number in the corner below.
            const ImVec2 end = cell.place(scale[c], 0);
            draw->AddRectFilled({end.x, end.y - em(0.2F)}, {end.x + 1, end.y + em(0.2F)}, dim);
            const std::string label = fmt::format("±{:g}", scale[c]);
            const float width = ImGui::GetFont()->CalcTextSizeA(small, 1e6F, 0, label.c_str()).x;
            draw->AddText(nullptr, small,
                          {cell.to.x - width - em(0.25F), cell.to.y - small - em(0.2F)}, dim,
                          label.c_str());
        }
    }
    const int rows = (lanes + across - 1) / across;
    const float below =
        origin.y + static_cast<float>(rows) * (line + cell_extent.y + gap) - gap * 0.5F;
    for (int place = 0; place < across; ++place)
        for (std::size_t c = 0; c < shown.size(); ++c) {
            const std::string label =
                shown[c] + 1 == layers ? "output" : fmt::format("layer {}", shown[c] + 1);
            const float width = ImGui::CalcTextSize(label.c_str()).x;
            const float x = left_of(place) + static_cast<float>(c) * (cell_extent.x + gap);
            draw->AddText({x + (cell_extent.x - width) / 2, below}, dim, label.c_str());
        }

    Points marks(context, kept.markers, theme.point());
    const ImVec2 mouse = ImGui::GetMousePos();
    const bool hovered = ImGui::IsWindowHovered();
    for (int pass = context.chosen<RepresentationsChoices>().start ? 0 : 1; pass < 2; ++pass)
        for (int l = 0; l < lanes; ++l)
            for (std::size_t c = 0; c < shown.size(); ++c) {
                const Representation& from = pass == 0 ? kept.start : kept.lanes[l];
                const auto layer = static_cast<std::size_t>(shown[c]);
                if (layer >= from.layers.size()) continue;
                marks.draw(cells[static_cast<std::size_t>(l) * shown.size() + c],
                           from.layers[layer], problem, points, pass == 0);
            }

    for (int l = 0; l < lanes && hovered; ++l)
        for (std::size_t c = 0; c < shown.size(); ++c) {
            const Cell& cell = cells[static_cast<std::size_t>(l) * shown.size() + c];
            if (mouse.x < cell.from.x || mouse.x > cell.to.x || mouse.y < cell.from.y ||
                mouse.y > cell.to.y)
                continue;
            const Representation& from = kept.lanes[l];
            const auto layer = static_cast<std::size_t>(shown[c]);
            if (layer >= from.layers.size()) continue;
            const Matrix& at = from.layers[layer];
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
            if (nearest < 0) continue;
            const int kind = Points::class_of(problem, points, nearest);
            const ReadoutRow row{
                fmt::format("class {}", kind + 1),
                fmt::format("{} , {}", value_text(at(0, nearest)), value_text(at(1, nearest))),
                theme.class_colour(kind)};
            draw_readout(
                context,
                fmt::format("{}, {}", snapshot.lanes[static_cast<std::size_t>(l)].name,
                            shown[c] + 1 == layers ? std::string("output")
                                                   : fmt::format("layer {}", shown[c] + 1)),
                std::span(&row, 1));
        }
    export_menu(context, "##export", "representations", hovered, [&] {
        Table table;
        table.columns = {"lane", "layer", "class", "x", "y"};
        for (int l = 0; l < lanes; ++l)
            for (std::size_t layer = 0; layer < kept.lanes[l].layers.size(); ++layer) {
                const Matrix& at = kept.lanes[l].layers[layer];
                for (Eigen::Index i = 0; i < at.cols(); ++i)
                    table.rows.push_back(
                        {static_cast<double>(l + 1), static_cast<double>(layer + 1),
                         static_cast<double>(
                             Points::class_of(problem, points, static_cast<int>(i)) + 1),
                         at(0, i), at(1, i)});
            }
        return table;
    });
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

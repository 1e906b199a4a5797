#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/representations.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/scene_image.h"
#include "app/gui/theme.h"
#include "core/measure/likeness.h"

// The cosine between any two points of a layer, seen from their mean, as a square of colours.
namespace muonscope::gui {

using namespace plots;

namespace {

// Cosines of one picture, worked out once for its points.
struct Cosines {
    PointsOf of;
    Matrix values;
};
struct SimilarityView {
    std::map<std::pair<int, int>, Cosines> cells;  // lane, layer
};

const Matrix& cosines_of(const PanelContext& context, const RepresentationCell& cell) {
    Cosines& kept = context.kept<SimilarityView>().cells[{cell.lane, cell.layer}];
    const DrawnPoints* points = points_in(context, cell);
    const auto layer = static_cast<std::size_t>(cell.layer);
    if (points == nullptr || layer >= points->states.size()) {
        kept = {};
    } else if (!(kept.of == points->of)) {
        kept.of = points->of;
        kept.values = cosine_similarity(points->states[layer]);
    }
    return kept.values;
}

// As large as the cell has room for, classes beside it: a square of whole pixels in its middle.
struct Square {
    ImVec2 corner;
    float side = 0, strip = 0;
};
Square square_in(const RepresentationCell& cell) {
    Square square;
    square.strip = std::round(em(0.35F));
    const float beside = square.strip + std::round(em(0.1F));
    square.side = std::floor(std::min(cell.size.x, cell.size.y) - beside);
    square.corner = {std::round(cell.corner.x + beside + (cell.size.x - beside - square.side) / 2),
                     std::round(cell.corner.y + beside + (cell.size.y - beside - square.side) / 2)};
    return square;
}

// From −1 to 1, as long as they are.
ImVec4 cosine_colour(const Theme& theme, double cosine) {
    return diverging(theme, cosine * std::abs(cosine));
}

Scene scene_of(const Theme& theme, const Matrix& cosines) {
    Scene scene;
    if (cosines.size() == 0) return scene;
    Heatmap map;
    map.rows = static_cast<int>(cosines.rows());
    map.columns = static_cast<int>(cosines.cols());
    for (Eigen::Index i = 0; i < cosines.rows(); ++i)
        for (Eigen::Index j = 0; j < cosines.cols(); ++j)
            map.values.push_back(static_cast<float>(cosines(i, j)));
    constexpr int steps = 64;
    for (int i = 0; i <= steps; ++i)
        map.colours.push_back(colour_of(cosine_colour(theme, 2.0 * i / steps - 1)));
    map.low = -1;
    map.high = 1;
    map.none = colour_of(theme.well);
    scene.heatmaps.push_back(std::move(map));
    return scene;
}

Picture picture_of(const PanelContext& context, const RepresentationSheet& sheet, ImVec2 scale) {
    Picture picture;
    picture.ground = colour_of(context.theme.card);
    for (const RepresentationCell& cell : sheet.cells) {
        const Square square = square_in(cell);
        const auto pixel = [](float at, float times) { return static_cast<int>(at * times); };
        const int side = std::max(pixel(square.side, scale.x), 1);
        picture.panes.push_back(
            {{pixel(square.corner.x, scale.x), pixel(square.corner.y, scale.y), side, side},
             scene_of(context.theme, cosines_of(context, cell))});
    }
    return picture;
}

// Left of and above a square: which class each row and each column is of.
void draw_classes(const PanelContext& context, ImDrawList* list, const Square& square,
                  ImVec2 origin) {
    const std::vector<int>& kinds = kinds_of(context);
    const auto count = static_cast<float>(kinds.size());
    const ImVec2 at{origin.x + square.corner.x, origin.y + square.corner.y};
    const float gap = std::round(em(0.1F));
    for (std::size_t from = 0, to = 0; from < kinds.size(); from = to) {
        while (to < kinds.size() && kinds[to] == kinds[from]) ++to;
        const float begin = std::round(square.side * static_cast<float>(from) / count);
        const float end = std::round(square.side * static_cast<float>(to) / count);
        const ImU32 colour = u32(kind_colour(context, kinds[from]));
        list->AddRectFilled({at.x - gap - square.strip, at.y + begin}, {at.x - gap, at.y + end},
                            colour);
        list->AddRectFilled({at.x + begin, at.y - gap - square.strip}, {at.x + end, at.y - gap},
                            colour);
    }
}

// What colours stand for, at the right end of the first line.
void draw_colours(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                  ImVec2 origin) {
    constexpr int steps = 24;
    const std::string low = "cosine  −1 ", high = "1";
    const float bar = em(5), gap = em(0.3F), line = ImGui::GetTextLineHeight();
    const float wide = ImGui::CalcTextSize((low + high).c_str()).x + bar + gap;
    const std::string name = lane_title(context, 0);
    if (wide + ImGui::CalcTextSize(name.c_str()).x + em(8) > sheet.size.x ||
        sheet.places.across > 1)
        return;
    float x = origin.x + sheet.size.x - wide;
    list->AddText({x, origin.y}, u32(context.theme.dim), low.c_str());
    x += ImGui::CalcTextSize(low.c_str()).x;
    for (int i = 0; i < steps; ++i) {
        const float from = std::round(x + bar * static_cast<float>(i) / steps);
        const float to = std::round(x + bar * static_cast<float>(i + 1) / steps);
        list->AddRectFilled({from, std::round(origin.y + 0.25F * line)},
                            {to, std::round(origin.y + 0.8F * line)},
                            u32(cosine_colour(context.theme, 2 * (i + 0.5) / steps - 1)));
    }
    list->AddText({x + bar + gap, origin.y}, u32(context.theme.dim), high.c_str());
}

void draw_sheet(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                ImVec2 origin, const char* name) {
    const std::string fault =
        add_scenes(context, list, name, origin, sheet.size,
                   [&](ImVec2 scale) { return picture_of(context, sheet, scale); });
    draw_names(context, list, sheet, origin);
    for (const RepresentationCell& cell : sheet.cells)
        draw_classes(context, list, square_in(cell), origin);
    draw_colours(context, list, sheet, origin);
    add_fault(context, list, fault, origin, sheet.size.x);
}

std::string point_text(const PanelContext& context, std::size_t point) {
    return point_name(context, point) + ", " + kind_name(context, kinds_of(context)[point]);
}

void say_entry(PanelContext& context, const RepresentationSheet& sheet, ImVec2 mouse) {
    for (const RepresentationCell& cell : sheet.cells) {
        const Square square = square_in(cell);
        const Matrix& cosines = cosines_of(context, cell);
        if (cosines.size() == 0) continue;
        const auto count = static_cast<float>(cosines.rows());
        const float j = std::floor((mouse.x - square.corner.x) / square.side * count);
        const float i = std::floor((mouse.y - square.corner.y) / square.side * count);
        if (i < 0 || j < 0 || i >= count || j >= count) continue;
        const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
        const double value =
            cosines(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column));
        const auto colour = [&](std::size_t point) {
            return kind_colour(context, kinds_of(context)[point]);
        };
        const std::array rows{
            ReadoutRow{point_text(context, row), "", colour(row)},
            ReadoutRow{point_text(context, column), "", colour(column)},
            ReadoutRow{"cosine", value_text(value), cosine_colour(context.theme, value)}};
        draw_readout(context, picture_title(context, cell), rows);
        return;
    }
}

Table table(const PanelContext& context, const RepresentationSheet& sheet) {
    Table out;
    out.columns = {"lane", "layer", "step", "point", "other point", "cosine"};
    const std::vector<int>& numbers = context.kept<RepresentationsView>().shown->numbers;
    for (const RepresentationCell& cell : sheet.cells) {
        const Matrix& cosines = cosines_of(context, cell);
        if (cosines.size() == 0) continue;
        const auto step = static_cast<double>(points_in(context, cell)->of.state.step);
        for (Eigen::Index i = 0; i < cosines.rows(); ++i)
            for (Eigen::Index j = 0; j < cosines.cols(); ++j)
                out.rows.push_back({cell.lane + 1.0, cell.layer + 1.0, step,
                                    numbers[static_cast<std::size_t>(i)] + 1.0,
                                    numbers[static_cast<std::size_t>(j)] + 1.0, cosines(i, j)});
    }
    return out;
}

}  // namespace

void draw_similarity(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin) {
    ImGui::SetCursorScreenPos(origin);
    ImGui::InvisibleButton("##similarity",
                           {std::max(sheet.size.x, 1.0F), std::max(sheet.size.y, 1.0F)});
    const bool hovered = ImGui::IsItemHovered();
    draw_sheet(context, ImGui::GetWindowDrawList(), sheet, origin, "similarity");
    const ImVec2 mouse = ImGui::GetMousePos();
    if (hovered) say_entry(context, sheet, {mouse.x - origin.x, mouse.y - origin.y});
    const auto print = [&context, size = sheet.size](const std::string& path, int width) {
        save_larger(context, size, path, width,
                    [](PanelContext& larger, ImDrawList* list, ImVec2 at, ImVec2 room) {
                        draw_sheet(larger, list, representation_sheet(larger, room), at,
                                   "similarity for print");
                    });
    };
    export_menu(context, "##similarity export", "similarity", hovered,
                {.table = [&] { return table(context, sheet); },
                 .print = print,
                 .step = past_step(context)});
}

}  // namespace muonscope::gui

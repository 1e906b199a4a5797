#include "app/gui/panels/maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/plots/source.h"
#include "app/gui/scene_image.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

// Where the pictures of maps stand, and the words around them.
namespace muonscope::gui {
namespace {

constexpr int most_caption = 2;     // lines
constexpr float least_side = 6.2F;  // em: smaller ones say nothing

int lanes_of(const PanelContext& context) {
    return static_cast<int>(context.snapshot->lanes.size());
}

bool shows_update(const PanelContext& context) {
    return context.chosen<MapsChoices>().update;
}

// Pictures side by side that belong to one source.
int parts(const PanelContext& context) {
    return shows_update(context) ? 2 : 1;
}

std::vector<int> sources_wanted(const PanelContext& context) {
    const int layers = context.snapshot->layout.layers();
    const MapsChoices& chosen = context.chosen<MapsChoices>();
    const bool product = context.snapshot->layout.product_rank() > 0;
    if (chosen.source > 0) return {std::min(chosen.source, layers)};
    if (chosen.source == 0 && product) return {0};
    std::vector<int> sources;
    for (int layer = 1; layer <= layers; ++layer) sources.push_back(layer);
    if (layers > 1 && product) sources.push_back(0);
    return sources;
}

struct Extents {
    float line, foot, gap, caption;
};
// caption_lines: what the caption takes, of two at most.
Extents extents_in(ImVec2 size, int caption_lines) {
    const float line = ImGui::GetTextLineHeight();
    const bool roomy = size.y > em(14);
    return {line, roomy ? std::round(2.1F * line) : std::round(1.1F * line), em(0.5F),
            roomy ? static_cast<float>(caption_lines) * line + em(0.3F) : 0};
}

struct SheetGrid {
    int across = 1, rows = 1;  // lanes
    ImVec2 cell;
    float side() const { return std::min(cell.x, cell.y); }
};
// Lanes side by side or below one another, whichever makes the pictures larger.
SheetGrid grid_for(ImVec2 size, int lanes, int columns, int caption_lines) {
    const Extents at = extents_in(size, caption_lines);
    SheetGrid best;
    best.cell = {0, 0};
    for (int across = 1; across <= std::max(lanes, 1); ++across) {
        SheetGrid grid;
        grid.across = across;
        grid.rows = (std::max(lanes, 1) + across - 1) / across;
        const auto pictures = static_cast<float>(across * columns);
        const auto rows = static_cast<float>(grid.rows);
        grid.cell = {
            (size.x - at.gap * (pictures - 1) - at.gap * static_cast<float>(across - 1)) / pictures,
            (size.y - at.caption) / rows - at.line - at.foot};
        if (grid.side() > best.side()) best = grid;
    }
    return best;
}

// So many of them: the first, the last and some evenly between.
std::vector<int> thinned(const std::vector<int>& all, int count) {
    const auto n = static_cast<int>(all.size());
    if (count >= n) return all;
    if (count <= 1) return {all.back()};
    std::vector<int> some;
    for (int i = 0; i < count; ++i)
        some.push_back(all[static_cast<std::size_t>(i * (n - 1) / (count - 1))]);
    return some;
}

// Numbers of layers; of matrices that have names how many there are.
std::string names_of(const PanelContext& context, const std::vector<int>& left) {
    if (context.snapshot->problem->task) return fmt::format("{} matrices", left.size());
    std::string names;
    for (const int source : left) names += (names.empty() ? "" : ", ") + fmt::format("{}", source);
    return names;
}

const MapBody* find(const MapsView& kept, int lane, int source, Body body) {
    const auto of_lane = kept.lanes.find(lane);
    if (of_lane == kept.lanes.end()) return nullptr;
    for (const MapBody& each : of_lane->second.bodies)
        if (each.source == source && each.body == body) return &each;
    return nullptr;
}

MapBody body_for(const PanelContext& context, int lane, int source, Body body) {
    if (const MapBody* found = find(context.kept<MapsView>(), lane, source, body)) return *found;
    const DrawnLane of = drawn_lane(context, static_cast<std::size_t>(lane));
    MapBody none;
    none.lane = lane;
    none.source = source;
    none.body = body;
    none.state = of.name;
    none.missing = body == Body::weights ? " "
                   : of.lost             ? "no step: the lane is lost"
                   : of.past && !of.move ? move_not_kept
                                         : " ";
    return none;
}

double longest(const Eigen::Vector3d& lengths) {
    double most = 0;
    for (const double length : lengths)
        if (std::isfinite(length)) most = std::max(most, length);
    return most;
}

// Larger than the target's only in round numbers, so that it does not breathe.
double round_reach(double reached, double of_target) {
    if (reached <= 1.02 * of_target) return of_target;
    if (!(reached > 0)) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(reached))) / 5;
    return std::ceil(reached / power - 1e-9) * power;
}

// The target's semi-axes: along the frame in the space of outputs; along the body's own axes
// elsewhere, where any rotation of hidden units would do as well.
Eigen::Matrix3d target_axes(const Problem& problem, const MapBody& body,
                            const Eigen::Vector3d& lengths) {
    Eigen::Matrix3d axes = Eigen::Matrix3d::Identity();
    if (!of_outputs(problem, body.source))
        for (int k = 0; k < 3; ++k) {
            const double length = body.image.axes.col(k).norm();
            if (!(length > 0)) return Eigen::Matrix3d::Zero();
            axes.col(k) = body.image.axes.col(k) / length;
        }
    return axes * lengths.asDiagonal();
}

// How long things are drawn: all of one source to one scale, or each to its own.
void set_scales(const PanelContext& context, std::vector<MapCell>& cells) {
    const MapsChoices& chosen = context.chosen<MapsChoices>();
    const Problem& problem = *context.snapshot->problem;
    std::map<int, double> reach;
    for (const MapCell& cell : cells) {
        double& far = reach[cell.body.source];
        if (cell.body.missing.empty()) far = std::max(far, longest(cell.body.image.lengths));
    }
    for (MapCell& cell : cells) {
        const bool own = chosen.shape || chosen.update;
        const double mine = longest(cell.body.image.lengths);
        const bool wire = chosen.target && !chosen.update;
        const Eigen::Vector3d lengths =
            wire ? target_lengths(problem, cell.body.source, chosen.which)
                 : Eigen::Vector3d(Eigen::Vector3d::Zero());
        const double target = longest(lengths);
        cell.shrink = own && mine > 0 ? 1 / mine : 1;
        cell.reach = own ? 1 : round_reach(reach[cell.body.source], target);
        if (wire && target > 0)
            cell.target = target_axes(problem, cell.body, lengths) * (own ? 1 / target : 1);
    }
}

std::string ratios(const SphereImage& image) {
    std::vector<double> sorted;
    for (std::size_t k = 0; k < 3; ++k)
        if (image.which[k] >= 0) sorted.push_back(image.lengths(static_cast<Eigen::Index>(k)));
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    if (sorted.size() < 2 || !(sorted.front() > 0)) return "";
    std::string text;
    for (const double value : sorted)
        text += text.empty() ? "1" : fmt::format(" : {:.2f}", value / sorted.front());
    return text;
}

void centred(ImDrawList* list, ImVec2 middle, float width, const ImVec4& colour,
             const std::string& text) {
    const float wide = ImGui::CalcTextSize(text.c_str()).x;
    if (wide <= width)
        list->AddText({std::round(middle.x - wide / 2), middle.y}, u32(colour), text.c_str());
    else
        fitted_text(list, {middle.x - width / 2, middle.y}, width, colour, text.c_str());
}

void draw_words(PanelContext& context, ImDrawList* list, const MapsSheet& sheet, ImVec2 origin,
                const MapCell& cell) {
    const Theme& theme = context.theme;
    const ImVec2 at{origin.x + cell.corner.x, origin.y + cell.corner.y};
    const ImVec2 below{at.x + cell.size.x / 2, at.y + cell.size.y + em(0.05F)};
    const float width = cell.size.x - em(0.2F);
    centred(list, below, width, theme.text, cell.title);
    if (!cell.body.missing.empty()) {
        centred(list, {below.x, at.y + cell.size.y / 2 - em(0.5F)}, width, theme.dim,
                cell.body.missing);
        return;
    }
    if (sheet.foot < 1.5F * ImGui::GetTextLineHeight()) return;
    const std::string word = shape_word(cell.body.image), numbers = ratios(cell.body.image);
    std::string text = word.empty() ? numbers : word + "  " + numbers;
    if (ImGui::CalcTextSize(text.c_str()).x > width) text = word.empty() ? numbers : word;
    centred(list, {below.x, below.y + ImGui::GetTextLineHeight()}, width, theme.dim, text);
}

// At the ends of the axes: which they are and, where there is room, how long.
void draw_labels(PanelContext& context, ImDrawList* list, ImVec2 origin, const MapCell& cell) {
    const float side = std::min(cell.size.x, cell.size.y);
    if (!cell.body.missing.empty() || side < em(8)) return;
    const Camera camera = camera_of(context.chosen<MapsChoices>(), cell.reach);
    const ImVec2 at{origin.x + cell.corner.x, origin.y + cell.corner.y};
    list->PushClipRect(at, {at.x + cell.size.x, at.y + cell.size.y}, true);
    for (int k = 0; k < 3; ++k) {
        const auto which = cell.body.image.which[static_cast<std::size_t>(k)];
        const double length = cell.body.image.axes.col(k).norm();
        if (which < 0 || !(length > 0)) continue;
        const Eigen::Vector3d tip =
            cell.body.image.axes.col(k) / length * (length * cell.shrink + 0.19 * cell.reach);
        const Eigen::Vector2f seen =
            seen_at(camera, tip.cast<float>(), static_cast<int>(cell.size.x),
                    static_cast<int>(cell.size.y));
        const std::string text =
            side > em(24) ? fmt::format("σ{} {:.3g}", which + 1, cell.body.image.lengths(k))
                          : fmt::format("{}", which + 1);
        const ImVec2 extent = ImGui::CalcTextSize(text.c_str());
        list->AddText({std::round(at.x + seen.x() - extent.x / 2),
                       std::round(at.y + seen.y() - extent.y / 2)},
                      u32(axis_colour(context.theme, k)), text.c_str());
    }
    list->PopClipRect();
}

}  // namespace

std::vector<int> sources_shown(const PanelContext& context, ImVec2 size) {
    const std::vector<int> wanted = sources_wanted(context);
    const int lanes = lanes_of(context), each = parts(context);
    auto count = static_cast<int>(wanted.size());
    while (count > 1 && grid_for(size, lanes, count * each, most_caption).side() < em(least_side))
        --count;
    return thinned(wanted, count);
}

namespace {

MapsSheet sheet_with(PanelContext& context, ImVec2 size, int caption_lines) {
    const std::vector<int> sources = sources_shown(context, size);
    std::vector<int> left = sources_wanted(context);
    std::erase_if(left, [&](int source) {
        return std::find(sources.begin(), sources.end(), source) != sources.end();
    });
    const int lanes = lanes_of(context), each = parts(context);
    const auto columns = static_cast<int>(sources.size()) * each;
    const SheetGrid grid = grid_for(size, lanes, columns, caption_lines);
    const Extents at = extents_in(size, caption_lines);
    MapsSheet sheet;
    sheet.size = size;
    sheet.title = at.line;
    sheet.foot = at.foot;
    sheet.caption = at.caption;
    sheet.columns = columns;
    sheet.lanes_across = grid.across;
    if (!left.empty()) sheet.left_out = names_of(context, left);
    const float of_lane = static_cast<float>(columns) * (grid.cell.x + at.gap) + at.gap;
    for (int lane = 0; lane < lanes; ++lane)
        for (int column = 0; column < columns; ++column) {
            const Body body = !shows_update(context) ? Body::weights
                              : column % 2 == 0      ? Body::descent
                                                     : Body::step;
            const int source = sources[static_cast<std::size_t>(column / each)];
            MapCell cell;
            cell.title = plots::source_name(context.snapshot->layout, source);
            if (body != Body::weights) cell.title += fmt::format(": {}", body_name(body));
            cell.body = body_for(context, lane, source, body);
            const int place = lane % grid.across, row = lane / grid.across;
            cell.corner = {
                std::round(static_cast<float>(place) * of_lane +
                           static_cast<float>(column) * (grid.cell.x + at.gap)),
                std::round(static_cast<float>(row) * (at.line + grid.cell.y + at.foot) + at.line)};
            cell.size = {std::floor(grid.cell.x), std::floor(grid.cell.y)};
            sheet.cells.push_back(std::move(cell));
        }
    set_scales(context, sheet.cells);
    return sheet;
}

}  // namespace

// What the caption says depends on what is drawn, and how high it is on what it says.
MapsSheet maps_sheet(PanelContext& context, ImVec2 size) {
    MapsSheet sheet = sheet_with(context, size, most_caption);
    const float high =
        ImGui::CalcTextSize(caption_of(context, sheet).c_str(), nullptr, false, size.x).y;
    if (high < 1.5F * ImGui::GetTextLineHeight()) sheet = sheet_with(context, size, 1);
    return sheet;
}

std::string shape_word(const SphereImage& image) {
    switch (shape_of(image)) {
        case BodyShape::point:
            return "point";
        case BodyShape::ball:
            return image.which[2] < 0 ? "circle" : "ball";
        case BodyShape::needle:
            return "needle";
        case BodyShape::disc:
            return "disc";
        default:
            return "";
    }
}

namespace {

std::string what_is_left_out(const MapsChoices& chosen, const MapsSheet& sheet, bool has_target) {
    const auto drawn = [](const MapCell& cell) { return cell.body.rows > 0; };
    const auto inexact =
        std::find_if(sheet.cells.begin(), sheet.cells.end(),
                     [&](const MapCell& cell) { return drawn(cell) && !cell.body.exact(); });
    if (inexact == sheet.cells.end())
        return std::any_of(sheet.cells.begin(), sheet.cells.end(), drawn)
                   ? "Exact: nothing is left out."
                   : "";
    const auto [first, second, third] = chosen.which;
    const std::string three = fmt::format("Of {} dimensions singular directions {}, {}, {}",
                                          std::max(inexact->body.rows, inexact->body.columns),
                                          first + 1, second + 1, third + 1);
    if (chosen.update) return three + " of −G.";
    return three + (has_target
                        ? ": true lengths and angles, turned nearest to the target's (hidden "
                          "layers: the start's)."
                        : ": true lengths and angles, turned nearest to the start's.");
}

}  // namespace

// As many of the sentences as have room; those that say what is missing before all others.
std::string caption_of(const PanelContext& context, const MapsSheet& sheet) {
    const MapsChoices& chosen = context.chosen<MapsChoices>();
    const bool has_target = context.snapshot->problem->target.size() > 0;
    struct Sentence {
        std::string text;
        int rank;  // 0 is said first
        bool said = false;
    };
    std::vector<Sentence> sentences;
    if (chosen.update) {
        sentences.push_back({"−G and the step that was made of it, each at its own size.", 3});
        sentences.push_back({"Ball: every direction moves alike.", 2});
    } else {
        sentences.push_back(
            {"Ball: orthogonal. Needle: collapsed onto one direction. Disc: one "
             "direction lost.",
             2});
        if (chosen.target && has_target) sentences.push_back({"Dashed: the target's.", 3});
    }
    sentences.push_back({what_is_left_out(chosen, sheet, has_target), 1});
    if (!sheet.left_out.empty())
        sentences.push_back(
            {has_target ? fmt::format("No room for layers {}: choose one above.", sheet.left_out)
                        : fmt::format("No room for {}: choose one above.", sheet.left_out),
             0});
    const auto joined = [&] {
        std::string text;
        for (const Sentence& sentence : sentences)
            if (sentence.said && !sentence.text.empty())
                text += (text.empty() ? "" : " ") + sentence.text;
        return text;
    };
    const float room = (most_caption + 0.5F) * ImGui::GetTextLineHeight();
    for (int rank = 0; rank <= 3; ++rank)
        for (Sentence& sentence : sentences) {
            if (sentence.rank != rank) continue;
            sentence.said = true;
            sentence.said =
                ImGui::CalcTextSize(joined().c_str(), nullptr, false, sheet.size.x).y < room;
        }
    return joined();
}

void draw_sheet(PanelContext& context, ImDrawList* list, const MapsSheet& sheet, ImVec2 origin,
                const char* name) {
    const std::string fault =
        add_scenes(context, list, name, origin, {sheet.size.x, sheet.size.y - sheet.caption},
                   [&](ImVec2 scale) { return picture_of(context, sheet, scale); });
    ImGui::PushFont(context.fonts.heading, 0);
    for (std::size_t i = 0; i < sheet.cells.size(); i += static_cast<std::size_t>(sheet.columns)) {
        const MapCell& cell = sheet.cells[i];
        const float whole = static_cast<float>(sheet.columns) * (cell.size.x + em(0.5F));
        fitted_text(list, {origin.x + cell.corner.x, origin.y + cell.corner.y - sheet.title}, whole,
                    context.theme.lane_text(cell.body.lane), cell.body.state.text().c_str());
    }
    ImGui::PopFont();
    for (const MapCell& cell : sheet.cells) {
        draw_labels(context, list, origin, cell);
        draw_words(context, list, sheet, origin, cell);
    }
    const float top = origin.y + sheet.size.y - sheet.caption + em(0.25F);
    add_fault(context, list, fault, origin, sheet.size.x);
    if (sheet.caption > 0) {
        list->PushClipRect({origin.x, top}, {origin.x + sheet.size.x, origin.y + sheet.size.y},
                           true);
        const std::string caption = caption_of(context, sheet);
        list->AddText(ImGui::GetFont(), ImGui::GetFontSize(), {origin.x, top},
                      u32(context.theme.dim), caption.c_str(), nullptr, sheet.size.x);
        list->PopClipRect();
    }
}

}  // namespace muonscope::gui

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/update.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"

// How far a step moves each singular direction of the gradient, against that direction's singular
// value, and which share of the step it is.
namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<ImVec4> rank_colours(const Theme& theme, Eigen::Index count) {
    std::vector<ImVec4> colours;
    for (int k = 0; k < count; ++k)
        colours.push_back(rank_colour(theme, k, static_cast<int>(count)));
    return colours;
}

// What descent along the gradient as long as this step moves for each unit of s.
double plain_slope(const SeenUpdate& seen) {
    return seen.gradient_norm > 0 ? seen.step_norm / seen.gradient_norm : std::nan("");
}

// What a step as long would move that moves all directions alike.
double level(const SeenUpdate& seen) {
    return seen.step_norm / std::sqrt(static_cast<double>(seen.along.s.size()));
}

Chart moved_chart(const PanelContext& context, const LaneUpdate& update, int lane,
                  const UpdateAxes& axes) {
    const Theme& theme = context.theme;
    const SeenUpdate& seen = update.seen;
    const bool linear = context.chosen<UpdateChoices>().linear;
    Chart chart = update_chart(update, lane, "moved");
    chart.x = {axes.s_low, axes.s_high, !linear, "singular value s of the gradient"};
    chart.y = {axes.moved_low, axes.moved_high, !linear, "moved: −uᵀ D v"};
    if (linear) {
        chart.x.min = 0;
        chart.y.min = std::min(0.0, 1.1 * axes.moved_least);
    } else {
        chart.x.floor = axes.s_low;
        chart.y.floor = axes.moved_low;
    }
    chart.marks.emplace_back(Function{"−G as long",
                                      {theme.dim, Dash::dashed},
                                      [slope = plain_slope(seen)](double s) { return slope * s; }});
    chart.marks.emplace_back(Function{
        "all alike", {theme.dim, Dash::dotted}, [at = level(seen)](double) { return at; }});
    Points points;
    points.name = "moved";
    points.index.name = "direction";
    points.across = "s";
    points.radius = 0.26F;
    points.colours = rank_colours(theme, seen.along.s.size());
    std::reverse(points.colours.begin(), points.colours.end());
    for (Eigen::Index k = seen.along.s.size(); k-- > 0;) {
        const double moved = seen.along.moved(k);
        points.x.push_back(seen.along.s(k));
        points.y.push_back(linear ? moved : std::abs(moved));
        points.kinds.push_back(moved < 0 ? Shape::down : Shape::disc);
        points.index.values.push_back(static_cast<double>(k + 1));
    }
    Column signed_moved{"moved", {}}, share{"share", {}};
    for (Eigen::Index k = seen.along.s.size(); k-- > 0;) {
        signed_moved.values.push_back(seen.along.moved(k));
        share.values.push_back(seen.along.share(k));
    }
    points.up = "magnitude";
    points.beside = {std::move(signed_moved), std::move(share)};
    chart.marks.emplace_back(std::move(points));
    return chart;
}

Chart share_chart(const PanelContext& context, const LaneUpdate& update, int lane,
                  const UpdateAxes& axes) {
    const Theme& theme = context.theme;
    const SeenUpdate& seen = update.seen;
    const int count = axes.count;
    Chart chart = update_chart(update, lane, "share");
    chart.x = {0, static_cast<double>(count)};
    chart.x.title = "direction of the gradient";
    chart.x.lines = false;
    chart.x.ticks = [count](double min, double max, float length) {
        return direction_ticks(min, max, length, count, 1);
    };
    chart.y = {0, axes.share_top, false, "share of ‖D‖²"};
    Bars bars;
    bars.name = "the step";
    bars.colour = theme.lane(lane);
    bars.colours = rank_colours(theme, seen.along.share.size());
    bars.at_least_a_line = true;
    bars.index.name = "direction";
    Curve plain;
    plain.name = "−G itself";
    plain.ink = {theme.target, Dash::solid, 1.25F};
    plain.index.name = "direction";
    for (Eigen::Index k = 0; k < seen.along.share.size(); ++k) {
        const auto at = static_cast<double>(k);
        bars.from.push_back(at + 0.1);
        bars.to.push_back(at + 0.9);
        bars.height.push_back(seen.along.share(k));
        bars.index.values.push_back(at + 1);
        const double own = std::pow(seen.along.s(k) / seen.gradient_norm, 2);
        for (const double x : {at + 0.04, at + 0.96, at + 1}) {
            plain.x.push_back(x);
            plain.y.push_back(x < at + 1 ? own : std::nan(""));
            plain.index.values.push_back(x < at + 0.5 ? at + 1 : std::nan(""));
        }
    }
    chart.marks.emplace_back(std::move(bars));
    chart.marks.emplace_back(std::move(plain));
    return chart;
}

void readout(PanelContext& context, const SeenUpdate& seen, int k) {
    const ImVec4& dim = context.theme.dim;
    const double own = std::pow(seen.along.s(k) / seen.gradient_norm, 2);
    const std::vector<ReadoutRow> rows{
        {"s of G", value_text(seen.along.s(k)), dim},
        {"moved −uᵀ D v", value_text(seen.along.moved(k)),
         rank_colour(context.theme, k, static_cast<int>(seen.along.s.size()))},
        {"−G as long", value_text(plain_slope(seen) * seen.along.s(k)), dim},
        {"share of ‖D‖²", fmt::format("{:.2f} %", 100 * seen.along.share(k)), dim},
        {"of −G's", fmt::format("{:.2f} %", 100 * own), context.theme.target}};
    draw_readout(context, fmt::format("direction {} of the gradient", k + 1), rows);
}

int nearest(const Axes& axes, const SeenUpdate& seen, bool linear) {
    const ImVec2 mouse = ImGui::GetMousePos();
    int best = -1;
    float closest = em(1.5F);
    for (Eigen::Index k = 0; k < seen.along.s.size(); ++k) {
        const double moved = seen.along.moved(k);
        const ImVec2 at = axes.pixel(seen.along.s(k), linear ? moved : std::abs(moved));
        if (const float away = std::hypot(at.x - mouse.x, at.y - mouse.y); away < closest) {
            closest = away;
            best = static_cast<int>(k);
        }
    }
    return best;
}

}  // namespace

std::vector<Chart> direction_charts(const PanelContext& context, const LaneUpdate& update, int lane,
                                    const UpdateAxes& axes) {
    if (update.seen.along.s.size() == 0) return {};
    return {
        as_shown(context, ChartOptions{.id = "##moved"}, moved_chart(context, update, lane, axes)),
        as_shown(context, ChartOptions{.id = "##share"}, share_chart(context, update, lane, axes))};
}

void draw_update_directions(PanelContext& context, const UpdateView& view, const UpdateAxes& axes,
                            const UpdateCell& cell) {
    const LaneUpdate& update = view.lanes.at(cell.lane);
    const SeenUpdate& seen = update.seen;
    if (seen.along.s.size() == 0) {
        const char* const words = "its gradient is no longer kept";
        ImGui::GetWindowDrawList()->AddText({cell.origin.x, cell.origin.y + em(1)},
                                            u32(context.theme.dim), words);
        return;
    }
    const bool both = cell.size.y >= em(17);
    const float corner = cell.size.x >= em(26) && both ? em(10) : 0;
    const float above = both ? std::floor(0.58F * cell.size.y) : cell.size.y;
    const ChartOptions moved{
        .id = "##moved", .name = "update-directions", .size = {cell.size.x, above}};
    ImGui::SetCursorScreenPos(cell.origin);
    Axes drawn;
    const Chart points = moved_chart(context, update, cell.lane, axes);
    if (begin_chart(context, moved, points, drawn)) {
        draw_marks(context, drawn, points);
        end_chart(context, drawn);
        const int k =
            drawn.hovered ? nearest(drawn, seen, context.chosen<UpdateChoices>().linear) : -1;
        if (k >= 0) readout(context, seen, k);
        update_menu(context, moved, drawn.hovered);
    }
    if (!both) return;
    const ChartOptions share{.id = "##share",
                             .name = "update-directions",
                             .size = {cell.size.x - corner, cell.size.y - above}};
    ImGui::SetCursorScreenPos({cell.origin.x, cell.origin.y + above});
    const Chart bars = share_chart(context, update, cell.lane, axes);
    if (begin_chart(context, share, bars, drawn)) {
        draw_marks(context, drawn, bars);
        end_chart(context, drawn);
        const int k = static_cast<int>(std::floor(drawn.value_x(ImGui::GetMousePos().x)));
        if (drawn.hovered && k >= 0 && k < seen.along.s.size()) readout(context, seen, k);
        update_menu(context, share, drawn.hovered);
    }
    if (corner > 0)
        draw_update_corner(context, seen, false,
                           {cell.origin.x + cell.size.x - corner + em(0.4F), cell.origin.y + above},
                           {corner - em(0.4F), cell.size.y - above});
}

}  // namespace muonscope::gui

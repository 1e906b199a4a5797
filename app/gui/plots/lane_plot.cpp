#include "app/gui/plots/lane_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/gui/plots/axes_menu.h"
#include "app/gui/plots/caption_arrows.h"
#include "app/gui/plots/curve.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/ghost_curves.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/level.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/paper_steps.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/shown_lanes.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/step_cursors.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

ImVec4 colour_of_lane(const gui::PanelContext& context, std::size_t lane) {
    return context.theme.lane(static_cast<int>(lane));
}

std::vector<GhostCurve> ghosts_of(const gui::PanelContext& context, const LanePlot& what) {
    return ghost_curves(context, what.axis, what.first_channel + what.curve);
}

std::vector<Measured> measured_lanes(const gui::PanelContext& context, const LanePlot& what) {
    std::vector<Measured> curves;
    const auto& lanes = context.snapshot->lanes;
    for (std::size_t l = 0; l < lanes.size(); ++l)
        if (is_shown(context, l))
            curves.push_back(measured(lanes[l], lanes[l].name, colour_of_lane(context, l),
                                      what.first_channel + what.curve));
    return curves;
}

void readout(gui::PanelContext& context, const Axes& plot, const LanePlot& what) {
    const Snapshot& snapshot = *context.snapshot;
    const double at = memory(context).hovered_next;
    std::vector<ReadoutRow> rows;
    double step = at;
    std::string title;
    const std::size_t channel = what.first_channel + what.curve;
    bool ranges = false;  // of any lane
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        ranges = ranges || known_between_rows(snapshot, l, channel);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const LaneSnapshot& lane = snapshot.lanes[l];
        const HistoryView& history = lane.history;
        if (history.size() == 0 || channel >= history.channels() || !is_shown(context, l)) continue;
        const Stride stride = stride_at(history, nearest_sample(history, at));
        step = static_cast<double>(stride.to);
        const ImVec4 colour = colour_of_lane(context, l);
        // Beside ranges of others two values would be taken for one.
        std::string text = ranges && !known_between_rows(snapshot, l, channel)
                               ? value_text(history.value(stride.last, channel))
                               : stride_value(history, stride, channel, ranges);
        if (what.detail) text += what.detail(lane, stride.last);
        rows.push_back({lane.name, std::move(text), colour});
        draw_dot(context, plot, step, history.value(stride.last, channel), colour);
        title = stride_title(history, stride, ranges);
    }
    if (rows.empty()) return;
    add_ghosts(context, ghosts_of(context, what), channel, step, rows);
    add_measurements(context, what.axis, measured_lanes(context, what), rows);
    draw_readout(context, title + phase_note(snapshot, -1, step), rows);
}

// Where a lane that has diverged was sound last, and its curve begins to leave the plot: a cross.
void draw_last_sound(const gui::PanelContext& context, const Axes& plot, const LaneSnapshot& lane,
                     const LanePlot& what, int index) {
    const std::size_t channel = what.first_channel + what.curve;
    const std::size_t sample = lane.history.find(lane.sound_step);
    if (!lane.lost() || sample >= lane.history.size() || channel >= lane.history.channels()) return;
    const double value = lane.history.value(sample, channel);
    if (!std::isfinite(value)) return;
    const ImVec2 at{plot.pixel_x(static_cast<double>(lane.history.step(sample))),
                    plot.pixel_y(value)};
    const float arm = em(0.28F);
    const ImU32 colour = u32(context.theme.lane(index));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddLine({at.x - arm, at.y - arm}, {at.x + arm, at.y + arm}, colour, em(0.12F));
    draw->AddLine({at.x - arm, at.y + arm}, {at.x + arm, at.y - arm}, colour, em(0.12F));
}

HistoryReduction& reduction_beneath(gui::PanelContext& context, const LanePlot& what,
                                    std::size_t lane) {
    return memory(context)
        .reductions[{std::string(what.axis) + " beneath", static_cast<int>(lane)}];
}

// Brings each lane's curves up to date, and says what the axis has to hold.
ValueRange follow_lanes(gui::PanelContext& context, const LanePlot& what, const Bins& bins,
                        bool& any) {
    const Snapshot& snapshot = *context.snapshot;
    Extent extent, floors;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        HistoryReduction& lane =
            memory(context).reductions[{std::string(what.axis), static_cast<int>(l)}];
        lane.update(snapshot.lanes[l].history, what.first_channel, what.channels, bins);
        if (!is_shown(context, l)) continue;
        if (what.holds_all)
            extent.add(snapshot.lanes[l], lane.reduction(), what.first_channel, 0, what.channels);
        for (const int channel : {what.curve, what.floor})
            if (channel >= 0)
                (channel == what.floor && !what.floor_counts ? floors : extent)
                    .add(snapshot.lanes[l], lane.reduction(), what.first_channel, channel, 1);
        if (!what.beneath) continue;
        HistoryReduction& under = reduction_beneath(context, what, l);
        under.update(snapshot.lanes[l].history, *what.beneath, 1, bins);
        extent.add(snapshot.lanes[l], under.reduction(), *what.beneath, 0, 1);
    }
    follow_ghost_curves(context, ghosts_of(context, what), bins, extent);
    any = extent.any();
    bool has_zero = any && extent.has_zero();
    // A floor far below the curves would squeeze them: the axis ends at the power of ten below
    // them, and what lies deeper lies on that end, whose label says so.
    if (any && floors.any()) {
        has_zero = has_zero || floors.low < extent.smallest;
        extent.low = std::min(extent.low, floors.low);
        extent.high = std::max(extent.high, floors.high);
    }
    if (!any) {
        extent.add(0.1);
        extent.add(0);
        extent.add(1);
    }
    const Scaling scaling = scaling_of(context, what.axis, what.logarithmic);
    if (scaling == Scaling::symmetric) return symmetric_range(extent.low, extent.high);
    if (scaling == Scaling::logarithmic)
        return log_range(extent.smallest, extent.high, has_zero, what.decades);
    ValueRange range = what.from_zero ? linear_range(extent.low, extent.high)
                                      : near_range(extent.low, extent.high);
    range.max = std::min(range.max, what.ends_at);
    return range;
}

constexpr float theory_weight = 0.8F;

// Points that lie on one pixel with the last say nothing new.
void draw_theory_curve(gui::PanelContext& context, const Axes& plot, const TheoryCurve& curve) {
    std::vector<ImVec2>& pixels = memory(context).pixels;
    pixels.clear();
    for (std::size_t i = 0; i < curve.steps.size(); ++i) {
        if (!std::isfinite(curve.values[i])) continue;
        const ImVec2 at = plot.pixel(curve.steps[i], curve.values[i]);
        if (pixels.empty() || at.x - pixels.back().x >= 1 || std::abs(at.y - pixels.back().y) >= 1)
            pixels.push_back(at);
    }
    const KeyRow key = theory_key(context.theme);
    add_line(ImGui::GetWindowDrawList(), pixels, u32(key.colour),
             context.theme.line() * theory_weight, key.dash, context.theme.line());
}

// The same on paper.
Curve drawn_on_paper(const TheoryCurve& theory, const gui::Theme& theme) {
    const KeyRow key = theory_key(theme);
    Curve curve;
    curve.name = theory.name;
    curve.ink = {key.colour, key.dash, theory_weight};
    curve.x = theory.steps;
    curve.y = theory.values;
    return curve;
}

void draw_inside(gui::PanelContext& context, const Axes& plot, const LanePlot& what, bool any) {
    const auto& theme = context.theme;
    const auto& lanes = context.snapshot->lanes;
    draw_phases(context, plot, -1);
    draw_levels(context, plot, what.levels, u32(gui::with_alpha(theme.target, 0.75F)));
    draw_ghost_curves(context, plot, ghosts_of(context, what));
    for (std::size_t l = lanes.size(); l-- > 0;) {
        if (!is_shown(context, l)) continue;
        const auto lane = static_cast<int>(l);
        const float strength = strength_of(context, l);
        const Reduction& reduction =
            memory(context).reductions[{std::string(what.axis), lane}].reduction();
        const ImU32 pale = u32(gui::with_alpha(theme.lane(lane), 0.7F * strength));
        if (what.floor >= 0)
            draw_curve(context, plot, reduction, what.floor, pale, theme.hairline(), Dash::dotted);
        if (what.beneath)
            draw_curve(context, plot, reduction_beneath(context, what, l).reduction(), 0, pale,
                       theme.hairline() * 1.5F, Dash::dotted);
        draw_curve(context, plot, reduction, what.curve,
                   u32(gui::with_alpha(theme.lane(lane), strength)), theme.line() * 1.15F,
                   lane_dash(lane));
        draw_last_sound(context, plot, lanes[l], what, lane);
    }
    for (const TheoryCurve& curve : what.theory) draw_theory_curve(context, plot, curve);
    draw_marks(context, plot, -1);
    draw_published_ends(context, plot, -1);
    draw_caption_arrows(context, plot, -1, what.first_channel + what.curve, 1);
    if (what.beneath) draw_caption_arrows(context, plot, -1, *what.beneath, 1);
    if (any) return;
    const ImVec2 words = ImGui::CalcTextSize(what.awaited.c_str());
    ImGui::GetWindowDrawList()->AddText(
        {plot.position.x + std::max(em(0.5F), (plot.extent.x - words.x) / 2),
         plot.position.y + (plot.extent.y - words.y) / 2},
        u32(theme.dim), what.awaited.c_str());
}

// Of the steps shown, or of all.
Table table_of(const gui::PanelContext& context, const LanePlot& what, bool all = false) {
    std::vector<std::size_t> channels;
    std::vector<std::string> names;
    const std::vector<std::string> titles = channel_titles(context.snapshot->layout);
    for (int c = 0; c < what.channels; ++c) {
        channels.push_back(what.first_channel + c);
        names.push_back(titles[channels.back()]);
    }
    if (what.beneath) {
        channels.push_back(*what.beneath);
        names.push_back(titles[channels.back()]);
    }
    const StepRange steps = all ? StepRange{0, INFINITY} : shown_steps(context, what.axis).range;
    Table table = history_table(*context.snapshot, steps.min, steps.max, channels, names);
    table.logarithmic = context.kept<Memory>().axis(what.axis).scale.logarithmic;
    for (std::size_t l = 0; l < context.snapshot->lanes.size(); ++l)
        table.hidden.push_back(!is_shown(context, l));
    return table;
}

// The curves of one of the table's channels, a lane each.
std::vector<Curve> curves_of(Table table, std::size_t channel, const gui::Theme& theme) {
    table.drawn = {table.drawn[channel]};
    std::vector<Curve> curves;
    for (ChartMark& mark : chart_of(table, theme).marks)
        curves.push_back(std::move(std::get<Curve>(mark)));
    return curves;
}

// What the plot shows, for paper.
Chart chart_on_paper(const gui::PanelContext& paper, const LanePlot& what) {
    const Table table = table_of(paper, what);
    const gui::Theme& theme = paper.theme;
    Table curve_alone = table;
    curve_alone.drawn = {table.drawn[static_cast<std::size_t>(what.curve)]};
    Chart chart = chart_of(curve_alone, theme);
    chart.marks.clear();
    chart.y.title = channel_titles(paper.snapshot->layout)[what.first_channel + what.curve];
    take_shown_range(paper, what.axis, chart);
    mark_ghosts(paper, ghosts_of(paper, what), chart);
    mark_measurements(paper, what.axis, chart);
    for (const double level : what.levels)
        chart.marks.emplace_back(
            Rule{"", false, level, {gui::with_alpha(theme.target, 0.75F), Dash::dotted, 0.7F}});
    const auto add_beneath = [&](std::size_t channel, float weight) {
        for (Curve& curve : curves_of(table, channel, theme)) {
            curve.key = "";
            curve.band = false;
            curve.low.clear();
            curve.high.clear();
            curve.ink = {gui::with_alpha(curve.ink.colour, 0.7F), Dash::dotted, weight};
            chart.marks.emplace_back(std::move(curve));
        }
    };
    if (what.floor >= 0) add_beneath(static_cast<std::size_t>(what.floor), 0.6F);
    if (what.beneath) add_beneath(static_cast<std::size_t>(what.channels), 0.9F);
    std::vector<std::size_t> shown;
    for (std::size_t l = 0; l < paper.snapshot->lanes.size(); ++l)
        if (is_shown(paper, l)) shown.push_back(l);
    std::vector<Curve> curves = curves_of(table, static_cast<std::size_t>(what.curve), theme);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const LaneSnapshot& lane = paper.snapshot->lanes[shown[i]];
        curves[i].key = lane.divergence ? fmt::format("{}, diverged at step {}", lane.name,
                                                      lane.divergence->step)
                                        : lane.name;
        chart.marks.emplace_back(std::move(curves[i]));
    }
    // In the legend, of any lane.
    if (what.floor >= 0 || what.beneath)
        chart.marks.emplace_back(Function{
            what.floor_name, {theme.dim, Dash::dotted}, [](double) { return std::nan(""); }});
    for (const TheoryCurve& theory : what.theory) {
        Curve curve = drawn_on_paper(theory, theme);
        curve.key = theory_key(theme).name;
        chart.marks.emplace_back(std::move(curve));
    }
    add_step_marks(paper, -1, chart);
    return chart;
}

}  // namespace

KeyRow theory_key(const gui::Theme& theme) {
    return {"theory", gui::with_alpha(theme.text, 0.8F), Dash::dotted};
}

void draw_lane_plot(gui::PanelContext& context, const LanePlot& what) {
    ImVec2 room = ImGui::GetContentRegionAvail();
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        gui::centred_note(context, what.awaited);
        return;
    }
    if (room.x < em(6) || room.y < em(5)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    begin_frame(context);
    std::vector<KeyRow> key = lane_key(context);
    if (what.floor >= 0 || what.beneath)
        key.push_back({what.floor_name, context.theme.dim, Dash::dotted});
    if (!what.theory.empty()) key.push_back(theory_key(context.theme));
    add_ghosts(context, ghosts_of(context, what), key);
    const float inset = em(0.3F);
    if (!what.legend) key.clear();
    const LegendPlaces places = place_legend(key, {room.x - inset, room.y}, what.indent);
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    if (what.legend) draw_lane_legend(context, what.id, {corner.x + inset, corner.y}, places, key);
    const float above = std::max(places.height, what.indent > 0 ? ImGui::GetTextLineHeight() : 0);
    ImGui::SetCursorScreenPos({corner.x, corner.y + above});
    room.y -= above;

    const float height = room.y - label_height();
    const float labels = label_width(value_ticks(context, what.axis, height));
    bool any = false;
    follow_values(
        context, what.axis,
        follow_lanes(context, what,
                     curve_bins(context, what.axis, room.x - labels - 2 * side_padding()), any));
    StepPlotOptions options;
    options.id = what.id;
    options.axis = what.axis;
    options.size = room;
    Axes plot;
    if (!begin_step_plot(context, options, value_ticks(context, what.axis, height), plot)) return;
    draw_inside(context, plot, what, any);
    const bool on_cursor =
        draw_measurements(context, plot, what.axis, measured_lanes(context, what));
    if (plot.hovered || on_cursor) readout(context, plot, what);
    const bool hovered = plot.hovered;
    end_step_plot(context, plot);
    export_menu(context, "##export", what.name, hovered,
                {.table = [&] { return table_of(context, what); },
                 .all = [&] { return table_of(context, what, true); },
                 .charts =
                     [&](const gui::PanelContext& paper) {
                         return std::vector{chart_on_paper(paper, what)};
                     },
                 .fit = [&] { follow_everything(context, what.axis); },
                 .axes =
                     [&] {
                         step_plot_axes_menu(context, what.axis);
                         measurements_menu(context, what.axis);
                     }});
}

void draw_titled_lane_plot(gui::PanelContext& context, const char* title, const char* help,
                           const LanePlot& what, ImVec2 room) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    if (ImGui::BeginChild(what.id, room, ImGuiChildFlags_NavFlattened,
                          ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) {
        const ImVec2 corner = ImGui::GetCursorScreenPos();
        ImGui::TextColored(context.theme.dim, "%s", title);
        gui::hover_help(context, title, help);
        LanePlot beside = what;
        beside.indent = ImGui::GetItemRectSize().x + em(1.2F);
        ImGui::SetCursorScreenPos(corner);
        draw_lane_plot(context, beside);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

}  // namespace muonscope::plots

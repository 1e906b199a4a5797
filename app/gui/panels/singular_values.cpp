#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/panels/panels.h"
#include "app/gui/panels/singular_values.h"
#include "app/gui/plots/axes_menu.h"
#include "app/gui/plots/caption_arrows.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/lane_grid.h"
#include "app/gui/plots/marks.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/paper_steps.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/step_chart.h"
#include "app/gui/plots/step_cursors.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    SingularValuesChoices& own = preferences.panels.of<SingularValuesChoices>();
    return {{"sv_source", &own.source, 0, most_matrices},
            {"sv_heatmap", &own.heatmap},
            {"sv_bars", &own.bars},
            {"sv_log", &own.logarithmic},
            {"sv_target_basis", &own.target_basis},
            {"sv_levels", &own.levels}};
}

Modes chosen_modes(const PanelContext& context) {
    const Layout& layout = context.snapshot->layout;
    const SingularValuesChoices& chosen = context.chosen<SingularValuesChoices>();
    Modes modes;
    if (chosen.source > 0) {
        modes.first = layout.weight_sv(chosen.source, 0);
        modes.count = layout.rank(chosen.source);
    } else if (chosen.target_basis) {
        modes.first = layout.mode(0);
        modes.count = layout.modes();
    } else {
        modes.first = layout.product_sv(0);
        modes.count = layout.product_rank();
    }
    modes.count = std::min(modes.count, most_modes);
    // Without a target all of them have colours.
    const auto& problem = context.snapshot->problem;
    modes.target = problem && problem->modes > 0 ? problem->modes : modes.count;
    return modes;
}

void header(PanelContext& context) {
    if (ImGui::GetWindowHeight() < em(10.8F)) return;  // so flat, the plot alone is left
    SingularValuesChoices& chosen = context.chosen<SingularValuesChoices>();
    const float between = em(0.6F);
    const bool basis = chosen.source == 0;
    float width = source_picker_width(context) + between +
                  segmented_width({"lines", "heatmap", "now"}) + between +
                  segmented_width({"linear", "log"});
    if (basis) width += between + segmented_width({"sorted", "target basis"});
    begin_header_controls(context, width);
    source_picker(context, "##source", chosen.source,
                  "Which matrix: the product P of all layers, or one layer's weights. A balanced "
                  "layer has the product's values to the power 1/L.");
    if (basis) {
        next_header_control(context, between, segmented_width({"sorted", "target basis"}));
        segmented(context, "basis", {"sorted", "target basis"}, chosen.target_basis,
                  "Sorted: the singular values of P, largest first. Target basis: the "
                  "strength u_k·P v_k of each of the target's own modes, A = U S Vᵀ.");
    }
    next_header_control(context, between, segmented_width({"lines", "heatmap", "now"}));
    int form = chosen.bars ? 2 : chosen.heatmap ? 1 : 0;
    if (segmented(context, "form", {"lines", "heatmap", "now"}, form,
                  "Lines: one a mode; pale: from the smallest to the largest value of each pixel. "
                  "Heatmap: a row a mode, colour is size; its upper half the largest value of each "
                  "pixel, its lower half the smallest. Now: bars of the newest step, lanes side by "
                  "side, the target's as marks.")) {
        chosen.bars = form == 2;
        if (form < 2) chosen.heatmap = form == 1;
    }
    next_header_control(context, between, segmented_width({"linear", "log"}));
    segmented(context, "scale", {"linear", "log"}, chosen.logarithmic,
              "Log shows growth from small beginnings as straight lines; zeros lie on the floor.");
    end_header_controls(context);
}

// What all plots of the panel share.
struct Shared {
    const char* axis = "";  // name of the value axis
    Modes modes;
    LaneGrid grid;
    Ticks ticks;
    ValueRange values;  // that the curves take
    bool any = false;   // something was measured
};

// Brings each lane's curves up to date; whether they changed, by lane.
std::vector<bool> reduce(PanelContext& context, const Shared& shared, Extent& needed) {
    const Bins bins = curve_bins(context, shared.axis, shared.grid.area_width);
    const Snapshot& snapshot = *context.snapshot;
    std::vector<bool> changed(snapshot.lanes.size());
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        HistoryReduction& lane = memory(context).reductions[{shared.axis, static_cast<int>(l)}];
        changed[l] =
            lane.update(snapshot.lanes[l].history, shared.modes.first, shared.modes.count, bins);
        needed.add(snapshot.lanes[l], lane.reduction(), shared.modes.first, 0, shared.modes.count);
        if (!context.chosen<SingularValuesChoices>().heatmap)
            follow_ghost_curves(
                context,
                ghost_modes(context, shared.axis, shared.modes, static_cast<int>(l)).curves, bins,
                needed);
    }
    return changed;
}

ValueRange range_of(PanelContext& context, const char* axis, const Extent& needed) {
    const SingularValuesChoices& chosen = context.chosen<SingularValuesChoices>();
    const Scaling own = chosen.logarithmic ? Scaling::logarithmic : Scaling::linear;
    const Snapshot& snapshot = *context.snapshot;
    const bool any = needed.any();
    double high = std::max(needed.high, 0.0);
    if (snapshot.problem && chosen.levels) {
        const double level = target_level(*snapshot.problem, chosen.source, 0);
        if (!std::isnan(level)) high = std::max(high, level);
    }
    const double low = any ? needed.low : 0;
    switch (chosen.heatmap ? own : scaling_of(context, axis, chosen.logarithmic)) {
        case Scaling::logarithmic:
            return log_range(needed.smallest, high, any && needed.has_zero(), 6);
        case Scaling::symmetric:
            return symmetric_range(low, high);
        case Scaling::linear:
            break;
    }
    return linear_range(low, high);
}

std::vector<Chart> charts_of(const PanelContext& paper, const Shared& shared) {
    std::vector<Chart> charts;
    const bool heatmap = paper.chosen<SingularValuesChoices>().heatmap;
    for (std::size_t l = 0; l < paper.snapshot->lanes.size(); ++l)
        charts.push_back(heatmap
                             ? map_of_lane(paper, shared.modes, shared.axis, shared.values, l)
                             : chart_of_lane(paper, shared.modes, shared.axis, shared.values, l));
    if (!heatmap)
        for (Chart& chart : charts) {
            take_shown_range(paper, shared.axis, chart);
            mark_measurements(paper, shared.axis, chart);
        }
    return charts;
}

// What lies in one lane's plot.
void draw_inside(PanelContext& context, const Axes& plot, const Shared& shared, int lane,
                 bool changed) {
    const Reduction& reduction = memory(context).reductions[{shared.axis, lane}].reduction();
    if (context.chosen<SingularValuesChoices>().heatmap) {
        draw_step_heatmap(context, plot, shared.modes.count, reduction, changed, shared.values,
                          context.kept<SingularValuesView>().heatmaps[lane]);
    } else {
        draw_phases(context, plot, lane);
        const GhostModes ghosts = ghost_modes(context, shared.axis, shared.modes, lane);
        draw_ghost_curves(context, plot, ghosts.curves, ghosts.colours);
        draw_lines(context, plot, shared.modes, reduction);
        draw_theory(context, plot, shared.modes, lane);
    }
    draw_marks(context, plot, lane);
    draw_published_ends(context, plot, lane);
    if (!context.chosen<SingularValuesChoices>().heatmap)
        draw_caption_arrows(context, plot, lane, shared.modes.first, shared.modes.count);
    if (!shared.any) note_in(context, plot, "not measured yet");
    const bool on_cursor =
        !context.chosen<SingularValuesChoices>().heatmap &&
        draw_measurements(context, plot, shared.axis, measured_modes(context, shared.modes, lane));
    if (plot.hovered || on_cursor)
        draw_readout_of_modes(context, plot, shared.axis, shared.modes, lane);
}

void draw_lane(PanelContext& context, const Shared& shared, ImVec2 origin, int lane, bool changed) {
    StepPlotOptions options = place_lane(shared.grid, origin, lane);
    options.id = "##modes";
    options.axis = shared.axis;
    Axes plot;
    if (!begin_step_plot(context, options, shared.ticks, plot)) return;
    draw_inside(context, plot, shared, lane, changed);
    const bool hovered = plot.hovered;
    end_step_plot(context, plot);
    draw_lane_name(context, plot, lane);
    export_menu(context, "##export", "singular-values", hovered,
                {.table = [&] { return table_of_modes(context, shared.modes, shared.axis); },
                 .all = [&] { return table_of_modes(context, shared.modes, shared.axis, true); },
                 .charts = [&](const PanelContext& paper) { return charts_of(paper, shared); },
                 .fit = [&] { follow_everything(context, shared.axis); },
                 .axes =
                     [&] {
                         const bool rows = context.chosen<SingularValuesChoices>().heatmap;
                         step_plot_axes_menu(context, shared.axis, rows);
                         if (!rows) measurements_menu(context, shared.axis);
                     },
                 .columns = shared.grid.columns});
    if (context.chosen<SingularValuesChoices>().heatmap && shared.grid.last_in_first_row(lane))
        draw_colour_bar(context, plot, shared.values);
}

void draw_singular_values(PanelContext& context) {
    header(context);
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const std::size_t lanes = context.snapshot->lanes.size();
    const bool heatmap = context.chosen<SingularValuesChoices>().heatmap;
    const ImVec2 room = ImGui::GetContentRegionAvail();
    Shared shared;
    shared.modes = chosen_modes(context);
    if (shared.modes.count == 0 || room.x < em(8) || room.y < em(6)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    if (context.chosen<SingularValuesChoices>().bars) {
        draw_bars(context, shared.modes, room);
        return;
    }
    begin_frame(context);
    // Width first, then curves, then the range they need, then its labels: what the labels take
    // is the same for nearly all ranges.
    shared.axis = heatmap ? "heatmap" : "singular values";
    const float high = room.y - label_height();
    shared.ticks =
        heatmap ? row_ticks(shared.modes.count, high) : value_ticks(context, shared.axis, high);
    shared.grid =
        lane_grid(lanes, room, label_width(shared.ticks), heatmap ? colour_bar_width() : 0);
    Extent needed;
    const std::vector<bool> changed = reduce(context, shared, needed);
    shared.any = needed.any();
    shared.values = range_of(context, shared.axis, needed);
    if (heatmap) {
        follow_values(context, shared.axis, rows_range(shared.modes.count));
    } else {
        follow_values(context, shared.axis, shared.values);
        shared.ticks = value_ticks(context, shared.axis, shared.grid.area_height);
    }
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    for (std::size_t l = 0; l < lanes; ++l) {
        ImGui::PushID(static_cast<int>(l));
        draw_lane(context, shared, origin, static_cast<int>(l), changed[l]);
        ImGui::PopID();
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy({1, 1});
}

}  // namespace

constinit const Panel singular_values_panel{
    .title = "Singular values",
    .explanation = "σ over steps; dotted: target",
    .help =
        "How strongly the network passes each of its own directions. SGD learns the large modes "
        "of the target first, one after the other: a fan. Muon moves all of them at one rate: a "
        "bundle. Dotted lines are the target's levels; dashed ones what theory says, where the "
        "start is balanced and aligned: a sigmoid for each mode of SGD, one pace for all of "
        "Muon's.",
    .draw = draw_singular_values,
    .least = {22, 11},
    .explain = plots::modes_formula,
    .remembered = remembered,
};

}  // namespace muonscope::gui

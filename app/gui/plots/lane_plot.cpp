#include "app/gui/plots/lane_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/plots/curve.h"
#include "app/gui/plots/phases.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/table.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

void readout(gui::PanelContext& context, const StepPlot& plot, const LanePlot& what) {
    const Snapshot& snapshot = *context.snapshot;
    const double at = memory(context).hovered_next;
    std::vector<ReadoutRow> rows;
    double step = at;
    std::string title;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const LaneSnapshot& lane = snapshot.lanes[l];
        const HistoryView& history = lane.history;
        const std::size_t channel = what.first_channel + static_cast<std::size_t>(what.curve);
        if (history.size() == 0 || channel >= history.channels()) continue;
        const Stride stride = stride_at(history, nearest_sample(history, at));
        step = static_cast<double>(stride.to);
        const ImVec4 colour = context.theme.lane(static_cast<int>(l));
        std::string text = stride_value(history, stride, channel);
        if (what.detail) text += what.detail(lane, stride.last);
        rows.push_back({lane.name, std::move(text), colour});
        draw_dot(context, plot, step, history.value(stride.last, channel), colour);
        title = stride_title(history, stride, channel < history.followed());
    }
    if (!rows.empty()) draw_readout(context, title + phase_note(snapshot, -1, step), rows);
}

}  // namespace

void draw_lane_plot(gui::PanelContext& context, const LanePlot& what) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        gui::centred_note(context, what.awaited);
        return;
    }
    if (room.x < em(6) || room.y < em(5)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    begin_frame(context);
    Memory& kept = memory(context);
    const float height = room.y - label_height();
    Ticks ticks = value_ticks(context, what.panel, height);
    const CurveBins bins = curve_bins(context, room.x - label_width(ticks) - 2 * side_padding());
    double low = INFINITY, high = -INFINITY, smallest = INFINITY;
    bool has_zero = false;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        HistoryReduction& lane = kept.reductions[{what.panel, static_cast<int>(l)}];
        lane.update(snapshot.lanes[l].history, what.first_channel, what.channels, bins.min,
                    bins.max, bins.count);
        for (const int channel : {what.curve, what.floor}) {
            double lane_low, lane_high, positive;
            if (channel < 0 || !lane.reduction().extent(channel, 1, lane_low, lane_high)) continue;
            // A floor far below the curves would squeeze them: it is drawn where there is room.
            if (channel == what.floor && !what.floor_counts) continue;
            low = std::min(low, lane_low);
            high = std::max(high, lane_high);
            has_zero = has_zero || lane_low <= 0;
            if (lane.reduction().smallest_positive(channel, 1, positive))
                smallest = std::min(smallest, positive);
        }
    }
    const bool any = low <= high;
    if (!any) {
        low = 0;
        high = 1;
        smallest = 0.1;
    }
    follow_values(context, what.panel,
                  what.logarithmic ? log_range(smallest, high, has_zero, what.decades)
                  : what.from_zero ? linear_range(low, high)
                                   : near_range(low, high));
    ticks = value_ticks(context, what.panel, height);

    StepPlotOptions options;
    options.id = what.id;
    options.panel = what.panel;
    options.size = room;
    StepPlot plot;
    if (!begin_step_plot(context, options, ticks, plot)) {
        ImGui::Dummy({std::max(1.0F, room.x), std::max(1.0F, room.y)});
        return;
    }
    const auto& theme = context.theme;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw_phases(context, plot, -1);
    for (std::size_t l = snapshot.lanes.size(); l-- > 0;) {
        const auto lane = static_cast<int>(l);
        const Reduction& reduction = kept.reductions[{what.panel, lane}].reduction();
        double floor_low = 0, floor_high = 0;
        // One that lies below what is shown is left to the read-out: on the axis it would be wrong.
        if (what.floor >= 0 && reduction.extent(what.floor, 1, floor_low, floor_high) &&
            (!plot.scale.logarithmic || floor_high > plot.scale.floor))
            draw_curve(context, plot, reduction, what.floor,
                       u32(gui::with_alpha(theme.lane(lane), 0.7F)), theme.hairline(),
                       Dash::dotted);
        draw_curve(context, plot, reduction, what.curve, u32(theme.lane(lane)),
                   theme.line() * 1.15F, lane_dash(lane));
    }
    draw_marks(context, plot, -1);
    draw_published_ends(context, plot, -1);
    draw_legend(context, plot);
    if (!any) {
        const ImVec2 extent = ImGui::CalcTextSize(what.awaited.c_str());
        draw->AddText({plot.position.x + std::max(em(0.5F), (plot.extent.x - extent.x) / 2),
                       plot.position.y + (plot.extent.y - extent.y) / 2},
                      u32(theme.dim), what.awaited.c_str());
    }
    if (plot.hovered) readout(context, plot, what);
    const bool hovered = plot.hovered;
    end_step_plot(context, options, plot);
    export_menu(
        context, "##export", what.name, hovered,
        [&] {
            std::vector<std::size_t> channels;
            for (int c = 0; c < what.channels; ++c)
                channels.push_back(what.first_channel + static_cast<std::size_t>(c));
            Table table = history_table(snapshot, context.view.step_min, context.view.step_max,
                                        channels, what.column_names);
            table.logarithmic = what.logarithmic;
            table.drawn = {table.drawn[static_cast<std::size_t>(what.curve)]};
            return table;
        },
        [&] {
            context.view.follow = true;
            kept.axes[what.panel].manual = false;
        });
}

void draw_titled_lane_plot(gui::PanelContext& context, const char* title, const char* help,
                           const LanePlot& what, ImVec2 room) {
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    if (ImGui::BeginChild(what.id, room, ImGuiChildFlags_None,
                          ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) {
        ImGui::TextColored(context.theme.dim, "%s", title);
        gui::hover_help(context, title, help);
        draw_lane_plot(context, what);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

}  // namespace muonscope::plots

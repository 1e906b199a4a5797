#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/lane_rows.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/trade_off_outcomes.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/legend.h"
#include "app/gui/plots/memory.h"
#include "app/gui/plots/readout.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/step_plot.h"
#include "app/gui/plots/stroke.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/probe.h"

namespace muonscope::gui {

namespace {

using namespace plots;

struct TradeOffChoices {
    int layer = 0;            // 0: layer 1
    bool from_start = false;  // else one step before
};

std::vector<Remembered> remembered(Preferences& preferences) {
    TradeOffChoices& own = preferences.panels.of<TradeOffChoices>();
    return {{"trade_off_layer", &own.layer, 0, most_matrices - 1},
            {"trade_off_from_start", &own.from_start}};
}

constexpr const char* fidelity_help =
    "Gradient fidelity cos(U, G) of the newest step: U is the layer's update reversed, G its "
    "gradient. Plain SGD: 1. The exact polar factor of a gradient of rank r: ‖G‖_*/(√r·‖G‖).";
constexpr const char* each_step_help =
    "Representation preservation of the newest step, 1 − ‖ΔW h‖/‖W h‖: ΔW is the update, W the "
    "weights before it, h what the layer gets from all data (unit vectors when whitened). "
    "1: the step changed nothing that comes out of this layer.";
constexpr const char* from_start_help =
    "Preservation against the start, 1 − ‖(W − W₀) h‖/‖W₀ h‖: W₀ are the layer's weights at step "
    "0, h what the layer gets from all data now. Below 0 when the change has grown larger than "
    "what was there.";

struct Channels {
    int layer = 1;
    std::size_t fidelity = 0, preservation = 0;
    const char* preservation_help = each_step_help;
};

Channels chosen_channels(const PanelContext& context) {
    const Layout& layout = context.snapshot->layout;
    const bool start = context.chosen<TradeOffChoices>().from_start;
    Channels channels;
    channels.layer =
        std::clamp(context.chosen<TradeOffChoices>().layer + 1, 1, std::max(layout.layers(), 1));
    channels.fidelity = layout.fidelity(channels.layer);
    channels.preservation = start ? layout.preservation_from_start(channels.layer)
                                  : layout.preservation(channels.layer);
    channels.preservation_help = start ? from_start_help : each_step_help;
    return channels;
}

void header(PanelContext& context) {
    const float between = em(0.6F);
    begin_header_controls(context, source_picker_width(context) + between +
                                       segmented_width({"each step", "from the start"}));
    layer_picker(context, "##layer", context.chosen<TradeOffChoices>().layer,
                 "Which layer's update, gradient and output.");
    ImGui::SameLine(0, between);
    segmented(context, "against", {"each step", "from the start"},
              context.chosen<TradeOffChoices>().from_start,
              "What the layer's output is held against: what it was one step before, or what the "
              "weights of the start make of the same inputs.");
    end_header_controls(context);
}

bool measured(const HistoryView& history, const Channels& channels) {
    return history.size() > 0 &&
           std::max(channels.fidelity, channels.preservation) < history.channels();
}

bool finite_at(const HistoryView& history, std::size_t sample, const Channels& channels) {
    return std::isfinite(history.value(sample, channels.fidelity)) &&
           std::isfinite(history.value(sample, channels.preservation));
}

// What the axes have to hold: the sound part of every lane's way.
void add_way(const LaneSnapshot& lane, const Channels& channels, Extent& across, Extent& up) {
    const HistoryView& history = lane.history;
    for (std::size_t i = 0; measured(history, channels) && i < history.size(); ++i) {
        if (history.step(i) > lane.sound_step) break;
        if (!finite_at(history, i, channels)) continue;
        across.add(history.value(i, channels.fidelity));
        up.add(history.value(i, channels.preservation));
    }
}

// A lane's way through the run: a ring at its first step, its newest a filled mark.
void add_marks(const PanelContext& context, const Channels& channels, std::size_t index,
               Chart& chart) {
    const LaneSnapshot& lane = context.snapshot->lanes[index];
    const HistoryView& history = lane.history;
    if (!measured(history, channels)) return;
    const auto number = static_cast<int>(index);
    const ImVec4 colour = context.theme.lane(number);
    const char* against = context.chosen<TradeOffChoices>().from_start ? " from start" : "";
    Curve way;
    way.name = lane.name;
    way.ink = {with_alpha(colour, 0.7F), lane_dash(number), 0.8F};
    way.index.name = "step";
    const std::string matrix = source_name(context.snapshot->layout, channels.layer);
    way.across = fmt::format("{} {} fidelity", lane.name, matrix);
    way.up = fmt::format("{} {} preservation{}", lane.name, matrix, against);
    Points first, newest;
    first.colour = newest.colour = colour;
    first.kind = Shape::ring;
    first.radius = newest.radius = 0.28F;
    for (std::size_t i = 0; i < history.size(); ++i) {
        way.x.push_back(history.value(i, channels.fidelity));
        way.y.push_back(history.value(i, channels.preservation));
        way.index.values.push_back(static_cast<double>(history.step(i)));
        if (!finite_at(history, i, channels)) continue;
        if (first.x.empty()) first.x = {way.x.back()}, first.y = {way.y.back()};
        newest.x = {way.x.back()}, newest.y = {way.y.back()};
    }
    chart.marks.emplace_back(std::move(way));
    chart.marks.emplace_back(std::move(first));
    chart.marks.emplace_back(std::move(newest));
}

// Fidelity to the right, preservation upwards; no marks where nothing was measured.
Chart trace_of(const PanelContext& context, const Channels& channels) {
    const Snapshot& snapshot = *context.snapshot;
    Chart chart;
    chart.legend = false;  // the table below names the lanes
    Extent across, up;
    for (const LaneSnapshot& lane : snapshot.lanes) add_way(lane, channels, across, up);
    if (!across.any()) return chart;
    // A point would say nothing on an axis of its own: fidelity ends at 1.
    const ValueRange right = near_range(std::min(across.low, 0.95), std::max(across.high, 1.0));
    const ValueRange upwards = near_range(up.low, std::max(up.high, up.low + 1e-4));
    chart.x = {right.min, right.max, false, "fidelity cos(U, G)  →"};
    chart.y = {upwards.min, upwards.max, false, "preservation  ↑"};
    for (std::size_t l = snapshot.lanes.size(); l-- > 0;) add_marks(context, channels, l, chart);
    return chart;
}

// The sample under the mouse.
struct Nearest {
    std::size_t lane, sample = 0;
    float distance = em(2.5F);
};

Nearest nearest_sample_to_mouse(const Snapshot& snapshot, const Axes& axes,
                                const Channels& channels) {
    Nearest nearest{snapshot.lanes.size()};
    const ImVec2 mouse = ImGui::GetMousePos();
    for (std::size_t l = snapshot.lanes.size(); axes.hovered && l-- > 0;) {
        const HistoryView& history = snapshot.lanes[l].history;
        if (!measured(history, channels)) continue;
        for (std::size_t i = 0; i < history.size(); ++i) {
            if (!finite_at(history, i, channels)) continue;
            const ImVec2 at = axes.pixel(history.value(i, channels.fidelity),
                                         history.value(i, channels.preservation));
            const float distance = std::hypot(at.x - mouse.x, at.y - mouse.y);
            if (distance < nearest.distance) nearest = {l, i, distance};
        }
    }
    return nearest;
}

void readout(PanelContext& context, const Axes& axes, const Channels& channels,
             const Nearest& nearest) {
    const LaneSnapshot& lane = context.snapshot->lanes[nearest.lane];
    const auto step = static_cast<double>(lane.history.step(nearest.sample));
    memory(context).hovered_next = step;
    const ImVec4 colour = context.theme.lane(static_cast<int>(nearest.lane));
    const double fidelity = lane.history.value(nearest.sample, channels.fidelity);
    const double preservation = lane.history.value(nearest.sample, channels.preservation);
    draw_point(context, axes, fidelity, preservation, colour);
    const std::array rows{
        ReadoutRow{"fidelity cos(U, G)", value_text(fidelity), colour},
        ReadoutRow{context.chosen<TradeOffChoices>().from_start ? "1 − ‖(W − W₀) h‖/‖W₀ h‖"
                                                                : "1 − ‖ΔW h‖/‖W h‖",
                   value_text(preservation), colour}};
    draw_readout(context,
                 fmt::format("{}, {}, step {:.0f}", lane.name,
                             source_name(context.snapshot->layout, channels.layer), step),
                 rows);
}

void draw_trace(PanelContext& context, const Channels& channels, ImVec2 room) {
    const Snapshot& snapshot = *context.snapshot;
    const Chart chart = trace_of(context, channels);
    if (chart.marks.empty()) {
        centred_note(context, "This layer has not moved yet");
        return;
    }
    const ChartOptions options{.id = "##trade-off", .name = "trade-off", .size = room};
    Axes axes;
    if (!begin_chart(context, options, chart, axes)) return;
    draw_marks(context, axes, chart);
    end_chart(context, axes);
    const Nearest nearest = nearest_sample_to_mouse(snapshot, axes, channels);
    if (nearest.lane < snapshot.lanes.size())
        readout(context, axes, channels, nearest);
    else if (axes.hovered)
        hover_help(context, "Trade-off",
                   std::string(fidelity_help) + "\n\n" + channels.preservation_help +
                       "\n\nRing: the first step. Filled: the newest.");
    chart_menu(context, options, axes,
               [&](const PanelContext& on) { return trace_of(on, channels); });
}

std::string explain_trade_off(const Experiment& experiment) {
    return "fidelity to the gradient against what a layer keeps; probe on " +
           probed_matrix(experiment);
}

void draw_trade_off(PanelContext& context) {
    header(context);
    if (!has_measured_room(context, 8, 6)) return;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    begin_frame(context);
    const Channels channels = chosen_channels(context);
    const std::vector<LaneRow> rows = trade_off_outcomes(*context.snapshot, channels.layer);
    const float gap = em(0.8F);
    const bool series = room.x > em(30);
    const float left = series ? std::floor((room.x - gap) * 0.46F) : room.x;
    const float table = lane_rows_height(rows.size());
    const bool tabled = room.y > table + em(9);
    const float trace = tabled ? room.y - table : room.y;
    draw_trace(context, channels, {left, trace});
    if (tabled) {
        ImGui::SetCursorScreenPos({origin.x, origin.y + trace});
        draw_lane_rows(context, rows, left);
    }
    if (series) {
        const float half = std::floor((room.y - em(0.3F)) / 2);
        const bool start = context.chosen<TradeOffChoices>().from_start;
        LanePlot plot;
        plot.logarithmic = false;
        plot.from_zero = false;
        plot.awaited = "This layer has not moved yet";
        plot.axis = "fidelity";
        plot.id = "##fidelity";
        plot.name = "gradient-fidelity";
        plot.first_channel = channels.fidelity;
        ImGui::SetCursorScreenPos({origin.x + left + gap, origin.y});
        draw_titled_lane_plot(context, "gradient fidelity cos(U, G)", fidelity_help, plot,
                              {room.x - left - gap, half});
        plot.axis = "preservation";
        plot.id = "##preservation";
        plot.name = "preservation";
        plot.first_channel = channels.preservation;
        ImGui::SetCursorScreenPos({origin.x + left + gap, origin.y + room.y - half});
        draw_titled_lane_plot(
            context,
            start ? "preservation 1 − ‖(W − W₀) h‖/‖W₀ h‖" : "preservation 1 − ‖ΔW h‖/‖W h‖",
            channels.preservation_help, plot, {room.x - left - gap, half});
    }
    ImGui::SetCursorScreenPos(origin);
    ImGui::Dummy(room);
}

}  // namespace

constinit const Panel trade_off_panel{
    .title = "Trade-off",
    .explanation = "fidelity to the gradient against what a layer keeps",
    .help =
        "What an orthogonalised update gives up and what it buys: right is nearer to the "
        "gradient's "
        "own direction, up is more of the layer's output left for the layers that build on it. "
        "Below: how far the layer is from its own target, and how many steps what comes next "
        "takes.",
    .draw = draw_trade_off,
    .least = {22, 12},
    .weights = true,
    .explain = explain_trade_off,
    .remembered = remembered,
};

}  // namespace muonscope::gui

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/fonts.h"
#include "app/gui/panels/measures.h"
#include "app/gui/plots/lane_plot.h"
#include "app/gui/plots/series_plot.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/stride_text.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/measure/gap.h"

// Measures over steps, each in a plot of its own: all lanes, or what lies between two of them.
namespace muonscope::gui {

namespace {

using namespace plots;

constexpr const char* shown_help =
    "All lanes' curves, or what lies between two: the first less the second; on a log axis the "
    "first over the second. A dot and a step mark where the one passes the other.";
constexpr const char* between_help =
    "The steps that both recorded, up to where either was lost. The band is what the gap cannot "
    "have left between two of them: the first's smallest value less the second's largest … the "
    "first's largest less the second's smallest, on a log axis one over the other. At which steps "
    "they had those is not kept: the gap may have moved much less.";

// A word of the list: "lanes", "SGD − Muon".
std::string pair_text(const Snapshot& snapshot, std::pair<int, int> pair, bool ratio) {
    return fmt::format("{} {} {}", snapshot.lanes[pair.first].name, ratio ? "/" : "−",
                       snapshot.lanes[pair.second].name);
}

bool both_there(const Snapshot& snapshot, std::pair<int, int> pair) {
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    return pair.first < lanes && pair.second < lanes;
}

void choose_shown(PanelContext& context, MeasurePlot& plot, float width, const char* preview) {
    if (!begin_word_combo(context, "##shown", preview, width)) {
        hover_help(context, "Lanes or gap", shown_help);
        return;
    }
    const auto lanes = static_cast<int>(context.snapshot->lanes.size());
    if (list_row("lanes", !plot.gap)) plot.gap.reset();
    for (int a = 0; a < lanes; ++a)
        for (int b = 0; b < lanes; ++b) {
            if (a == b) continue;
            const std::pair pair{a, b};
            ImGui::PushID(a * lanes + b);
            if (list_row(pair_text(*context.snapshot, pair, plot.logarithmic).c_str(),
                         plot.gap == pair))
                plot.gap = pair;
            ImGui::PopID();
        }
    ImGui::EndCombo();
}

// Title left, what is chosen of the plot right, or below where that is too narrow. Whether to close
// it.
bool draw_heading(PanelContext& context, MeasurePlot& plot, const std::string& title,
                  std::string_view help) {
    const Snapshot& snapshot = *context.snapshot;
    const bool choice = snapshot.lanes.size() > 1;
    const std::string shown = plot.gap && both_there(snapshot, *plot.gap)
                                  ? pair_text(snapshot, *plot.gap, plot.logarithmic)
                                  : "lanes";
    const float room = ImGui::GetContentRegionAvail().x, spacing = em(0.4F);
    const float words = std::min(word_combo_width(ImGui::CalcTextSize(shown.c_str()).x), em(12));
    const float closing = em(1.6F);
    const float controls =
        segmented_width({"linear", "log"}) + spacing + (choice ? words + spacing : 0) + closing;
    const float name = ImGui::CalcTextSize(title.c_str()).x;
    const bool beside = name + em(0.8F) + controls <= room;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight() + em(0.35F);
    const float title_room = beside ? room - controls - em(0.5F) : room - closing - spacing;
    fitted_text(ImGui::GetWindowDrawList(), {at.x, at.y + em(0.17F)}, title_room,
                context.theme.text, title.c_str());
    ImGui::InvisibleButton("##title", {std::max(1.0F, title_room), height});
    hover_help(context, title, help);

    ImGui::SetCursorScreenPos({at.x + room - closing, at.y});
    const bool closed = quiet_button(context, icon::close, closing, "Takes the plot away.");
    ImGui::SetCursorScreenPos(
        {beside ? at.x + room - controls : at.x, beside ? at.y : at.y + height});
    segmented(context, "scale", {"linear", "log"}, plot.logarithmic,
              "Log shows what is small as clearly as what is large; a zero lies on the floor.");
    if (choice) {
        ImGui::SameLine(0, spacing);
        choose_shown(context, plot, words, shown.c_str());
    }
    ImGui::SetCursorScreenPos({at.x, at.y + (beside ? 1.0F : 2.0F) * height + em(0.15F)});
    return closed;
}

void draw_lanes(PanelContext& context, const MeasurePlot& plot, std::size_t channel,
                const std::string& name) {
    LanePlot what;
    what.axis = name;
    what.id = "##lanes";
    what.name = name.c_str();
    what.first_channel = channel;
    what.logarithmic = plot.logarithmic;
    what.from_zero = false;
    what.awaited = "Not measured yet";
    draw_lane_plot(context, what);
}

struct Recorded {
    StepValues points;
    Ranges ranges;
};
Recorded recorded(const LaneSnapshot& lane, std::size_t channel) {
    Recorded recorded;
    const HistoryView& history = lane.history;
    for (std::size_t i = 0; i < history.size() && channel < history.channels(); ++i) {
        if (history.step(i) > lane.sound_step) break;
        recorded.points.steps.push_back(static_cast<double>(history.step(i)));
        recorded.points.values.push_back(history.value(i, channel));
        recorded.ranges.firsts.push_back(static_cast<double>(history.first_step(i)));
        recorded.ranges.lows.push_back(history.low(i, channel));
        recorded.ranges.highs.push_back(history.high(i, channel));
    }
    return recorded;
}

void draw_gap(PanelContext& context, const MeasurePlot& plot, std::size_t channel,
              const std::string& name) {
    const Snapshot& snapshot = *context.snapshot;
    const bool ratio = plot.logarithmic;
    const auto [first, second] = *plot.gap;
    const Recorded a = recorded(snapshot.lanes[first], channel);
    const Recorded b = recorded(snapshot.lanes[second], channel);
    StepValues between =
        gap(a.points.steps, a.points.values, b.points.steps, b.points.values, ratio);
    Series series;
    series.name = pair_text(snapshot, *plot.gap, ratio);
    series.colour = context.theme.text;
    if (known_between_rows(snapshot, static_cast<std::size_t>(first), channel) &&
        known_between_rows(snapshot, static_cast<std::size_t>(second), channel)) {
        Ranges ranges = gap_ranges(a.points, a.ranges, b.points, b.ranges, between.steps, ratio);
        series.firsts = std::move(ranges.firsts);
        series.lows = std::move(ranges.lows);
        series.highs = std::move(ranges.highs);
    }
    const double level = ratio ? 1 : 0;
    const std::string axis = name + " gap";
    SeriesPlot what{axis, "##gap", axis.c_str(), ratio, "Nothing that both have"};
    series.crossings.assign(between.steps.size(), std::nan(""));
    for (const Crossing& crossing : crossings(between, ratio)) {
        const auto beyond =
            std::lower_bound(between.steps.begin(), between.steps.end(), crossing.to);
        series.crossings[beyond - between.steps.begin()] = crossing.at;
        const bool exact = crossing.to - crossing.from <= 1;
        what.places.push_back({crossing.at, level,
                               exact ? fmt::format("step {:.0f}", crossing.to)
                                     : fmt::format("step ≈ {:.0f}", crossing.at),
                               context.theme.warning});
    }
    series.steps = std::move(between.steps);
    series.values = std::move(between.values);
    draw_series_plot(context, what, ImGui::GetContentRegionAvail(), {series},
                     {{ratio ? "alike" : "no gap", level, context.theme.target}});
}

// Whether to close it.
bool draw_plot(PanelContext& context, MeasurePlot& plot) {
    const Snapshot& snapshot = *context.snapshot;
    const bool there =
        plot.source <= snapshot.layout.layers() && applies(plot.channel, snapshot.spec->experiment);
    const std::string title = measure_title(snapshot.layout, plot.channel, plot.source);
    const std::string of = plot.source == 0 ? "the product P"
                           : there          ? snapshot.layout.name(plot.source)
                                            : "a layer";
    const bool between = plot.gap && both_there(snapshot, *plot.gap);
    std::string help = definition(plot.channel, snapshot.spec->experiment, of);
    if (between) help += std::string("\n") + between_help;
    const bool closed = draw_heading(context, plot, title, help);
    if (!there) {
        centred_note(context, "This experiment has none");
        return closed;
    }
    const std::size_t channel = snapshot.layout.at(plot.channel, plot.source);
    const std::string name = fmt::format("{}-{}", info(plot.channel).column, plot.source);
    if (between)
        draw_gap(context, plot, channel, name);
    else
        draw_lanes(context, plot, channel, name);
    return closed;
}

struct PlotGrid {
    int across = 1;
    float width = 0, height = 0, gap = 0;
};
// As many side by side as are of use; as high as fills the room, but never too low to be read.
PlotGrid grid_of(ImVec2 room, std::size_t count) {
    PlotGrid grid;
    grid.gap = em(0.8F);
    const float least = em(19), lowest = em(10);
    const auto all = static_cast<int>(count);
    grid.across = std::clamp(static_cast<int>((room.x + grid.gap) / (least + grid.gap)), 1, all);
    const int rows = (all + grid.across - 1) / grid.across;
    // No row is emptier than it must be.
    grid.across = (all + rows - 1) / rows;
    const auto share = [&](float length, int parts) {
        return std::floor((length - static_cast<float>(parts - 1) * grid.gap) /
                          static_cast<float>(parts));
    };
    grid.height = std::max(lowest, share(room.y, rows));
    const bool scrolls =
        static_cast<float>(rows) * (grid.height + grid.gap) - grid.gap > room.y + 1;
    grid.width = share(room.x - (scrolls ? ImGui::GetStyle().ScrollbarSize : 0), grid.across);
    return grid;
}

}  // namespace

void draw_measure_plots(PanelContext& context, ImVec2 room) {
    MeasuresChoices& choices = context.chosen<MeasuresChoices>();
    std::vector<MeasurePlot> plots = plots_of(choices);
    if (plots.empty()) {
        centred_note(context, "Drag a row here, click it, or press Enter on it");
        return;
    }
    const std::vector<MeasurePlot> before = plots;
    const PlotGrid grid = grid_of(room, plots.size());
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {0, 0});
    ImGui::BeginChild("plots", room, ImGuiChildFlags_NavFlattened);
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    std::optional<std::size_t> closed;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const auto row = static_cast<int>(i) / grid.across,
                   column = static_cast<int>(i) % grid.across;
        ImGui::SetCursorScreenPos({origin.x + static_cast<float>(column) * (grid.width + grid.gap),
                                   origin.y + static_cast<float>(row) * (grid.height + grid.gap)});
        const std::string id =
            fmt::format("plot {} {}", info(plots[i].channel).column, plots[i].source);
        if (ImGui::BeginChild(id.c_str(), {grid.width, grid.height}, ImGuiChildFlags_NavFlattened,
                              ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse) &&
            draw_plot(context, plots[i]))
            closed = i;
        ImGui::EndChild();
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (closed) plots.erase(plots.begin() + static_cast<std::ptrdiff_t>(*closed));
    if (plots == before) return;
    choices.plots.clear();
    for (const MeasurePlot& plot : plots) choices.plots.push_back(to_text(plot));
}

}  // namespace muonscope::gui

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "app/gui/fonts.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/panels/measures.h"
#include "app/gui/panels/panels.h"
#include "app/gui/plots/export_menu.h"
#include "app/gui/plots/source.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/channels.h"
#include "core/experiment/probe.h"

namespace muonscope::gui {

namespace {

using namespace plots;

std::vector<Remembered> remembered(Preferences& preferences) {
    MeasuresChoices& own = preferences.panels.of<MeasuresChoices>();
    return {{"measures_source", &own.source, 0, most_matrices},
            {"measures_over_steps", &own.over_steps},
            {"measures_plots", &own.plots}};
}

struct ShownRow {
    Channel channel;
    std::size_t at;  // in a lane's row
};

// What a glance looks for first; everything else follows in the table's order.
constexpr std::array first_rows{
    Channel::loss,        Channel::relative_error,      Channel::modes_learned,
    Channel::flatness,    Channel::stable_rank,         Channel::probe_after_k,
    Channel::probe_steps, Channel::probe_critical_rate, Channel::probe_floor,
    Channel::condition,   Channel::numerical_rank};

// One number a lane: of the whole, or of the source.
bool shown(const ChannelInfo& channel, const Experiment& experiment, int source) {
    if (channel.channel == Channel::probe_searched) return false;  // said by probe_steps
    if (!applies(channel.channel, experiment)) return false;
    return is_of_whole(channel.scope) || channel.scope == Scope::map ||
           (channel.scope == Scope::matrix && source > 0);
}

std::vector<ShownRow> rows_of(const Snapshot& snapshot, int source) {
    std::vector<ShownRow> rows;
    const auto add = [&](const ChannelInfo& channel) {
        if (shown(channel, snapshot.spec->experiment, source))
            rows.push_back({channel.channel, snapshot.layout.at(channel.channel, source)});
    };
    for (const Channel channel : first_rows) add(info(channel));
    for (const ChannelInfo& channel : channels())
        if (std::find(first_rows.begin(), first_rows.end(), channel.channel) == first_rows.end())
            add(channel);
    return rows;
}

double value_of(const ShownRow& row, const LaneSnapshot& lane) {
    return row.at < lane.now.size() ? lane.now[row.at] : std::nan("");
}

std::string text_of(const ShownRow& row, const Snapshot& snapshot, const LaneSnapshot& lane) {
    const double value = value_of(row, lane);
    if (row.channel == Channel::probe_steps && !lane.now.empty()) {
        const std::string text = threshold_text(value, lane.now[snapshot.layout.probe_searched()]);
        return text.empty() ? "–" : text;
    }
    if (std::isnan(value)) return "–";
    if (row.channel == Channel::modes_learned)
        return fmt::format("{:.0f} / {}", value, snapshot.layout.modes());
    return info(row.channel).unit == Unit::number ? value_text(value)
                                                  : fmt::format("{:.0f}", value);
}

std::int64_t newest_step(const Snapshot& snapshot) {
    std::int64_t step = 0;
    for (const LaneSnapshot& lane : snapshot.lanes) step = std::max(step, lane.now_step);
    return step;
}

// Whole lines share the height there is, in whole pixels, as tables have them; what does not fit is
// scrolled to.
struct Lines {
    float padding = 0;  // above and below each
    float height = 0;   // of those that are shown
};
Lines lines_in(float room, std::size_t rows) {
    const float text = std::ceil(ImGui::GetTextLineHeight());
    const float shown =
        std::clamp(std::floor(room / (text + 2)), 1.0F, static_cast<float>(rows + 1));
    const float padding = std::floor((std::clamp(room / shown, text + 2, em(1.75F)) - text) / 2);
    return {padding, shown * (text + 2 * padding)};
}

void draw_heading(const PanelContext& context) {
    const Snapshot& snapshot = *context.snapshot;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextColored(context.theme.dim, "%s",
                       fmt::format("step {}", newest_step(snapshot)).c_str());
    ImGui::PushFont(context.fonts.heading, 0);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        ImGui::TableNextColumn();
        const std::string name = name_and_step(snapshot.lanes[l]);
        const float free = ImGui::GetContentRegionAvail().x;
        const float width = std::min(free, ImGui::CalcTextSize(name.c_str()).x);
        const ImVec2 at = ImGui::GetCursorScreenPos();
        fitted_text(ImGui::GetWindowDrawList(), {at.x + free - width, at.y}, width + 1,
                    context.theme.lane_text(static_cast<int>(l)), name.c_str());
        ImGui::Dummy({free, ImGui::GetTextLineHeight()});
    }
    ImGui::PopFont();
}

constexpr float sign_width = 1.4F;  // em: of the sign that a row has a plot

// The row takes click, Enter and drag as a whole; Tab comes to the first of them only, arrows lead
// on to the others.
void draw_name(PanelContext& context, const ShownRow& row, int source, bool first,
               const std::string& matrix) {
    MeasuresChoices& choices = context.chosen<MeasuresChoices>();
    const Theme& theme = context.theme;
    const std::string title(info(row.channel).title);
    const bool plotted = is_plotted(choices, row.channel, source);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float right = at.x + ImGui::GetContentRegionAvail().x;
    ImGui::PushItemFlag(ImGuiItemFlags_NoTabStop, !first);
    if (ImGui::Selectable(fmt::format("##{}", title).c_str(), false,
                          ImGuiSelectableFlags_SpanAllColumns))
        toggle_plot(choices, row.channel, source);
    ImGui::PopItemFlag();
    const bool pointed = ImGui::IsItemHovered() || focused_by_keyboard();
    drag_measure(title, row.channel, source);
    hover_help(context, title.c_str(),
               definition(row.channel, context.snapshot->spec->experiment, matrix) +
                   (plotted ? "\nClick or Enter takes its plot away."
                            : "\nClick, Enter or a drag to the plots: over steps."));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddText(at, u32(plotted ? theme.text : theme.dim), title.c_str());
    const bool fits = right - at.x - ImGui::CalcTextSize(title.c_str()).x > em(1.2F);
    if ((plotted || pointed) && fits)
        draw->AddText({right - em(1.1F), at.y}, u32(plotted ? theme.accent : theme.dim),
                      icon::curve);
}

void draw_row(PanelContext& context, const ShownRow& row, int source, bool first,
              const std::string& matrix) {
    const Snapshot& snapshot = *context.snapshot;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    draw_name(context, row, source, first, matrix);
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        right_cell(text_of(row, snapshot, snapshot.lanes[l]),
                   context.theme.lane_text(static_cast<int>(l)));
    ImGui::PopFont();
}

Table table_of(const Snapshot& snapshot, const std::vector<ShownRow>& rows) {
    Table table;
    std::vector<double> values;
    for (const ShownRow& row : rows)
        for (const LaneSnapshot& lane : snapshot.lanes) {
            table.columns.push_back(fmt::format("{} {}", lane.name, info(row.channel).title));
            values.push_back(value_of(row, lane));
        }
    table.rows.push_back(std::move(values));
    return table;
}

// Names as long as the longest that is shown; where lanes' numbers would not stand beside one
// another, they are scrolled to.
struct TableColumns {
    float names = 0, whole = 0;
    bool sideways = false;
};
TableColumns columns_in(float room, const std::vector<ShownRow>& rows, std::size_t lanes) {
    TableColumns columns;
    for (const ShownRow& row : rows) {
        const std::string_view title = info(row.channel).title;
        columns.names = std::max(columns.names,
                                 ImGui::CalcTextSize(title.data(), title.data() + title.size()).x);
    }
    const float number = em(4.6F);
    const auto count = static_cast<float>(lanes);
    // Numbers come before the sign that a row has a plot.
    if (columns.names + em(sign_width + 1) + count * number <= room)
        columns.names += em(sign_width);
    columns.sideways = room < columns.names + em(1) + count * number;
    columns.whole = columns.names + em(1) + count * (number + em(0.5F));
    return columns;
}

void draw_table(PanelContext& context, const std::vector<ShownRow>& rows, int source, ImVec2 room) {
    const Snapshot& snapshot = *context.snapshot;
    const std::string matrix = source == 0 ? "the product P" : snapshot.layout.name(source);
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    const auto [names, whole, sideways] = columns_in(room.x, rows, snapshot.lanes.size());
    const float bar = sideways ? ImGui::GetStyle().ScrollbarSize : 0;
    const Lines lines = lines_in(room.y - bar, rows.size());
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), lines.padding});
    const bool open =
        ImGui::BeginTable("##measures", lanes + 1,
                          ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_ScrollY |
                              ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                              (sideways ? ImGuiTableFlags_ScrollX : ImGuiTableFlags_None),
                          {room.x, lines.height + bar}, sideways ? whole : 0);
    if (open) {
        ImGui::TableSetupColumn("measure", ImGuiTableColumnFlags_WidthFixed, names);
        for (int l = 0; l < lanes; ++l)
            ImGui::TableSetupColumn(fmt::format("##{}", l).c_str(),
                                    ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupScrollFreeze(sideways ? 1 : 0, 1);
        draw_heading(context);
        for (const ShownRow& row : rows)
            draw_row(context, row, source, &row == rows.data(), matrix);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

// While a row is dragged and the plots are not in sight: where it is let go.
void draw_drop_place(PanelContext& context, float height) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 extent{ImGui::GetContentRegionAvail().x, height};
    ImGui::InvisibleButton("##drop", {std::max(1.0F, extent.x), height});
    take_dropped_measure(context.chosen<MeasuresChoices>());
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRect(at, {at.x + extent.x, at.y + extent.y}, u32(context.theme.accent),
                  ImGui::GetStyle().FrameRounding, 0, context.theme.hairline());
    constexpr const char* words = "drop here: over steps";
    const ImVec2 text = ImGui::CalcTextSize(words);
    draw->AddText({at.x + (extent.x - text.x) / 2, at.y + (extent.y - text.y) / 2},
                  u32(context.theme.text), words);
}

struct Division {
    float numbers = 0;  // width of the table
    bool plots_beside = false;
};
Division divided(ImVec2 room, const std::vector<ShownRow>& rows, std::size_t lanes) {
    const float wanted = columns_in(room.x, rows, lanes).whole + em(0.5F);
    const float numbers = std::min(wanted, room.x * 0.45F);
    return {numbers, room.x - numbers > em(20) && room.y > em(11)};
}

void draw_measures(PanelContext& context) {
    MeasuresChoices& choices = context.chosen<MeasuresChoices>();
    ImGuiStorage* storage = ImGui::GetStateStorage();
    const ImGuiID divided_id = ImGui::GetID("both");
    const bool both = storage->GetBool(divided_id);
    const float words = both ? 0 : segmented_width({"numbers", "over steps"}) + em(0.4F);
    begin_header_controls(context, source_picker_width(context) + words);
    if (!both) {
        segmented(context, "view", {"numbers", "over steps"}, choices.over_steps,
                  "The newest step's numbers, or those of them over steps that were sent there: by "
                  "a click on their row, by Enter, by dragging it. A wider panel shows both.");
        next_header_control(context, em(0.4F), source_picker_width(context));
    }
    source_picker(context, "##source", choices.source,
                  "Of which matrix flatness, ranks, condition and, of a layer, norms, fidelity and "
                  "preservation are shown.");
    end_header_controls(context);
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    const int source = std::clamp(choices.source, 0, snapshot.layout.layers());
    const std::vector<ShownRow> rows = rows_of(snapshot, source);
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const Division division = divided(room, rows, snapshot.lanes.size());
    storage->SetBool(divided_id, division.plots_beside);
    const auto plots_in = [&](ImVec2 extent) {
        draw_measure_plots(context, extent);
        take_dropped_measure(choices);
    };
    if (division.plots_beside) {
        draw_table(context, rows, source, {division.numbers, room.y});
        const float gap = em(1);
        ImGui::SetCursorScreenPos({at.x + division.numbers + gap, at.y});
        plots_in({room.x - division.numbers - gap, room.y});
    } else if (choices.over_steps) {
        plots_in(room);
    } else {
        const float drop = is_measure_dragged() ? em(2.2F) : 0;
        draw_table(context, rows, source, {room.x, std::max(em(1), room.y - drop)});
        if (drop > 0) draw_drop_place(context, drop - ImGui::GetStyle().ItemSpacing.y);
    }
    const bool over_plots = !division.plots_beside && choices.over_steps;
    export_menu(
        context, "##export", "measures",
        !over_plots && ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows) &&
            ImGui::GetMousePos().x < at.x + (division.plots_beside ? division.numbers : room.x),
        [&] { return table_of(snapshot, rows); });
}

}  // namespace

constinit const Panel measures_panel{
    .title = "Measures",
    .explanation = "at this step, and over steps",
    .help =
        "Numbers of the newest measured step, each with its definition on hover. A row that is "
        "clicked, dragged or entered has a plot over steps: of all lanes, or of the gap between "
        "two.",
    .draw = draw_measures,
    .least = {15, 7},
    .remembered = remembered,
};

}  // namespace muonscope::gui

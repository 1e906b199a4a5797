#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "app/gui/lost_lanes.h"
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

struct MeasuresChoices {
    int source = 0;  // 0: product; l: layer l
};

std::vector<Remembered> remembered(Preferences& preferences) {
    MeasuresChoices& own = preferences.panels.of<MeasuresChoices>();
    return {{"measures_source", &own.source, 0, 16}};
}

struct Row {
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
    return channel.scope == Scope::lane || channel.scope == Scope::map ||
           (channel.scope == Scope::matrix && source > 0);
}

std::vector<Row> rows_of(const Snapshot& snapshot, int source) {
    std::vector<Row> rows;
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

double value_of(const Row& row, const LaneSnapshot& lane) {
    return row.at < lane.now.size() ? lane.now[row.at] : std::nan("");
}

std::string text_of(const Row& row, const Snapshot& snapshot, const LaneSnapshot& lane) {
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

void draw_row(PanelContext& context, const Row& row, const std::string& matrix) {
    const Snapshot& snapshot = *context.snapshot;
    const std::string title(info(row.channel).title);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TextColored(context.theme.dim, "%s", title.c_str());
    hover_help(context, title.c_str(), definition(row.channel, snapshot.spec->experiment, matrix));
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        right_cell(text_of(row, snapshot, snapshot.lanes[l]),
                   context.theme.lane_text(static_cast<int>(l)));
    ImGui::PopFont();
}

Table table_of(const Snapshot& snapshot, const std::vector<Row>& rows) {
    Table table;
    std::vector<double> values;
    for (const Row& row : rows)
        for (const LaneSnapshot& lane : snapshot.lanes) {
            table.columns.push_back(fmt::format("{} {}", lane.name, info(row.channel).title));
            values.push_back(value_of(row, lane));
        }
    table.rows.push_back(std::move(values));
    return table;
}

// Names as long as the longest that is shown; where lanes' numbers would not stand beside one
// another, they are scrolled to.
struct Columns {
    float names = 0, whole = 0;
    bool sideways = false;
};
Columns columns_in(float room, const std::vector<Row>& rows, std::size_t lanes) {
    Columns columns;
    for (const Row& row : rows) {
        const std::string_view title = info(row.channel).title;
        columns.names = std::max(columns.names,
                                 ImGui::CalcTextSize(title.data(), title.data() + title.size()).x);
    }
    const float number = em(4.6F);
    const auto count = static_cast<float>(lanes);
    columns.sideways = room < columns.names + em(1) + count * number;
    columns.whole = columns.names + em(1) + count * (number + em(0.5F));
    return columns;
}

void draw_table(PanelContext& context, const std::vector<Row>& rows, const std::string& matrix) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto lanes = static_cast<int>(context.snapshot->lanes.size());
    const auto [names, whole, sideways] = columns_in(room.x, rows, context.snapshot->lanes.size());
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
        for (const Row& row : rows) draw_row(context, row, matrix);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

void draw_measures(PanelContext& context) {
    int& source = context.chosen<MeasuresChoices>().source;
    begin_header_controls(context, source_picker_width());
    source_picker(context, "##source", source,
                  "Of which matrix flatness, ranks, condition and, of a layer, norms, fidelity and "
                  "preservation are shown.");
    end_header_controls(context);
    if (!context.snapshot || context.snapshot->lanes.empty()) {
        centred_note(context, "Waiting for the first step");
        return;
    }
    const Snapshot& snapshot = *context.snapshot;
    const int shown = std::clamp(source, 0, snapshot.layout.layers());
    const std::vector<Row> rows = rows_of(snapshot, shown);
    draw_table(context, rows, shown == 0 ? "the product P" : snapshot.layout.name(shown));
    export_menu(context, "##export", "measures",
                ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows),
                [&] { return table_of(snapshot, rows); });
}

}  // namespace

constinit const Panel measures_panel{
    .title = "Measures",
    .explanation = "at this step",
    .help = "Numbers of the newest measured step, each with its definition on hover.",
    .draw = draw_measures,
    .least = {15, 7},
    .remembered = remembered,
};

}  // namespace muonscope::gui

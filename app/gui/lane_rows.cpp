#include "app/gui/lane_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::gui {

namespace {

std::string text_of(const LaneRow& row, std::size_t lane) {
    if (lane < row.words.size()) return row.words[lane].empty() ? "–" : row.words[lane];
    const double value = row.values[lane];
    if (!std::isfinite(value)) return "–";
    return row.count ? fmt::format("{:.0f}", value) : plots::value_text(value);
}

}  // namespace

float lane_rows_height(std::size_t rows) {
    return static_cast<float>(rows + 1) * (ImGui::GetTextLineHeight() + em(0.3F)) + em(0.3F);
}

void draw_lane_rows(PanelContext& context, const std::vector<LaneRow>& rows, float width) {
    const Snapshot& snapshot = *context.snapshot;
    const auto lanes = static_cast<int>(snapshot.lanes.size());
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.15F)});
    float names = em(4);
    for (const LaneRow& row : rows)
        names = std::max(names, ImGui::CalcTextSize(row.name.c_str()).x);
    // Where the lanes are too many for their numbers to stand side by side, they scroll.
    const float least = em(5);
    const bool scrolls = width - names < static_cast<float>(lanes) * (least + em(0.5F));
    const float height =
        scrolls ? lane_rows_height(rows.size()) + ImGui::GetStyle().ScrollbarSize : 0;
    if (ImGui::BeginTable(
            "##lane rows", lanes + 1,
            ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoPadOuterX |
                (scrolls ? ImGuiTableFlags_ScrollX : ImGuiTableFlags_SizingStretchProp),
            {width, height})) {
        if (scrolls) ImGui::TableSetupScrollFreeze(1, 0);
        ImGui::TableSetupColumn("name", ImGuiTableColumnFlags_WidthFixed, names);
        for (int l = 0; l < lanes; ++l)
            ImGui::TableSetupColumn(
                fmt::format("##{}", l).c_str(),
                scrolls ? ImGuiTableColumnFlags_WidthFixed : ImGuiTableColumnFlags_WidthStretch,
                scrolls ? least : 1);
        const auto cell = [&](int lane, const std::string& text) {
            ImGui::TableNextColumn();
            const float free =
                ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
            if (free < 0) {
                const ImVec2 at = ImGui::GetCursorScreenPos();
                const ImVec2 room{ImGui::GetContentRegionAvail().x, ImGui::GetTextLineHeight()};
                fitted_text(ImGui::GetWindowDrawList(), at, room.x, context.theme.lane_text(lane),
                            text.c_str());
                ImGui::Dummy(room);
                hover_help(context, "", text);
                return;
            }
            right_text(text, context.theme.lane_text(lane));
        };
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextColored(context.theme.dim, "now");
        for (int l = 0; l < lanes; ++l) cell(l, snapshot.lanes[l].name);
        for (const LaneRow& row : rows) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextColored(context.theme.dim, "%s", row.name.c_str());
            hover_help(context, row.name, row.definition);
            ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
            for (int l = 0; l < lanes; ++l) cell(l, text_of(row, static_cast<std::size_t>(l)));
            ImGui::PopFont();
        }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

}  // namespace muonscope::gui

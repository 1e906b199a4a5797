#include "app/gui/plots/lane_grid.h"

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

float name_height() {
    return std::round(ImGui::GetTextLineHeight() + em(0.2F));
}

}  // namespace

LaneGrid lane_grid(std::size_t lanes, ImVec2 room, float labels, float right) {
    LaneGrid grid;
    const int count = std::max(1, static_cast<int>(lanes));
    grid.gap = 2 * side_padding();
    grid.left = labels;
    grid.bottom = label_height();
    const auto width = [&](int columns) {
        return (room.x - labels - right - grid.gap * static_cast<float>(columns)) /
               static_cast<float>(columns);
    };
    const auto height = [&](int rows) {
        return (room.y - grid.bottom) / static_cast<float>(rows) - name_height();
    };
    const auto rows = [&](int columns) { return (count + columns - 1) / columns; };
    // Below one another where they would be narrow, as long as none becomes flat instead.
    grid.columns = count;
    while (grid.columns > 1 && width(grid.columns) < em(11) &&
           (height(rows(grid.columns - 1)) >= em(5) || width(grid.columns) < em(4.5F)))
        --grid.columns;
    grid.rows = rows(grid.columns);
    grid.columns = (count + grid.rows - 1) / grid.rows;
    grid.area_width = width(grid.columns);
    grid.area_height = height(grid.rows);
    return grid;
}

StepPlotOptions place_lane(const LaneGrid& grid, ImVec2 origin, int lane) {
    const int column = lane % grid.columns, row = lane / grid.columns;
    StepPlotOptions options;
    options.value_labels = column == 0;
    options.step_label = row == grid.rows - 1;
    options.size = {grid.area_width + grid.gap + (column == 0 ? grid.left : 0),
                    grid.area_height + (options.step_label ? grid.bottom : 0)};
    ImGui::SetCursorScreenPos(
        {origin.x + (column == 0 ? 0 : grid.left) +
             static_cast<float>(column) * (grid.area_width + grid.gap),
         origin.y + name_height() + static_cast<float>(row) * (grid.area_height + name_height())});
    return options;
}

// Above the plot: inside it would lie over what rises early.
void draw_lane_name(const gui::PanelContext& context, const Axes& plot, int lane) {
    const std::string& name = context.snapshot->lanes[static_cast<std::size_t>(lane)].name;
    ImGui::PushFont(context.fonts.heading, 0);
    gui::fitted_text(ImGui::GetWindowDrawList(), {plot.position.x, plot.position.y - name_height()},
                     plot.extent.x, context.theme.lane_text(lane), name.c_str());
    ImGui::PopFont();
}

void note_in(const gui::PanelContext& context, const Axes& plot, const char* note) {
    const ImVec2 words = ImGui::CalcTextSize(note);
    ImGui::GetWindowDrawList()->AddText({plot.position.x + (plot.extent.x - words.x) / 2,
                                         plot.position.y + (plot.extent.y - words.y) / 2},
                                        u32(context.theme.dim), note);
}

}  // namespace muonscope::plots

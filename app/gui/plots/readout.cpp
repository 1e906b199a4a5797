#include "app/gui/plots/readout.h"

#include <algorithm>
#include <cmath>

#include "app/gui/plots/step_plot.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

void draw_readout(gui::PanelContext& context, const std::string& title,
                  std::span<const ReadoutRow> rows) {
    if (!ImGui::BeginTooltip()) return;
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::TextUnformatted(title.c_str());
    ImGui::PopStyleColor();
    float names = 0;
    for (const ReadoutRow& row : rows)
        names = std::max(names, ImGui::CalcTextSize(row.name.c_str()).x);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    for (const ReadoutRow& row : rows) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float middle = at.y + ImGui::GetTextLineHeight() / 2;
        draw->AddRectFilled({at.x, middle - em(0.08F)}, {at.x + em(0.8F), middle + em(0.08F)},
                            u32(row.colour));
        ImGui::SetCursorScreenPos({at.x + em(1.2F), at.y});
        ImGui::TextUnformatted(row.name.c_str());
        if (row.value.empty()) continue;
        ImGui::SameLine();
        ImGui::SetCursorScreenPos({at.x + em(2) + names, at.y});
        ImGui::PushFont(context.fonts.mono, 0);
        ImGui::TextUnformatted(row.value.c_str());
        ImGui::PopFont();
    }
    ImGui::EndTooltip();
}

void draw_dot(const gui::PanelContext& context, const Axes& plot, double step, double value,
              const ImVec4& colour) {
    if (!std::isfinite(value)) return;
    const ImVec2 at{plot.pixel_x(step), plot.pixel_y(value)};
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled(at, em(0.24F), u32(context.theme.card), 12);
    draw->AddCircleFilled(at, em(0.17F), u32(colour), 12);
}

}  // namespace muonscope::plots

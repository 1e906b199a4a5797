#include "app/gui/layout.h"

#include "app/gui/theme.h"
#include "imgui_internal.h"

#include <algorithm>

namespace muonscope::gui {

void build_default_layout(ImGuiID dock_space, ImVec2 area) {
    ImGui::DockBuilderRemoveNode(dock_space);
    ImGui::DockBuilderAddNode(dock_space,
                              static_cast<ImGuiDockNodeFlags>(ImGuiDockNodeFlags_DockSpace));
    ImGui::DockBuilderSetNodeSize(dock_space, area);

    // The left column holds text, so it is as wide as its text; the rest shares what is left.
    const float left_width = std::min(em(20.5F), area.x * 0.3F);
    const float right_width = std::clamp(area.x * 0.265F, em(12), em(36));
    ImGuiID left = 0, middle = 0, right = 0, rest = 0;
    ImGui::DockBuilderSplitNode(dock_space, ImGuiDir_Left, left_width / area.x, &left, &rest);
    ImGui::DockBuilderSplitNode(rest, ImGuiDir_Right, right_width / (area.x - left_width), &right,
                                &middle);

    ImGuiID middle_top = 0, middle_bottom = 0, loss = 0, probe = 0;
    ImGui::DockBuilderSplitNode(middle, ImGuiDir_Up, 0.57F, &middle_top, &middle_bottom);
    ImGui::DockBuilderSplitNode(middle_bottom, ImGuiDir_Left, 0.5F, &loss, &probe);

    ImGuiID right_top = 0, right_bottom = 0, spectrum = 0, measures = 0;
    ImGui::DockBuilderSplitNode(right, ImGuiDir_Up, 0.44F, &right_top, &right_bottom);
    ImGui::DockBuilderSplitNode(right_bottom, ImGuiDir_Up, 0.5F, &spectrum, &measures);

    ImGui::DockBuilderDockWindow("Lanes", left);
    ImGui::DockBuilderDockWindow("Singular values", middle_top);
    ImGui::DockBuilderDockWindow("Trade-off", middle_top);
    ImGui::DockBuilderDockWindow("Results", middle_top);
    ImGui::DockBuilderDockWindow("Staged planner", middle_top);
    ImGui::DockBuilderDockWindow("Orthogonaliser lab", middle_top);
    ImGui::DockBuilderDockWindow("Conditioning", middle_top);
    ImGui::DockBuilderDockWindow("Random matrices", middle_top);
    ImGui::DockBuilderDockWindow("Weight norms", middle_top);
    ImGui::DockBuilderDockWindow("Loss", loss);
    ImGui::DockBuilderDockWindow("Downstream probe", probe);
    ImGui::DockBuilderDockWindow("Representations", right_top);
    ImGui::DockBuilderDockWindow("Spectrum now", spectrum);
    ImGui::DockBuilderDockWindow("Measures", measures);
    // Of the tabs, this one in front.
    ImGui::DockBuilderGetNode(middle_top)->SelectedTabId =
        ImHashStr("#TAB", 0, ImHashStr("Singular values"));
    ImGui::DockBuilderFinish(dock_space);
}

}  // namespace muonscope::gui

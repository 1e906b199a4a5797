#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "imgui.h"

#include <algorithm>

namespace muonscope::gui {
namespace {

void key_table(PanelContext& context) {
    if (!ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) return;
    for (const Key& key : keys()) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.95F);
        ImGui::TextColored(context.theme.accent, "%s", key.keys);
        ImGui::PopFont();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(key.what);
    }
    ImGui::EndTable();
}

void heading(PanelContext& context, const char* text) {
    ImGui::Dummy({0, em(0.3F)});
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(text);
    ImGui::PopFont();
}

void paragraph(PanelContext& context, const char* text) {
    ImGui::PushStyleColor(ImGuiCol_Text, context.theme.dim);
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text);
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
}

}  // namespace

void draw_help(PanelContext& context) {
    const ImGuiViewport* viewport = ImGui::GetMainViewport();
    const ImVec2 room = viewport->WorkSize;
    ImGui::SetNextWindowPos({viewport->WorkPos.x + room.x / 2, viewport->WorkPos.y + room.y / 2},
                            ImGuiCond_Appearing, {0.5F, 0.5F});
    ImGui::SetNextWindowSize({std::min(em(33), room.x * 0.9F), std::min(em(43), room.y * 0.9F)},
                             ImGuiCond_Appearing);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(1.2F), em(0.9F)});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyle().Colors[ImGuiCol_PopupBg]);
    if (ImGui::Begin("Help", &context.view.show_help,
                     ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoCollapse |
                         ImGuiWindowFlags_NoSavedSettings)) {
        heading(context, "Keys");
        key_table(context);
        heading(context, "Mouse");
        paragraph(
            context,
            "Drag a control and it acts on the running training. Ctrl+click types a value, "
            "double click restores the default, hovering explains. Drag a panel by its title "
            "to dock it elsewhere. In a plot: drag pans, wheel zooms, over the labels of an axis "
            "that "
            "axis alone; a drag with the right button shows its box, double click fits. Right "
            "click: limits to type, linear, log or symmetric log axes, steps of its own, cursors "
            "A and B to drag, the first step across a value, exports.");
        heading(context, "About");
        paragraph(context,
                  "Muonscope trains the same deep linear network with several optimisers side by "
                  "side and shows what each does to its singular values. SGD learns the target's "
                  "modes one after the other, largest first; Muon, which orthogonalises every "
                  "update, raises all of them at one rate. After Hao Huang, Muon as a Residual "
                  "Connection, arXiv 2607.01124.");
        paragraph(context,
                  "Built with Dear ImGui, GLFW and Eigen. Inter, JetBrains Mono and "
                  "Bootstrap Icons. Their notices are inside the program.");
    }
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
}

}  // namespace muonscope::gui

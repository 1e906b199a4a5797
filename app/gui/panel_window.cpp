#include "app/gui/panel_window.h"

#include "app/gui/instead.h"
#include "app/gui/plots/collection.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <utility>

namespace muonscope::gui {
namespace {

void draw_header(PanelContext& context, const Panel& panel) {
    const Snapshot* snapshot = context.snapshot;
    const bool told = panel.explain != nullptr && snapshot != nullptr && snapshot->spec != nullptr;
    card_header(context, panel.title,
                told ? panel.explain(snapshot->spec->experiment) : panel.explanation, panel.help);
}

}  // namespace

void draw_card(const PanelContext& context) {
    const ImGuiWindow* window = ImGui::GetCurrentWindow();
    const ImVec2 at{window->Pos.x, window->Pos.y + window->TitleBarHeight};  // below tabs
    const ImVec2 end{window->Pos.x + window->Size.x, window->Pos.y + window->Size.y};
    const float corner = size::corner * context.theme.scale;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(at, end);
    draw->AddRectFilled(at, end, u32(context.theme.card), corner);
    const float hair = ImGui::GetStyle().WindowBorderSize, half = hair / 2;
    draw->AddRect({at.x + half, at.y + half}, {end.x - half, end.y - half},
                  u32(context.theme.border), corner, 0, hair);
    draw->PopClipRect();
}

void draw_panel_content(PanelContext& context, const Panel& panel) {
    if (const auto& take = context.kept<plots::Collection>().take_panel) {
        const ImVec2 at = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
        take(panel, at, {at.x + extent.x, at.y + extent.y});
    }
    draw_card(context);
    draw_header(context, panel);
    context.view.weights_shown = context.view.weights_shown || panel.weights;
    PanelContext newest = context;
    if (panel.of_now && context.now != nullptr)
        newest.snapshot = std::exchange(newest.now, nullptr);
    if (panel.of_chains && shows_transformer(newest))
        draw_instead(newest, panel);
    else
        panel.draw(newest);
}

ImGuiWindowFlags scrolled_where_narrow(const Panel& panel, float width) {
    const float content = em(panel.narrowest);
    if (width - 2 * em(size::padding) >= content) return ImGuiWindowFlags_None;
    ImGui::SetNextWindowContentSize({content, 0});
    return ImGuiWindowFlags_HorizontalScrollbar;
}

void draw_fixed_panel(PanelContext& context, const Panel& panel, const std::string& window,
                      ImVec2 at, ImVec2 extent, ImGuiWindowFlags flags) {
    ImGui::SetNextWindowPos(at);
    ImGui::SetNextWindowSize(extent);
    ImGui::SetNextWindowViewport(ImGui::GetMainViewport()->ID);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {em(size::padding), em(0.5F)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
    const bool visible = ImGui::Begin(
        window.c_str(), nullptr,
        flags | ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
            ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBackground);
    ImGui::PopStyleVar(2);
    if (visible) draw_panel_content(context, panel);
    ImGui::End();
}

}  // namespace muonscope::gui

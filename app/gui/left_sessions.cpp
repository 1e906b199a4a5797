#include "app/gui/left_sessions.h"

#include "app/gui/fonts.h"
#include "app/gui/saving.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace muonscope::gui {
namespace {

void forget_first(LeftSessions& left) {
    left.sessions.erase(left.sessions.begin());
}

void buttons(PanelContext& context, LeftSessions& left) {
    const LeftSession session = left.sessions.front();
    if (ImGui::Button("Go on with it")) {
        // What is wrong with it is said, and it stays.
        attempt(context.view, [&] {
            open_file(context, session.path);
            left.adopt(session);
            left.sessions.clear();
        });
        return;
    }
    hover_help(context, "", "Runs it again up to where it was; undo brings back what is here now.");
    ImGui::SameLine();
    if (ImGui::Button("Put it away")) {
        left.put_away(session);
        forget_first(left);
        return;
    }
    hover_help(context, "", "Keeps it as discarded.json in the state folder until the next one.");
    ImGui::SameLine();
    if (ImGui::Button("Later")) left.sessions.clear();
    hover_help(context, "", "The next window asks again.");
}

}  // namespace

void draw_left_sessions(PanelContext& context, ImVec2 bottom) {
    LeftSessions& left = context.kept<LeftSessions>();
    if (left.sessions.empty()) return;
    ImGui::SetNextWindowPos(bottom, ImGuiCond_Always, {0.5F, 1});
    ImGui::SetNextWindowSizeConstraints({0, 0}, {em(44), em(20)});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImGui::GetStyle().Colors[ImGuiCol_PopupBg]);
    if (ImGui::Begin("##left sessions", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoSavedSettings |
                         ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoMove)) {
        const std::size_t others = left.sessions.size() - 1;
        ImGui::PushFont(context.fonts.heading, 0);
        ImGui::TextUnformatted("A session ended without being closed");
        ImGui::PopFont();
        ImGui::PushTextWrapPos(std::min(em(38), ImGui::GetMainViewport()->WorkSize.x - em(4)));
        ImGui::TextColored(
            context.theme.dim, "%s",
            (left.sessions.front().what + (others > 0 ? fmt::format("; and {} more", others) : ""))
                .c_str());
        ImGui::PopTextWrapPos();
        buttons(context, left);
    }
    ImGui::End();
    ImGui::PopStyleColor();
}

}  // namespace muonscope::gui

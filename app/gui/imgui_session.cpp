#include "app/gui/imgui_session.h"

#include "app/gui/fonts.h"
#include "app/gui/theme.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <algorithm>
#include <vector>

namespace muonscope::gui {

ImGuiSession::ImGuiSession() : imgui_(ImGui::CreateContext()) {
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;  // layouts are kept by preferences.h, with a version
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;  // Tab, arrows and Enter reach everything
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would keep the processor busy
    io.ConfigDockingWithShift = false;
    fonts_ = load_fonts();
}

ImGuiSession::~ImGuiSession() {
    ImGui::DestroyContext(imgui_);
}

void new_frame() {
    ImVector<ImGuiInputEvent>& queue = ImGui::GetCurrentContext()->InputEventsQueue;
    int until = 0;
    bool moved = false;
    for (; until < queue.Size; ++until) {
        const ImGuiInputEvent& event = queue[until];
        if (moved && event.Type == ImGuiInputEventType_MouseButton && event.MouseButton.Down) break;
        moved = moved || event.Type == ImGuiInputEventType_MousePos;
    }
    const std::vector<ImGuiInputEvent> later(queue.begin() + until, queue.end());
    queue.resize(until);
    ImGui::NewFrame();
    for (const ImGuiInputEvent& event : later) queue.push_back(event);
}

Theme theme_for(const Preferences& preferences, float content_scale, float height) {
    constexpr float rows_of_text = 40, largest = 8;
    Theme theme = preferences.dark ? dark_theme() : light_theme();
    const auto maps = static_cast<int>(colour_maps().size());
    theme.map = colour_maps()[std::clamp(preferences.colour_map, 0, maps - 1)].map;
    theme.thick = preferences.presentation;
    const double user = preferences.user_scale * (preferences.presentation ? 1.5 : 1.0);
    theme.scale = std::clamp(content_scale * static_cast<float>(user), 0.5F, largest);
    if (preferences.presentation)
        theme.scale =
            std::max(theme.scale, height / (rows_of_text * size::smallest_text * size::font));
    return theme;
}

}  // namespace muonscope::gui

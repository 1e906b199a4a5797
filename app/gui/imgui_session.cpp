#include "app/gui/imgui_session.h"

#include "app/gui/fonts.h"
#include "app/gui/theme.h"
#include "imgui.h"

#include <algorithm>

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

Theme theme_for(const Preferences& preferences, float content_scale) {
    Theme theme = preferences.dark ? dark_theme() : light_theme();
    const double user = preferences.user_scale * (preferences.presentation ? 1.5 : 1.0);
    theme.scale = std::clamp(content_scale * static_cast<float>(user), 0.5F, 8.0F);
    theme.thick = preferences.presentation;
    return theme;
}

}  // namespace muonscope::gui

#pragma once

#include <string>
#include <string_view>

#include "app/gui/panel.h"

namespace muonscope::gui {

// Everything between ImGui::NewFrame() and ImGui::Render(): keys, bars, docked panels, messages.
// The window, the offscreen picture and the tests draw exactly this.
void draw_frame(PanelContext& context);

// One panel filling the whole picture.
void draw_panel_alone(PanelContext& context, const Panel& panel);

// "Singular values" is asked for as "singular-values".
std::string panel_slug(const Panel& panel);
// Throws Error listing the names; `option`: where the slug was given.
const Panel& panel_by_slug(std::string_view slug, const char* option = "--panel");

}  // namespace muonscope::gui

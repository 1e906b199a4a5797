#pragma once

#include <string>

#include "app/gui/panel.h"

namespace muonscope::gui {

// A panel's only background: one rounded rectangle with a hairline, in the current window. It has
// none of its own, so that no pixel is painted twice.
void draw_card(const PanelContext& context);
// Card, first row and what the panel draws, in the current window.
void draw_panel_content(PanelContext& context, const Panel& panel);
// What is wide by nature scrolls sideways where the next window, of this width, has less than it
// needs: the flags that it is begun with.
ImGuiWindowFlags scrolled_where_narrow(const Panel& panel, float width);
// The panel in a window of its own that stays where it is put.
void draw_fixed_panel(PanelContext& context, const Panel& panel, const std::string& window,
                      ImVec2 at, ImVec2 extent, ImGuiWindowFlags flags);

}  // namespace muonscope::gui

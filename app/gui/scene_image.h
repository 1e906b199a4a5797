#pragma once

#include <functional>
#include <string>

#include "app/gui/panel.h"
#include "app/render/scene.h"

// Pictures of scenes among what a panel draws: into any list, of the window or of a file at another
// size.
namespace muonscope::gui {

// What `make` gives for so many pixels a unit, kept by the renderer under this name, over `size` at
// `origin`. Returns what could not be drawn, and why; empty: all was, or there is no renderer.
std::string add_scenes(const PanelContext& context, ImDrawList* list, const char* name,
                       ImVec2 origin, ImVec2 size,
                       const std::function<Picture(ImVec2 scale)>& make);
// Over what was drawn, so that it cannot be missed; nothing where there is none.
void add_fault(const PanelContext& context, ImDrawList* list, const std::string& fault,
               ImVec2 origin, float width);

}  // namespace muonscope::gui

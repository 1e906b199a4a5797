#pragma once

#include "app/gui/panel.h"

struct ImGuiContext;

namespace muonscope::gui {

// Dear ImGui's context with our fonts, for as long as this lives. Platform and
// renderer are whoever makes it: a window, an offscreen target, or a test.
class ImGuiSession {
  public:
    ImGuiSession();
    ~ImGuiSession();
    ImGuiSession(const ImGuiSession&) = delete;
    ImGuiSession& operator=(const ImGuiSession&) = delete;

    const Fonts& fonts() const { return fonts_; }

  private:
    ImGuiContext* imgui_;
    Fonts fonts_;
};

// ImGui::NewFrame(), in which no press of a button comes together with the way that led to it: what
// lies over other things, as a tab does, learns only in the next frame that the mouse is there, and
// a click that came within one frame would be lost.
void new_frame();

// The theme that preferences and the monitor's content scale ask for. In presentation no text is
// smaller than a fortieth of `height`, that of the main window in Dear ImGui's units; 0: not known.
Theme theme_for(const Preferences& preferences, float content_scale, float height = 0);

}  // namespace muonscope::gui

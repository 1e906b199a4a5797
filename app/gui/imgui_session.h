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

// The theme that preferences and the monitor's content scale ask for. In presentation no text is
// smaller than a fortieth of `height`, that of the main window in Dear ImGui's units; 0: not known.
Theme theme_for(const Preferences& preferences, float content_scale, float height = 0);

}  // namespace muonscope::gui

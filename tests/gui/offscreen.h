#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/imgui_session.h"
#include "app/gui/panel.h"
#include "app/gui/theme.h"
#include "app/gui/window.h"
#include "core/session/snapshot.h"

namespace muonscope::gui {

// Panels drawn to their last pixel without a display, one over the whole picture or several over
// one another, with what they work out beside the frames done in frames.
class Offscreen {
  public:
    Offscreen(int width, int height, bool dark);
    ~Offscreen() { view.panels = {}; }  // textures among it belong to this context

    void frame(const Snapshot& snapshot, const std::vector<const Panel*>& drawn);
    // Until its axes and what it works out have come to rest, or so many frames are drawn.
    void until_it_rests(const Snapshot& snapshot, const Panel& panel, int most);
    // RGB, top row first.
    std::vector<std::uint8_t> pixels() { return window_.pixels({0, 0, width_, height_}); }
    std::vector<std::string> complaints() { return window_.renderer().complaints(); }

    Preferences preferences;
    ViewState view;

  private:
    int width_, height_;
    ImGuiSession imgui_;
    Window window_;
    Workplace workplace_{0};
    Theme theme_;
};

}  // namespace muonscope::gui

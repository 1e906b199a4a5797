#pragma once

#include <optional>
#include <string_view>

#include "app/gui/panel.h"
#include "imgui.h"

namespace muonscope::gui {

enum class TokenMark { none, frame, line };  // around it, or below it

// Tokens one behind another, in lines as wide as there is room.
class TokenWriter {
  public:
    TokenWriter(PanelContext& context, float width);

    // On a ground of that strength, 0 to 1. Whether the mouse is over it.
    bool add(std::string_view text, double shade, TokenMark mark = TokenMark::none);
    void finish();  // takes the room

  private:
    void new_line();
    bool put(std::string_view text, double shade, TokenMark mark);

    PanelContext& context_;
    float left_, right_;
    ImVec2 at_;
};

}  // namespace muonscope::gui

#pragma once

#include <functional>
#include <vector>

#include "app/gui/autosave.h"
#include "app/gui/panel.h"

namespace muonscope::gui {

// Sessions that windows left behind, offered until one is taken or all are put away.
struct LeftSessions {
    std::vector<LeftSession> sessions;  // the newest first
    std::function<void(const LeftSession&)> adopt, put_away;
};

// A card with its lower edge there, in the way of nothing.
void draw_left_sessions(PanelContext& context, ImVec2 bottom);

}  // namespace muonscope::gui

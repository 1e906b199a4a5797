#pragma once

#include "app/gui/dock_tree.h"
#include "app/gui/panel.h"
#include "imgui.h"

namespace muonscope::gui {

// Raised when panels are renamed or removed: an older saved layout is then not read. A panel that a
// saved layout does not know becomes a tab beside its neighbours.
inline constexpr int layout_version = 7;

// The layout as it was last arranged, by the user or by default, and as it stands now.
struct DockedLayout {
    bool known = false;  // a frame was arranged
    DockTree chosen;     // with the room that it was made for
    DockTree shown;      // fitted to the room there is
    ImVec2 size;         // of the dock space, pixels
    float em = 0;
    bool restored = false;  // for good: about to be saved
};

// Where every panel stands by default, in a dock space of this size in pixels.
DockTree default_tree(ImVec2 size);

// Before the dock space of a frame: builds the default layout where there is none or it is asked
// for; when the room or the scale has changed, gives every panel its share of
// it, folds those into tabs that no longer fit and unfolds them where they fit again.
void arrange_panels(PanelContext& context, ImGuiID dock_space, ImVec2 size);

// From the next frame on, what was folded for want of room is unfolded: so that it is saved as it
// was chosen.
void restore_chosen(ViewState& view);

}  // namespace muonscope::gui

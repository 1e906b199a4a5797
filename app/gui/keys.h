#pragma once

#include <functional>
#include <span>

#include "app/gui/panel.h"

namespace muonscope::gui {

// Who had the keyboard when the newest frame ended. Kept with the view.
struct KeyboardState {
    bool list = false;             // a list, a menu or a dialog was open
    bool ring = false;             // a control had the focus ring
    bool ring_under_list = false;  // when the list was opened
    // What Escape lets go of first; said by a panel in each frame in which it holds something.
    std::function<void()> let_go = {};
    int tab = 0;  // +1, -1: Tab goes on into the focused window, from its first, last control
};

// What the keyboard does. The help window lists this table, so it cannot disagree with what
// happens.
struct Key {
    const char* keys;  // "Space"
    const char* what;  // "pause and go on"
};
std::span<const Key> keys();

// Reads the keys pressed since the last frame. Nothing happens while a text field, a list, a menu
// or a dialog has the keyboard; Space, Enter and the arrows belong to a control with the focus
// ring.
void handle_keys(PanelContext& context);
// At the end of a frame: who has the keyboard now, and Tab on into the next window.
void note_keyboard(ViewState& view);

// The transport's actions, each doing nothing when the state does not allow it.
void toggle_pause(PanelContext& context);
void step_once(PanelContext& context);
void step_back(PanelContext& context);
void start_over(PanelContext& context);
void choose_preset(PanelContext& context, int index);  // 0-based
// From its start, at once.
void watch(PanelContext& context, const Spec& spec);
void watch(ViewState& view, const std::function<std::uint64_t(Command)>& send, const Spec& spec);

// Brings the panel forward that a preset is about; leaves all as it is for any other spec.
void look_at(ViewState& view, const Spec& spec);

// Speeds that + and − walk through; the last, 0, means as fast as possible.
double next_speed(double now, int direction);

}  // namespace muonscope::gui

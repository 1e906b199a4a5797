#pragma once

#include "app/gui/panel.h"

// Buttons of the bar above and of a presentation's strip: each stands in the middle of its bar's
// height and leaves the cursor behind itself on the same line.
namespace muonscope::gui {

// Brings the cursor to where an item as high as a frame stands in the middle of the bar.
void middle_of_bar();
inline constexpr float icon_width = 2.2F;  // em
bool icon_button(PanelContext& context, const char* icon, const char* name, const char* help,
                 bool enabled = true, bool on = false);
bool text_button(PanelContext& context, const char* icon, const char* name, const char* help,
                 bool enabled);
// `words`: "Play" or "Pause" beside the icon.
void play_button(PanelContext& context, bool words);
void back_button(PanelContext& context);
void step_button(PanelContext& context);
void restart_button(PanelContext& context, bool words);
// The step reached, as wide for all of few digits. `words`: "step" beside it.
void step_counter(PanelContext& context, bool words);
void help_button(PanelContext& context);

}  // namespace muonscope::gui

#pragma once

#include "app/gui/panel.h"
#include "core/experiment/presets.h"

// What a preset says of itself: a card between the transport and the plots, with what to watch and
// buttons that try something.
namespace muonscope::gui {

struct CaptionChoices {
    bool shown = true;
};
// Remembered with the panels' choices.
std::vector<Remembered> remembered_of_caption(Preferences& preferences);

// Of the spec that runs, by its name; null: it is no preset, or captions are put away.
const Caption* shown_caption(const PanelContext& context);

// The height of the card across a window of this width, pixels; 0: none.
float caption_height(const PanelContext& context, float width);
void draw_caption(PanelContext& context);

// Does what the button says, as if its settings were made by hand, and lets training go on.
void do_attempt(PanelContext& context, const Attempt& attempt);
// Whether anything that training or measuring depends on is no longer as the preset has it.
bool differs_from_preset(const Spec& spec);

}  // namespace muonscope::gui

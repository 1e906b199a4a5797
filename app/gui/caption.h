#pragma once

#include <optional>

#include "app/gui/panel.h"
#include "core/experiment/presets.h"

// What a preset says of itself: a card above the plots, in a presentation too, with what to watch
// and buttons that try something.
namespace muonscope::gui {

struct CaptionChoices {
    bool shown = true;
};
// Remembered with the panels' choices.
std::vector<Remembered> remembered_of_caption(Preferences& preferences);

// Of the spec that runs, by its name; null: it is no preset, or captions are put away.
const Caption* shown_caption(const PanelContext& context);

// The card as it is laid out across so many pixels, for the frame that it is laid out in: words on
// the left and buttons on the right, or buttons below them or, in a presentation, over them.
struct CaptionCard {
    const Caption* caption = nullptr;
    float title = 0;    // width, with what parts it from the words; 0: not beside them
    float above = 0;    // height of its line over the words; 0: not there
    float headed = 0;   // where buttons begin in that line; 0: they are not in it
    float words = 0;    // width
    float height = 0;   // of the words, with the title's line over them
    float buttons = 0;  // width; 0: none
    bool beside = true;
    float whole = 0;  // height of the card
};
// None: no preset runs, or captions are put away.
std::optional<CaptionCard> caption_card(const PanelContext& context, float width);
// In a window of that width and height.
void draw_caption(PanelContext& context, const CaptionCard& card);

// Does what the button says, as if its settings were made by hand, and lets training go on.
void do_attempt(PanelContext& context, const Attempt& attempt);
// Whether anything that training or measuring depends on is no longer as the preset has it.
bool differs_from_preset(const Spec& spec);

}  // namespace muonscope::gui

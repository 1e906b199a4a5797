#pragma once

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include "app/gui/panel.h"
#include "core/base/fault_text.h"

// Small pieces that more than one panel draws.
namespace muonscope::gui {

// The first row of a card: title in semi-bold, dim explanation, help on hover over either.
// Drawn by the window for every panel, before the panel itself.
void card_header(PanelContext& context, const char* title, std::string_view explanation,
                 const char* help);

// A panel may put its own controls at the right end of its header row:
//   begin_header_controls(segmented_width({"lines", "heatmap"}));
//   segmented(...);
//   end_header_controls();
// When the row is too narrow for them beside the title, they go on a row of their own.
void begin_header_controls(PanelContext& context, float width);
// Before each further one: beside the last, or below where `width` no longer fits beside it.
void next_header_control(PanelContext& context, float gap, float width);
void end_header_controls(PanelContext& context);

// A row of words of which one is chosen, as quiet as text. Returns true when the choice changed.
float segmented_width(std::initializer_list<const char*> labels);
bool segmented(PanelContext& context, const char* id, std::initializer_list<const char*> labels,
               int& chosen, const char* help = nullptr);
bool segmented(PanelContext& context, const char* id, std::initializer_list<const char*> labels,
               bool& second, const char* help = nullptr);  // two labels: off, on

// A word that is on or off.
float toggle_width(const char* label);
bool toggle(PanelContext& context, const char* label, bool& on, const char* help = nullptr);

// A button no taller than a header row; `accent` for the one thing to press. What follows "##" or
// "###" in the label is not shown.
float button_width(const char* label);
bool quiet_button(PanelContext& context, const char* label, float width, std::string_view help,
                  bool accent = false);

// A drop-down list with a quiet chevron; like ImGui::BeginCombo, ended by ImGui::EndCombo().
// `whole`: as high as all that is in it, where the window has the room.
bool begin_combo(PanelContext& context, const char* id, const char* preview, bool whole = false);
// The same list below a word as quiet as those beside it in a header row, and as high.
bool begin_word_combo(PanelContext& context, const char* id, const char* preview, float width);
float word_combo_width(float text);

// Whether the last item has the focus ring.
bool focused_by_keyboard();
// Where it has: -1 or 1 when the left or right arrow was pressed, which then moves the control's
// value and not the focus.
int arrow_of_focused_item();

// A row of an open list. The chosen one has the keyboard first: arrows move, Enter takes.
bool list_row(const char* label, bool chosen);

// Help on hover over the last item, after a short delay; as wide as it must be to fit the window.
void hover_help(PanelContext& context, std::string_view title, std::string_view text);

// A filled circle as one picture of a circle: as smooth as a polygon, for a tenth of its triangles.
// Its middle lies on the nearest pixel's.
void add_disc(PanelContext& context, ImDrawList* draw, ImVec2 centre, float radius, ImU32 colour);

// A slider's line from `left` to `right`, filled up to the knob at x.
struct SliderTrack {
    float left, right, y, x;
    float thickness, radius;  // of the line, of the knob
};
void draw_track(PanelContext& context, const SliderTrack& track, const ImVec4& colour);

// A line as long as there is room, filled up to a share of it: how far something is.
void draw_share(PanelContext& context, double share);

// Text that ends in an ellipsis where it is wider than the room it has.
void fitted_text(ImDrawList* draw, ImVec2 at, float width, const ImVec4& colour, const char* text);

// The same as an item: on a line of text, or beside controls at the height of their words.
enum class LineOf { text, controls };
void fitted_line(float width, const ImVec4& colour, const std::string& text,
                 LineOf line = LineOf::text);

// Explaining words over as many lines as they take.
void dim_paragraph(PanelContext& context, const std::string& text);

// Text at the right end of what is left of the line; in a table's next cell.
void right_text(const std::string& text, const ImVec4& colour);
void right_cell(const std::string& text, const ImVec4& colour);

// The last word of a window action, at the bottom of the window: an error stays until what it is
// about is as it should be, or until dismissed; anything else goes by itself.
//   about  a parameter's path, or another name that `over` is called with
void say(ViewState& view, std::string text, bool error = false, std::string about = {});
// What was said about it no longer holds.
void over(ViewState& view, std::string_view about);

// Does it; what it throws is said.
template <class Action>
void attempt(ViewState& view, Action&& action) {
    try {
        action();
    } catch (const std::exception& fault) {
        say(view, fault_text(fault), true);
    }
}

// Whether a panel of measured things can draw: a step was measured, and at least so many em are
// left of its window. Where not, the words or the empty space are drawn.
bool has_measured_room(PanelContext& context, float across, float down);

// A line of dim text in the middle of what is left of the window: "no measure yet".
void centred_note(PanelContext& context, std::string_view text);

}  // namespace muonscope::gui

#pragma once

#include <string>

#include "app/gui/panel.h"

namespace muonscope::gui {

// What rows remember from frame to frame. Kept with the view.
struct ParameterRows {
    float height = 0;         // pixels; grows until the rows fill their column
    int drawn = 0;            // so far in this frame
    std::string edited_path;  // the parameter being dragged or typed, and what it was put to
    Value edited_value;
    bool typing = false;
    std::vector<char> typed;
};

// One parameter of the table as one row: label left, control in the middle, value right. A real or
// integer is a track (Ctrl+click types, double click restores the default), a choice a list, a
// boolean a switch, a path or list a field. What `restarts` is sent when the mouse lets go, the
// rest while it moves. Hovering says what it is, its range and its default.
//   path     as parameters.h has it; what the command is sent for
//   current  from the newest snapshot
//   shown    what a list says when closed, where it is more than the label of its choice
void parameter_row(PanelContext& context, const Parameter& parameter, const std::string& path,
                   const Value& current, int lane = -1, const std::string& shown = "");

// The same control without a label, over the whole width: a lane's optimiser.
void choice_field(PanelContext& context, const Parameter& parameter, const std::string& path,
                  const Value& current);

// Where on its track a value stands, 0 to 1, and back: linear or logarithmic over the usual range.
// Values come back with three significant digits; the ends are the range's own.
double track_position(const Parameter& parameter, double value);
double track_value(const Parameter& parameter, double position);
std::string shown_text(const Parameter& parameter, const Value& value);

}  // namespace muonscope::gui

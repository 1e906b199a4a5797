#pragma once

#include <string>

#include "app/gui/panel.h"

// Controls show at once what they were put to, and the next press goes on from there, though a
// long step keeps the trainer from taking it up.
namespace muonscope::gui {

// Sends what puts `name` to `value`.
void send(PanelContext& context, const std::string& name, const Value& value, Command command);

// From now on the snapshot alone says what `name` is.
void forget_awaited(ViewState& view, const std::string& name);

// What was sent last for `name`, or what the snapshot holds once it shows what came of that.
Value latest(PanelContext& context, const std::string& name, const Value& in_snapshot);

double wanted_speed(PanelContext& context);  // steps a second; 0: as fast as possible
void set_speed(PanelContext& context, double steps_a_second);

}  // namespace muonscope::gui

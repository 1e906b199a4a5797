#pragma once

#include <functional>

#include "app/gui/panel.h"
#include "core/experiment/parameters.h"

namespace muonscope::gui {

// A number that belongs to a panel: its range is all that can be typed.
Parameter real_parameter(const char* key, const char* label, double low, double high,
                         double fallback, const char* help,
                         ParameterScale scale = ParameterScale::linear);
Parameter integer_parameter(const char* key, const char* label, int low, int high, int fallback,
                            const char* help, ParameterScale scale = ParameterScale::linear);

// A row as parameter_row() draws it, for a number or choice that belongs to a panel and not to the
// run: `set` takes what the user made of it, and nothing is sent.
void local_row(PanelContext& context, const Parameter& parameter, const Value& current,
               const std::function<void(const Value&)>& set);

// The same for the usual kinds; parameter.type, fallback and choices are filled in by the caller.
void local_row(PanelContext& context, const Parameter& parameter, double& value);
void local_row(PanelContext& context, const Parameter& parameter, int& value);

// A column of such rows to the left of a plot, as wide as they need: true when there is room for
// both side by side; else the rows stand above what follows. Ends with end_side_column(). In
// pixels, `below` of which are left free for what stands under both.
struct SideColumn {
    bool beside = false;
    float below = 0;
    ImVec2 rest;  // what is left for the plot
};
SideColumn begin_side_column(const char* id, float width, float height_above, float below = 0);
void end_side_column(SideColumn& column);

}  // namespace muonscope::gui

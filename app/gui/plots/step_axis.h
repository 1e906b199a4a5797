#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/ticks.h"

// The step axis: one for all plots, and one of its own for a plot that was set free. It follows the
// run in round numbers until the user pans or zooms.
namespace muonscope::plots {

struct StepRange {
    double min = 0, max = 200;
};

// Where the axis of a run that has come to `step` ends: 200, 250, 300, 400, 500, 600, 800, 1000 …
double followed_end(std::int64_t step);

// One frame nearer to the target; true while still on the way. Moves by half of what is left, so
// the range is there within ten frames whatever their rate; jumps when the target is more than
// four times or less than a quarter of what is shown (another run, a file, a picture).
bool ease(StepRange& shown, double target_end);

// What a plot shows across.
struct ShownSteps {
    StepRange range;
    bool follows = true;  // the run, in round numbers
};
// Of the plots whose value axis has this name: that of all, or their own.
ShownSteps shown_steps(const gui::PanelContext& context, std::string_view axis);
void show_steps(gui::PanelContext& context, std::string_view axis, const ShownSteps& shown);
bool has_own_steps(const gui::PanelContext& context, std::string_view axis);
// Begins where that of all is; linked again, it shows what all show.
void set_own_steps(gui::PanelContext& context, std::string_view axis, bool own);
// Once a frame: every axis that follows the run moves on; true while one is on its way.
bool follow_steps(gui::PanelContext& context);

// Logarithmic or not: of all plots over steps, kept between sessions. Step 0 has its place on both:
// log10(1 + step).
struct StepAxisChoices {
    bool logarithmic = false;
};
std::vector<gui::Remembered> remembered_of_steps(gui::Preferences& preferences);
AxisScale step_scale(const gui::PanelContext& context);
const char* step_title(const AxisScale& scale);
// Labels of a step axis so many pixels long that are about `apart` pixels from one another.
Ticks step_axis_ticks(const AxisScale& scale, double min, double max, float length, float apart);

}  // namespace muonscope::plots

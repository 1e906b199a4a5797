#pragma once

#include <string>
#include <vector>

#include "app/gui/plots/step_plot.h"

// The phases of recipes on the step axis, and where published runs ended.
namespace muonscope::plots {

struct PhaseSpan {
    double from = 0, to = 0;  // steps
    int phase = 0;            // which of the recipe's
};
// The phases of one lane as far as it has come, those between two steps. None for a recipe of one
// phase; where phases come again, only if each of them ends after a number of steps.
std::vector<PhaseSpan> phase_spans(const Snapshot& snapshot, std::size_t lane, double from,
                                   double to);
// Whether all lanes' phases begin at the same steps, as far as they have come.
bool begin_alike(const std::vector<std::vector<PhaseSpan>>& lanes);
// The phase's name at this step; empty where there is but one, or none any more.
std::string phase_name(const Snapshot& snapshot, std::size_t lane, double step);
// ", layer 1" when all these lanes are in a phase of one name then; lane < 0: all.
std::string phase_note(const Snapshot& snapshot, int lane, double step);

// Every other phase on a faint band; a strip a lane at the top where lanes differ. Behind curves.
void draw_phases(gui::PanelContext& context, const Axes& plot, int lane);
// Where the published run of the lane (lane < 0: of each) ended. Before curves or after.
void draw_published_ends(gui::PanelContext& context, const Axes& plot, int lane);

}  // namespace muonscope::plots

#pragma once

#include <optional>

#include "app/gui/conditioning_now.h"
#include "app/gui/current_phase.h"
#include "app/gui/plots/series_plot.h"

// What the numbers and the curves of conditioning have in common.
namespace muonscope::gui {

bool is_linear(const Experiment& experiment);

// What theory says of a lane whose phase trains one layer alone.
struct Prediction {
    int layer = 0;
    double lr = 0, best_lr = 0;
    double ratio = 0, best_ratio = 0;
};
std::optional<Prediction> prediction(const Snapshot& snapshot, const ConditioningNow& now,
                                     std::size_t lane);

// The share of the error that a step left, at every recorded step, and its range over the steps
// that row stands for.
plots::Series measured_ratios(const Snapshot& snapshot, std::size_t lane);

// κ over steps, and below it the error left after a step.
void draw_condition_curves(PanelContext& context, ConditioningNow& now, ImVec2 room);

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "app/gui/panel.h"
#include "core/study/where.h"

// The baseline and one arm of a study as a run in the window, up to the step where they part.
namespace muonscope::gui {

// By how much of the larger one two recorded losses differ where curves part.
inline constexpr double parted = 0.1;

// The two lanes at the rates chosen for them, from the first seed that compares. Throws Error where
// the arm changes more than its lane.
Spec spec_of_gain(const Study& study, const MatrixGain& gain);

// The first recorded step at which the losses of the first two lanes differ by more; none: not yet.
std::optional<std::int64_t> parting_step(const Snapshot& snapshot);

struct WhereRun {
    std::shared_ptr<const Spec> spec;  // null: none is watched
    bool there = false;                // the window shows it
};
// Starts it; it pauses where the curves part, or ends with the study's steps.
void open_run(PanelContext& context, const Study& study, const MatrixGain& gain);
// In each frame, whatever panel is in front.
void follow_run(PanelContext& context);

}  // namespace muonscope::gui

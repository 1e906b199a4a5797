#pragma once

#include <cstdint>

// One step axis for all plots: it follows the run in round numbers until the user pans or zooms.
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

}  // namespace muonscope::plots

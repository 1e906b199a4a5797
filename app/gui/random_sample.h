#pragma once

#include <memory>

#include "app/gui/panel.h"
#include "core/experiment/matrix_sample.h"
#include "core/session/background.h"

// Random matrices that are drawn beside the training, and what they have come to so far. Kept
// with the view; going with it ends the drawing.
namespace muonscope::gui {

struct RandomSample {
    int n = 32, seed = 1;
    int wanted = 20000;
    bool stopped = false;  // by the user; changing n or the seed begins anew
    int shown = 0;         // which law, by the panel's own count

    std::shared_ptr<MatrixSample> numbers;  // touched by the work alone while it runs
    SampleSummary summary;
    int summary_n = 0;  // of which the summary speaks
    Background<SampleSummary> work;
    int poll_frame = -1;

    bool drawing() const { return work.busy(); }
};

// The sample of this view: takes over what came since the last frame, begins to draw what is
// wanted and not there, and asks for frames while it draws.
RandomSample& random_sample(PanelContext& context);

}  // namespace muonscope::gui

#pragma once

#include <string>

#include "app/gui/panel.h"
#include "app/gui/plots/axes.h"
#include "app/gui/plots/chart.h"
#include "app/gui/why_now.h"

// What the files of the panel of the trade-off share: its choices and its pictures.
namespace muonscope::gui {

struct WhyChoices {
    int layer = 0;  // 0: layer 1
    int lane = 0;   // from whose state
    bool as_set = false, along_run = false;
    bool first_step = false;    // of empty buffers; else from what the lane's optimiser holds
    bool to_threshold = false;  // what usability is: a head's loss after K steps, or its steps
    double power = 0.25, times = 1;
    int iterations = 5;
};

// From which the steps go.
inline const WhyState& origin(const WhyAnswer& answer) {
    return answer.wish.states[static_cast<std::size_t>(answer.wish.lane)];
}
const std::string& layer_name(const WhyAnswer& answer);
// On which a fresh head stands: the layer's output; of a transformer the stream behind a block.
std::string head_place(const WhyAnswer& answer);

// One step of each, as arrows in the plane, and their names beside the tips.
plots::Chart why_arrows(const PanelContext& context, const WhyAnswer& answer);
void name_tips(const PanelContext& context, const plots::Axes& axes, const WhyAnswer& answer);
// What each lane's own steps came to, a curve a lane.
plots::Chart why_along_run(const PanelContext& context, const WhyNow& now);

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "core/measure/conditioning.h"
#include "core/measure/value_trace.h"
#include "core/session/background.h"

// Condition numbers of the newest weights, worked out beside the training, and those of the
// Jacobians over the steps at which somebody looked. Kept with the view.
namespace muonscope::gui {

struct ConditioningNow {
    struct LaneNow {
        std::shared_ptr<const std::vector<Matrix>> weights;  // of which the rest speaks
        Conditioning numbers;
        ValueTrace trace;  // κ of the Jacobians, by layer
    };
    struct Piece {
        std::shared_ptr<const Problem> problem;
        std::int64_t step = 0;
        bool past = false;         // looked back at
        std::int64_t returns = 0;  // of the run then, see Returns
        std::vector<std::shared_ptr<const std::vector<Matrix>>> weights = {};
        std::vector<Conditioning> numbers = {};
    };

    std::shared_ptr<const Problem> problem;
    std::vector<LaneNow> lanes;
    std::int64_t returns = 0;  // of the run that their traces are of
    Background<Piece> work;
    Rest rest{0.1};
    int lane = 0;    // whose table is shown
    int source = 0;  // of the curve: product, layers, Jacobians

    bool has(std::size_t index) const {
        return index < lanes.size() && !lanes[index].numbers.layers.empty();
    }
};

// Those of this view: takes over what came and begins on newer weights, ten times a second at
// most and resting three times as long as it worked: the training has the cores first.
ConditioningNow& conditioning_now(PanelContext& context);

}  // namespace muonscope::gui

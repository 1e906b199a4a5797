#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "core/experiment/step_trade.h"
#include "core/session/background.h"

// What one step gives up and buys from the newest state, for every optimiser of the session and
// for others beside them; worked out beside the training and kept with the view.
namespace muonscope::gui {

struct ComparedStep {
    std::string name;
    OptimizerSpec optimizer;
    int lane = -1;  // whose optimiser it is; -1: stands beside the session's

    bool operator==(const ComparedStep&) const = default;
};

// Where a lane stands, and what steps from there.
struct WhyState {
    std::int64_t step = 0;
    std::shared_ptr<const std::vector<Matrix>> weights;
    // What the layer's optimiser holds there; null: nothing is known of it, or there is none.
    std::shared_ptr<const LayerOptimizer::State> held;
    OptimizerSpec optimizer;                   // of the layer in question
    Objective objective = Objective::network;  // what its phase trains that layer for

    bool operator==(const WhyState&) const = default;
};

struct WhyWish {
    std::shared_ptr<const Problem> problem;
    int layer = 1;
    ProbeSpec probe;
    int lane = 0;                  // from whose state all steps are compared
    std::vector<WhyState> states;  // by lane
    std::vector<ComparedStep> compared;
    // Whether steps go on from what that lane's optimiser holds, as if it were switched to each of
    // those compared; else each is a first step.
    bool momentum = true;
    bool one_length = true;  // all as long as that lane's own step; else each as it is set
    double times = 1;        // that length times this
    double power = 0;        // of the spectral power that is followed along the front

    bool operator==(const WhyWish&) const = default;
};

struct FrontPoint {
    double power = 0;
    StepTrade trade;
};

struct WhyAnswer {
    WhyWish wish;
    double loss = 0;
    ProbeResult probe;                // before any step
    std::vector<StepTrade> compared;  // as the wish has them
    std::vector<FrontPoint> front;    // every spectral power from −.5 to 1, one length
    StepTrade followed;               // that of the wish's power
    std::vector<StepTrade> own;       // by lane: its own optimiser's step from its own state

    bool ready() const { return !front.empty(); }
};

// Along the run: what each lane's own steps gave up and gained in all, up to each state that was
// looked at. Between two such states every step counts as the later one's.
struct WhyWay {
    std::vector<std::int64_t> steps;
    std::vector<double> given_up, gained;

    void add(std::int64_t step, const StepTrade& trade);
};

struct WhyNow {
    WhyAnswer answer;
    std::vector<WhyWay> ways;  // by lane
    bool held = false;         // the state stays what it is; all else may be turned
    Background<WhyAnswer> work;
    double begun_at = -1, took = 0;  // seconds of ImGui::GetTime()
};

// All of it at once; what the background does slice by slice.
WhyAnswer why(const WhyWish& wish);

// Takes over what came and begins anew on newer weights or another wish, `wish` having no states
// yet: four times a second at most, and resting three times as long as it worked.
WhyNow& why_now(PanelContext& context, WhyWish wish);

}  // namespace muonscope::gui

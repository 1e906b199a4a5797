#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "core/experiment/step_trade.h"
#include "core/session/background.h"

// What one step gives up and buys from the state that is drawn, for every optimiser of the session
// and for others beside them; worked out beside the training and kept with the view.
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
    std::string lane;  // its name then
    // What the layer's optimiser holds there; null: nothing is known of it, or there is none.
    SeenMove::Held held;
    bool kept = true;  // what it holds is known, were it nothing
    // Of the layer, and what it trains it for: of the phase that takes the next step.
    OptimizerSpec optimizer;
    Objective objective = Objective::network;

    bool operator==(const WhyState&) const = default;
};

struct WhyWish {
    std::shared_ptr<const Problem> problem;
    int layer = 1;
    ProbeSpec probe;
    int lane = 0;                  // from whose state all steps are compared
    bool past = false;             // those states are not the newest
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
    std::int64_t returns = 0;         // of the run that the states are of, see Returns

    bool ready() const { return !front.empty(); }
};

// Along the run: what each lane's own steps gave up and gained in all, up to each state that was
// looked at. Between two such states every step counts as the later one's.
class WhyWay {
  public:
    static constexpr std::size_t longest = 2048;
    struct Sums {
        std::vector<std::int64_t> steps;
        std::vector<double> given_up, gained;
    };

    // Of the state at a step, whether others are known before it or after it. Where there are too
    // many, every second one is counted with the next: the sums that are left stay what they are.
    void add(std::int64_t step, const StepTrade& trade);
    void forget_after(std::int64_t step);
    Sums sums() const;
    std::size_t states() const { return states_.size(); }

  private:
    struct Mean {  // of the steps since the state before
        double given_up = 0, gained = 0;
    };
    std::map<std::int64_t, Mean> states_;
};

struct WhyNow {
    WhyAnswer answer;
    std::vector<WhyWay> ways;  // by lane
    std::int64_t returns = 0;  // of the run that they are of
    bool held = false;         // the state stays what it is; all else may be turned
    Background<WhyAnswer> work;
    Rest rest{0.25};
};

// All of it at once; what the background does slice by slice.
WhyAnswer why(const WhyWish& wish);

// Takes over what came and begins anew on other weights or another wish, `wish` having no states
// yet: those that are drawn (drawn_step.h). Of newer ones four times a second at most, and resting
// three times as long as it worked.
WhyNow& why_now(PanelContext& context, WhyWish wish);

}  // namespace muonscope::gui

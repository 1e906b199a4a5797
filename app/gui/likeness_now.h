#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "app/gui/watched_run.h"
#include "core/experiment/shown_points.h"
#include "core/session/background.h"

// How alike each layer of each lane is to the start, the target and another lane, of every state
// that was seen; worked out beside the training and kept with the view.
namespace muonscope::gui {

// Of one layer, see core/measure/likeness.h. NaN: there is nothing to compare.
struct LayerLikeness {
    enum With { start, target, other };
    std::array<double, 3> cka{NAN, NAN, NAN}, overlap{NAN, NAN, NAN};
};
struct StepLikeness {
    std::int64_t step = 0;
    std::vector<std::vector<LayerLikeness>> lanes;  // by lane, then by layer
};

struct LikenessWish {
    std::shared_ptr<const Problem> problem;
    std::shared_ptr<const ShownPoints> points;
    int leading = 2;  // directions of the subspaces that are compared

    bool operator==(const LikenessWish&) const = default;
};
// The lane that another is compared with: of two each other's, of more the first, and that with
// the second; −1: there is none.
int compared_lane(int lane, int lanes);
// Of one state, all at once; what the background does a layer at a time.
StepLikeness likeness_of(const LikenessWish& wish, const WatchedState& state);

struct LikenessNow {
    static constexpr std::size_t most_steps = 512;

    LikenessWish wish;
    std::map<std::int64_t, StepLikeness> steps;
    Background<StepLikeness> work;
    std::int64_t returns = 0;  // of the run, see Returns
    Rest rest{0.25};

    // Of the newest; null: none yet.
    const StepLikeness* newest() const { return steps.empty() ? nullptr : &steps.rbegin()->second; }
    // Of the state that is drawn, or null: it is not known yet.
    const StepLikeness* drawn(const WatchedRun& run) const;
};

// Takes over what came, and begins on what was seen and is not known yet, the newest first: four
// times a second at most, and resting three times as long as it worked.
LikenessNow& likeness_now(PanelContext& context, const LikenessWish& wish, const WatchedRun& run);

}  // namespace muonscope::gui

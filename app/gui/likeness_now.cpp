#include "app/gui/likeness_now.h"

#include <algorithm>

#include "core/base/work.h"
#include "core/measure/likeness.h"

namespace muonscope::gui {
namespace {

using Geometries = std::vector<PointGeometry>;  // by layer

Work<Geometries> geometries_of(std::vector<Matrix> layers, int leading) {
    Geometries geometries;
    for (const Matrix& layer : layers) {
        geometries.push_back(geometry_of(layer, leading));
        co_await pause();
    }
    co_return geometries;
}

Geometries at_start(const LikenessWish& wish) {
    Geometries geometries;
    for (const Matrix& layer : states_of(*wish.points, *wish.problem, wish.problem->start))
        geometries.push_back(geometry_of(layer, wish.leading));
    return geometries;
}

Work<StepLikeness> work_out(LikenessWish wish, WatchedState state,
                            std::shared_ptr<const Geometries> start,
                            std::shared_ptr<const PointGeometry> target) {
    StepLikeness likeness;
    likeness.step = state.step;
    std::vector<Geometries> lanes;
    for (const WatchedState::Lane& lane : state.lanes) {
        std::vector<Matrix> layers = states_of(*wish.points, *wish.problem, *lane.weights);
        lanes.push_back(co_await geometries_of(std::move(layers), wish.leading));
    }
    for (std::size_t l = 0; l < lanes.size(); ++l) {
        likeness.lanes.emplace_back();
        const int other = compared_lane(static_cast<int>(l), static_cast<int>(lanes.size()));
        for (std::size_t layer = 0; layer < lanes[l].size(); ++layer) {
            LayerLikeness alike;
            const PointGeometry& own = lanes[l][layer];
            const auto compare = [&](LayerLikeness::With with, const PointGeometry& one) {
                alike.cka[with] = linear_cka(own, one);
                alike.overlap[with] = subspace_overlap(own, one);
            };
            if (layer < start->size()) compare(LayerLikeness::start, (*start)[layer]);
            compare(LayerLikeness::target, *target);
            if (other >= 0 && layer < lanes[static_cast<std::size_t>(other)].size())
                compare(LayerLikeness::other, lanes[static_cast<std::size_t>(other)][layer]);
            likeness.lanes.back().push_back(alike);
        }
        co_await pause();
    }
    co_return likeness;
}

Work<> hand_over(LikenessWish wish, std::vector<WatchedState> states,
                 Background<StepLikeness>::Outlet outlet) {
    const auto start = std::make_shared<const Geometries>(at_start(wish));
    const auto target =
        std::make_shared<const PointGeometry>(geometry_of(wish.points->targets, wish.leading));
    co_await pause();
    for (const WatchedState& state : states) {
        outlet(co_await work_out(wish, state, start, target));
        co_await pause();
    }
}

// What was seen and is not known, the one that is looked at and then the newest first; not too many
// at a time.
std::vector<WatchedState> unknown(const LikenessNow& now, const WatchedRun& run) {
    constexpr std::size_t at_a_time = 16;
    std::vector<WatchedState> states;
    const WatchedState* past = run.past();
    if (past != nullptr && !now.steps.contains(past->step)) states.push_back(*past);
    for (std::size_t i = run.states().size(); i-- > 0 && states.size() < at_a_time;)
        if (&run.states()[i] != past && !now.steps.contains(run.states()[i].step))
            states.push_back(run.states()[i]);
    return states;
}

// What is of a run that is no more is forgotten, what is being worked out of it too.
void forget_stale(LikenessNow& now, const Snapshot& snapshot) {
    const std::int64_t standing = std::min(snapshot.returns.standing(now.returns), snapshot.step);
    now.steps.erase(now.steps.upper_bound(standing), now.steps.end());
    if (now.returns != snapshot.returns.count()) now.work.stop();
    now.returns = snapshot.returns.count();
}

void take_over(LikenessNow& now, const WatchedRun& run) {
    for (StepLikeness& step : now.work.take()) {
        const std::int64_t at = step.step;
        now.steps[at] = std::move(step);
    }
    if (!run.states().empty()) {
        const std::int64_t past = run.past() != nullptr ? run.past()->step : -1;
        now.steps.erase(now.steps.upper_bound(std::max(run.states().back().step, past)),
                        now.steps.end());
    }
    while (now.steps.size() > LikenessNow::most_steps) {
        bool drop = false;
        std::erase_if(now.steps, [&](const auto& one) {
            drop = !drop;
            return !drop && &one.second != now.newest() && &one.second != now.drawn(run);
        });
    }
}

}  // namespace

const StepLikeness* LikenessNow::drawn(const WatchedRun& run) const {
    if (run.past() == nullptr) return newest();
    const auto found = steps.find(run.past()->step);
    return found == steps.end() ? nullptr : &found->second;
}

int compared_lane(int lane, int lanes) {
    if (lanes < 2) return -1;
    return lane == 0 ? 1 : 0;
}

StepLikeness likeness_of(const LikenessWish& wish, const WatchedState& state) {
    return work_out(wish, state, std::make_shared<const Geometries>(at_start(wish)),
                    std::make_shared<const PointGeometry>(
                        geometry_of(wish.points->targets, wish.leading)))
        .finish();
}

LikenessNow& likeness_now(PanelContext& context, const LikenessWish& wish, const WatchedRun& run) {
    LikenessNow& now = context.kept<LikenessNow>();
    if (!(now.wish == wish)) {
        context.view.panels.forget<LikenessNow>();
        LikenessNow& fresh = context.kept<LikenessNow>();
        fresh.wish = wish;
        return likeness_now(context, wish, run);
    }
    forget_stale(now, *context.snapshot);
    take_over(now, run);
    now.rest.look(now.work.busy());
    const bool rested = now.drawn(run) == nullptr || now.rest.over(context);
    if (!now.work.busy() && rested) {
        std::vector<WatchedState> states = unknown(now, run);
        if (!states.empty()) {
            now.rest.begin();
            now.work.begin(context.workplace, [&](auto outlet) {
                return hand_over(now.wish, std::move(states), std::move(outlet));
            });
        }
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui

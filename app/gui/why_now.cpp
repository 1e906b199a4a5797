#include "app/gui/why_now.h"

#include <algorithm>
#include <iterator>

#include "app/gui/drawn_step.h"
#include "core/base/work.h"

namespace muonscope::gui {
namespace {

// A layer that a phase leaves alone would be trained for the network's loss.
Objective objective_of(const Phase& phase, int layer) {
    return trains(phase, layer) ? phase.objective : Objective::network;
}

constexpr double lowest_power = -0.5, highest_power = 1;

// Large matrices make each point of the front a decomposition of tenths of a second.
int front_points(const StepTrades& trades) {
    return std::max(trades.gradient().rows(), trades.gradient().cols()) > 128 ? 16 : 31;
}

// From what a step goes on; null: it is a first step.
const LayerOptimizer::State* held_by(const WhyState& state, const WhyWish& wish) {
    return wish.momentum ? state.held.get() : nullptr;
}

Work<WhyAnswer> work_out(WhyWish wish) {
    WhyAnswer answer;
    const WhyState& state = wish.states.at(wish.lane);
    StepTrades trades(wish.problem, *state.weights, wish.layer, wish.probe, state.objective);
    answer.loss = trades.loss();
    answer.probe = trades.probe();
    const LayerOptimizer::State* held = held_by(state, wish);
    const double length = trades.step_of(state.optimizer, held).norm() * wish.times;
    co_await pause();
    for (const ComparedStep& compared : wish.compared) {
        const Matrix step = trades.step_of(compared.optimizer, held);
        answer.compared.push_back(trades.of(wish.one_length ? StepTrades::at_length(step, length)
                                                            : Matrix(step * wish.times)));
        co_await pause();
    }
    answer.followed = trades.of(trades.spectral_step(wish.power, length));
    const int points = front_points(trades);
    for (int i = 0; i < points; ++i) {
        const double power =
            highest_power + (lowest_power - highest_power) * i / static_cast<double>(points - 1);
        answer.front.push_back({power, trades.of(trades.spectral_step(power, length))});
        co_await pause();
    }
    for (const WhyState& lane : wish.states) {
        StepTrades own(wish.problem, *lane.weights, wish.layer, wish.probe, lane.objective);
        answer.own.push_back(own.of(own.step_of(lane.optimizer, held_by(lane, wish))));
        co_await pause();
    }
    answer.wish = std::move(wish);
    co_return answer;
}

Work<> hand_over(WhyWish wish, std::int64_t returns, Background<WhyAnswer>::Outlet outlet) {
    WhyAnswer answer = co_await work_out(std::move(wish));
    answer.returns = returns;
    outlet(std::move(answer));
}

void forget_stale(WhyNow& now, const Snapshot& snapshot) {
    if (now.answer.ready() && now.answer.wish.problem != snapshot.problem) {
        now.answer = {};
        now.ways.clear();
        now.work.stop();
    }
    for (WhyWay& way : now.ways)
        way.forget_after(std::min(snapshot.returns.standing(now.returns), snapshot.step));
    now.returns = snapshot.returns.count();
}

// Whether the run has still been where those states are.
bool stands(const WhyAnswer& answer, const Snapshot& snapshot) {
    const std::int64_t standing = snapshot.returns.standing(answer.returns);
    return std::all_of(answer.wish.states.begin(), answer.wish.states.end(),
                       [standing](const WhyState& state) { return state.step <= standing; });
}

void gather(WhyNow& now, const WhyAnswer& answer) {
    const WhyWish& before = now.answer.wish;
    const bool other = before.layer != answer.wish.layer ||
                       before.momentum != answer.wish.momentum ||
                       !(before.probe == answer.wish.probe) || now.ways.size() != answer.own.size();
    if (other) now.ways.assign(answer.own.size(), {});
    for (std::size_t l = 0; l < answer.own.size(); ++l)
        now.ways[l].add(answer.wish.states[l].step, answer.own[l]);
}

void take_over(WhyNow& now, const Snapshot& snapshot) {
    for (WhyAnswer& answer : now.work.take()) {
        if (answer.wish.problem != snapshot.problem) continue;
        // What took long may be of a run that is no more; what is held may be so too.
        const bool of_this_run = stands(answer, snapshot);
        if (!of_this_run && !now.held) continue;
        if (of_this_run) gather(now, answer);
        now.answer = std::move(answer);
    }
}

WhyState state_of(const DrawnLane& lane, int layer) {
    const auto at = static_cast<std::size_t>(layer - 1);
    return {.step = lane.name.step,
            .weights = lane.weights,
            .lane = lane.name.lane,
            .held = lane.move ? lane.move->next[at] : nullptr,
            .kept = lane.move != nullptr,
            .optimizer = optimizer_of(*lane.phase, layer),
            .objective = objective_of(*lane.phase, layer)};
}

// Whether the wish is whole: every lane's weights are there, and what its optimisers hold as far as
// that can be known.
bool with_states(const PanelContext& context, WhyWish& wish, const WhyNow& now) {
    const std::size_t lanes = context.snapshot->lanes.size();
    if (now.held && now.answer.ready() && now.answer.wish.states.size() == lanes) {
        wish.states = now.answer.wish.states;
        wish.past = now.answer.wish.past;
        return true;
    }
    wish.past = past_step(context) >= 0;
    for (std::size_t l = 0; l < lanes; ++l) {
        const DrawnLane lane = drawn_lane(context, l);
        const bool coming = !lane.move && !lane.lost && !lane.past;
        if (!lane.weights || lane.phase == nullptr || coming) return false;
        wish.states.push_back(state_of(lane, wish.layer));
    }
    return true;
}

}  // namespace

void WhyWay::add(std::int64_t step, const StepTrade& trade) {
    states_[step] = {trade.given_up, trade.gained};
    if (states_.size() <= longest) return;
    std::int64_t before = 0;
    for (auto at = states_.begin(); at != states_.end() && std::next(at) != states_.end();) {
        const auto next = std::next(at);
        const auto first = static_cast<double>(at->first - before);
        const auto second = static_cast<double>(next->first - at->first);
        const auto mean = [&](double of_first, double of_second) {
            return (first * of_first + second * of_second) / (first + second);
        };
        next->second = {mean(at->second.given_up, next->second.given_up),
                        mean(at->second.gained, next->second.gained)};
        before = next->first;
        states_.erase(at);
        at = std::next(next);
    }
}

void WhyWay::forget_after(std::int64_t step) {
    states_.erase(states_.upper_bound(step), states_.end());
}

WhyWay::Sums WhyWay::sums() const {
    Sums sums;
    std::int64_t before = 0;
    double given_up = 0, gained = 0;
    for (const auto& [step, mean] : states_) {
        const auto since = static_cast<double>(step - before);
        given_up += mean.given_up * since;
        gained += mean.gained * since;
        sums.steps.push_back(step);
        sums.given_up.push_back(given_up);
        sums.gained.push_back(gained);
        before = step;
    }
    return sums;
}

WhyAnswer why(const WhyWish& wish) {
    return work_out(wish).finish();
}

WhyNow& why_now(PanelContext& context, WhyWish wish) {
    WhyNow& now = context.kept<WhyNow>();
    context.view.moves_shown = true;
    forget_stale(now, *context.snapshot);
    take_over(now, *context.snapshot);
    now.rest.look(now.work.busy());
    if (past_step(context) >= 0) now.held = false;  // the slider's state stays as it is
    if (!now.work.busy() && with_states(context, wish, now)) {
        const WhyWish& before = now.answer.wish;
        const bool asked_anew = before.problem != wish.problem ||
                                before.compared != wish.compared || wish.past || before.past ||
                                before.momentum != wish.momentum || before.power != wish.power ||
                                before.times != wish.times;
        if (!(before == wish) && (asked_anew || now.rest.over(context))) {
            const std::int64_t returns = now.held ? now.answer.returns : now.returns;
            now.rest.begin();
            now.work.begin(context.workplace, [&](auto outlet) {
                return hand_over(std::move(wish), returns, std::move(outlet));
            });
        }
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui

#include "app/gui/why_now.h"

#include <algorithm>

#include "app/gui/current_phase.h"
#include "core/base/work.h"
#include "imgui.h"

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

Work<> hand_over(WhyWish wish, Background<WhyAnswer>::Outlet outlet) {
    outlet(co_await work_out(std::move(wish)));
}

void take_over(WhyNow& now) {
    for (WhyAnswer& answer : now.work.take()) {
        const bool other = now.answer.wish.problem != answer.wish.problem ||
                           now.answer.wish.layer != answer.wish.layer ||
                           now.answer.wish.momentum != answer.wish.momentum ||
                           !(now.answer.wish.probe == answer.wish.probe);
        if (other) now.ways.clear();
        now.ways.resize(answer.own.size());
        for (std::size_t l = 0; l < answer.own.size(); ++l)
            now.ways[l].add(answer.wish.states[l].step, answer.own[l]);
        now.answer = std::move(answer);
    }
}

// Nothing is known of what a lost lane's optimiser held where its weights were sound.
std::shared_ptr<const LayerOptimizer::State> held_of(const LaneSnapshot& lane, int layer) {
    if (!lane.move) return nullptr;
    return {lane.move, lane.move->held(layer - 1)};
}

// Whether the wish is whole: every lane's weights are there, and what its optimisers hold.
bool with_states(WhyWish& wish, const WhyNow& now, const Snapshot& snapshot) {
    if (now.held && now.answer.ready() && now.answer.wish.problem == snapshot.problem &&
        now.answer.wish.states.size() == snapshot.lanes.size()) {
        wish.states = now.answer.wish.states;
        return true;
    }
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        const LaneSnapshot& lane = snapshot.lanes[l];
        const Phase* phase = current_phase(snapshot, l);
        if (!lane.weights || phase == nullptr || !(lane.move || lane.lost())) return false;
        wish.states.push_back({lane.step, lane.weights, held_of(lane, wish.layer),
                               optimizer_of(*phase, wish.layer), objective_of(*phase, wish.layer)});
    }
    return true;
}

}  // namespace

void WhyWay::add(std::int64_t step, const StepTrade& trade) {
    // After a step back the way begins where it had been.
    while (!steps.empty() && steps.back() >= step) {
        steps.pop_back();
        given_up.pop_back();
        gained.pop_back();
    }
    const auto since = static_cast<double>(step - (steps.empty() ? 0 : steps.back()));
    const auto before = [](const std::vector<double>& sums) {
        return sums.empty() ? 0.0 : sums.back();
    };
    given_up.push_back(before(given_up) + trade.given_up * since);
    gained.push_back(before(gained) + trade.gained * since);
    steps.push_back(step);
}

WhyAnswer why(const WhyWish& wish) {
    return work_out(wish).finish();
}

WhyNow& why_now(PanelContext& context, WhyWish wish) {
    WhyNow& now = context.kept<WhyNow>();
    const Snapshot& snapshot = *context.snapshot;
    context.view.moves_shown = true;
    take_over(now);
    if (now.work.busy()) now.took = ImGui::GetTime() - now.begun_at;
    const bool asked_anew =
        now.answer.wish.problem != snapshot.problem || now.answer.wish.compared != wish.compared ||
        now.answer.wish.momentum != wish.momentum || now.answer.wish.power != wish.power ||
        now.answer.wish.times != wish.times;
    const bool rested = ImGui::GetTime() - now.begun_at > std::max(0.25, 4 * now.took) ||
                        asked_anew || snapshot.state != TrainerState::running;
    if (!now.work.busy() && rested && with_states(wish, now, snapshot) &&
        !(now.answer.wish == wish)) {
        now.begun_at = ImGui::GetTime();
        now.took = 0;
        now.work.begin(context.workplace,
                       [&](auto outlet) { return hand_over(std::move(wish), std::move(outlet)); });
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui

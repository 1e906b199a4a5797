#include "app/gui/conditioning_now.h"

#include <algorithm>

#include "core/experiment/loss_scale.h"

namespace muonscope::gui {
namespace {

void take_over(ConditioningNow& now, const Snapshot& snapshot) {
    for (ConditioningNow::LaneNow& lane : now.lanes)
        lane.trace.forget_after(snapshot.returns.standing(now.returns));
    now.returns = snapshot.returns.count();
    for (ConditioningNow::Piece& piece : now.work.take()) {
        // What took long may be of a run that is no more.
        if (piece.problem != now.problem || piece.step > snapshot.returns.standing(piece.returns))
            continue;
        now.lanes.resize(piece.weights.size());
        for (std::size_t l = 0; l < piece.weights.size(); ++l) {
            now.lanes[l].weights = piece.weights[l];
            std::vector<double> jacobians;
            for (const LayerJacobian& jacobian : piece.numbers[l].jacobians)
                jacobians.push_back(jacobian.condition());
            if (!piece.past) now.lanes[l].trace.add(piece.step, std::move(jacobians));
            now.lanes[l].numbers = std::move(piece.numbers[l]);
        }
    }
}

Work<> work_out(ConditioningNow::Piece piece, Background<ConditioningNow::Piece>::Outlet outlet) {
    for (const auto& weights : piece.weights) {
        piece.numbers.push_back(conditioning(*weights, counted_inputs(piece.problem->data)));
        co_await pause();
    }
    outlet(std::move(piece));
}

bool old(const ConditioningNow& now, const Snapshot& snapshot) {
    if (now.lanes.size() != snapshot.lanes.size()) return true;
    for (std::size_t l = 0; l < now.lanes.size(); ++l)
        if (now.lanes[l].weights != snapshot.lanes[l].weights) return true;
    return false;
}

}  // namespace

ConditioningNow& conditioning_now(PanelContext& context) {
    ConditioningNow& now = context.kept<ConditioningNow>();
    const Snapshot* snapshot = context.snapshot;
    if (snapshot == nullptr || !snapshot->problem || snapshot->lanes.empty()) return now;
    if (now.problem != snapshot->problem) {
        now.problem = snapshot->problem;
        now.lanes.clear();
    }
    take_over(now, *snapshot);
    now.rest.look(now.work.busy());
    const bool complete =
        std::all_of(snapshot->lanes.begin(), snapshot->lanes.end(),
                    [](const LaneSnapshot& lane) { return lane.weights != nullptr; });
    const bool rested = now.rest.over(context) || now.lanes.empty();
    if (!now.work.busy() && complete && rested && old(now, *snapshot)) {
        ConditioningNow::Piece piece{.problem = snapshot->problem,
                                     .step = snapshot->seen_step(),
                                     .past = snapshot->past >= 0,
                                     .returns = now.returns};
        for (const LaneSnapshot& lane : snapshot->lanes) piece.weights.push_back(lane.weights);
        now.rest.begin();
        now.work.begin(context.workplace,
                       [&](auto outlet) { return work_out(std::move(piece), std::move(outlet)); });
    }
    context.view.working = context.view.working || now.work.busy();
    return now;
}

}  // namespace muonscope::gui

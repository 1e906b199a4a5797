#include "app/gui/panels/trade_off_outcomes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/plots/source.h"
#include "app/gui/plots/ticks.h"
#include "core/experiment/probe.h"
#include "core/linalg/reductions.h"

namespace muonscope::gui {

namespace {

double distance_from_own_target(const Problem& problem, const LaneSnapshot& lane, int layer) {
    const std::size_t at = layer - 1;
    if (at >= problem.layer_targets.size() || !lane.weights || at >= lane.weights->size())
        return std::nan("");
    const Matrix& target = problem.layer_targets[at];
    const Matrix& weight = (*lane.weights)[at];
    if (weight.rows() != target.rows() || weight.cols() != target.cols() || norm(target) == 0)
        return std::nan("");
    return norm(Matrix(weight - target)) / norm(target);
}

}  // namespace

std::vector<LaneRow> trade_off_outcomes(const Snapshot& snapshot, int layer) {
    std::vector<LaneRow> rows;
    const auto add = [&](std::string name, std::string definition, bool count, auto&& value) {
        LaneRow row{std::move(name), std::move(definition), {}, count};
        for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
            row.values.push_back(value(snapshot.lanes[l], l));
        rows.push_back(std::move(row));
    };
    const auto newest = [](std::size_t channel) {
        return [channel](const LaneSnapshot& lane, std::size_t) {
            return channel < lane.now.size() ? lane.now[channel] : std::nan("");
        };
    };
    if (snapshot.problem &&
        static_cast<std::size_t>(layer) <= snapshot.problem->layer_targets.size())
        add(plots::source_name(snapshot.layout, layer) + " from its target",
            "‖W − W*‖/‖W*‖, W* this layer's balanced factor of the target.", false,
            [&](const LaneSnapshot& lane, std::size_t) {
                return distance_from_own_target(*snapshot.problem, lane, layer);
            });
    const std::string probe = snapshot.spec ? probed_matrix(snapshot.spec->experiment) : "a layer";
    add("probe steps",
        "Gradient steps that a fresh linear head on " + probe +
            "'s output needs to the probe's threshold; > n where no more than n were looked at.",
        true, newest(snapshot.layout.probe_steps()));
    const auto searched = newest(snapshot.layout.probe_searched());
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l)
        rows.back().words.push_back(
            threshold_text(rows.back().values[l], searched(snapshot.lanes[l], l)));
    // Phases stand beside one another only where every lane has as many.
    std::size_t phases = snapshot.spec && !snapshot.spec->lanes.empty()
                             ? snapshot.spec->lanes.front().phases.size()
                             : 0;
    for (const LaneSnapshot& lane : snapshot.lanes)
        if (lane.phase_steps.size() != phases) phases = 0;
    if (phases < 2) return rows;
    for (std::size_t p = 0; p < std::min<std::size_t>(phases, 4); ++p)
        add(fmt::format("steps of “{}”", snapshot.spec->lanes.front().phases[p].name),
            "Steps spent in this phase so far; all of them once it has ended.", true,
            [p](const LaneSnapshot& lane, std::size_t) {
                return static_cast<double>(lane.phase_steps[p]);
            });
    return rows;
}

}  // namespace muonscope::gui

#include "app/cli/lane_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/cli/text_table.h"
#include "core/documents/summary_json.h"
#include "core/experiment/loss_text.h"
#include "core/experiment/probe.h"

namespace muonscope::cli {
namespace {

using Line = std::vector<std::string>;

std::string number(double value) {
    return std::isnan(value) ? "-" : fmt::format("{:.4g}", value);
}

std::string steps_text(const LaneSnapshot& lane, const Layout& layout) {
    const std::string text =
        threshold_text(lane.now[layout.probe_steps()], lane.now[layout.probe_searched()]);
    return text.empty() ? "-" : text;
}

std::string phase_text(const LaneSnapshot& lane, const Recipe& recipe) {
    std::string steps;
    for (const std::int64_t count : lane.phase_steps)
        steps += fmt::format("{}{}", steps.empty() ? "" : " + ", count);
    const std::size_t phase = lane.phase;
    const std::string name = lane.divergence                ? "diverged"
                             : phase < recipe.phases.size() ? recipe.phases[phase].name
                                                            : "finished";
    return lane.phase_steps.size() > 1 ? name + " (" + steps + ")" : name;
}

Line line_of(const LaneSnapshot& lane, const Recipe& recipe, const Snapshot& snapshot) {
    const Layout& layout = snapshot.layout;
    return {lane.name,
            optimizer_text(recipe, snapshot.spec->experiment),
            std::to_string(lane.step),
            phase_text(lane, recipe),
            number(lane.now[layout.loss()]),
            number(lane.now[layout.relative_error()]),
            number(lane.now[layout.probe_floor()]),
            number(lane.now[layout.probe_after_k()]),
            steps_text(lane, layout)};
}

// Two losses stand side by side, and may be of different kinds.
std::string units(const Experiment& e) {
    const bool softmax = e.probe.task == ProbeTask::softmax && !is_transformer(e);
    return text_below(fmt::format(
        "loss: {}. Probe floor and after {}: {} of a fresh linear head B on {}'s output H; "
        "steps to {:g}: until its {} is that small{}.",
        loss_formula(e), e.probe.steps, probe_loss_formula(e), probed_matrix(e), e.probe.threshold,
        softmax ? "share misclassified" : "relative error",
        softmax ? ", > where no more were looked at" : ""));
}

// A head whose rate is too high says nothing of its representation.
std::string diverging_probes(const Snapshot& snapshot) {
    const double rate = snapshot.spec->experiment.probe.lr;
    std::string text;
    for (const LaneSnapshot& lane : snapshot.lanes) {
        const double critical = lane.now[snapshot.layout.probe_critical_rate()];
        if (lane.divergence || !(rate >= critical)) continue;
        text += text_below(fmt::format(
            "{}: the probe's head diverges, its rate {:g} is beyond 2/s₁(H)² = {:.4g}: lower "
            "probe.lr.",
            lane.name, rate, critical));
    }
    return text;
}

}  // namespace

std::string lane_table(const Snapshot& snapshot) {
    std::vector<Line> lines{
        {"lane", "optimiser", "step", "phase", "loss", "relative error", "probe floor",
         fmt::format("after {}", snapshot.spec->experiment.probe.steps),
         fmt::format("steps to {:g}", snapshot.spec->experiment.probe.threshold)}};
    for (std::size_t i = 0; i < snapshot.lanes.size(); ++i)
        lines.push_back(line_of(snapshot.lanes[i], snapshot.spec->lanes[i], snapshot));

    return text_table(lines, {2, 4, 5, 6, 7, 8}) + units(snapshot.spec->experiment) +
           diverging_probes(snapshot);
}

}  // namespace muonscope::cli

#include "app/cli/lane_table.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "app/cli/text_table.h"
#include "core/io/summary_json.h"

namespace muonscope::cli {
namespace {

using Line = std::vector<std::string>;

std::string number(double value) {
    return std::isnan(value) ? "-" : fmt::format("{:.4g}", value);
}

std::string phase_text(const LaneSnapshot& lane, const Recipe& recipe) {
    std::string steps;
    for (const std::int64_t count : lane.phase_steps)
        steps += fmt::format("{}{}", steps.empty() ? "" : " + ", count);
    const auto phase = static_cast<std::size_t>(lane.phase);
    const std::string name = lane.divergence                ? "diverged"
                             : phase < recipe.phases.size() ? recipe.phases[phase].name
                                                            : "finished";
    return lane.phase_steps.size() > 1 ? name + " (" + steps + ")" : name;
}

Line line_of(const LaneSnapshot& lane, const Recipe& recipe, const Layout& layout) {
    return {lane.name,
            optimizer_text(recipe),
            std::to_string(lane.step),
            phase_text(lane, recipe),
            number(lane.now[layout.loss()]),
            number(lane.now[layout.relative_error()]),
            number(lane.now[layout.probe_floor()]),
            number(lane.now[layout.probe_after_k()]),
            number(lane.now[layout.probe_steps()])};
}

}  // namespace

std::string lane_table(const Snapshot& snapshot) {
    std::vector<Line> lines{
        {"lane", "optimiser", "step", "phase", "loss", "relative error", "probe floor",
         fmt::format("after {}", snapshot.spec->experiment.probe.steps),
         fmt::format("steps to {:g}", snapshot.spec->experiment.probe.threshold)}};
    for (std::size_t i = 0; i < snapshot.lanes.size(); ++i)
        lines.push_back(line_of(snapshot.lanes[i], snapshot.spec->lanes[i], snapshot.layout));

    return text_table(lines, {2, 4, 5, 6, 7, 8});
}

}  // namespace muonscope::cli

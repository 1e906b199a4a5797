#include "app/cli/lane_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/io/summary_json.h"

namespace muonscope::cli {
namespace {

constexpr std::size_t columns = 9;
using Line = std::array<std::string, columns>;

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

// As many columns as a terminal shows for it, near enough: one a code point.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

}  // namespace

std::string lane_table(const Snapshot& snapshot) {
    std::vector<Line> lines{
        {"lane", "optimiser", "step", "phase", "loss", "relative error", "probe floor",
         fmt::format("after {}", snapshot.spec->experiment.probe.steps),
         fmt::format("steps to {:g}", snapshot.spec->experiment.probe.threshold)}};
    for (std::size_t i = 0; i < snapshot.lanes.size(); ++i)
        lines.push_back(line_of(snapshot.lanes[i], snapshot.spec->lanes[i], snapshot.layout));

    std::array<std::size_t, columns> widths{};
    for (const Line& line : lines)
        for (std::size_t c = 0; c < columns; ++c)
            widths[c] = std::max(widths[c], width_of(line[c]));

    std::string text;
    for (const Line& line : lines) {
        std::string row;
        for (std::size_t c = 0; c < columns; ++c) {
            const std::string padding(widths[c] - width_of(line[c]), ' ');
            const bool is_number = c == 2 || c > 3;
            row += (c ? "  " : "") + (is_number ? padding + line[c] : line[c] + padding);
        }
        text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

}  // namespace muonscope::cli

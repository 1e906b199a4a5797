#include "core/experiment/spec_differences.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/experiment/parameters.h"

namespace muonscope {
namespace {

// Adds those of a table's values that differ.
template <class Of>
void add(std::vector<std::string>& found, const std::string& before,
         std::span<const Parameter> table, const Of& from, const Of& to) {
    for (const Parameter& parameter : table) {
        const Value was = get(from, parameter.key), is = get(to, parameter.key);
        if (was == is || (!applies(from, parameter.key) && !applies(to, parameter.key))) continue;
        const std::string label = parameter.says_itself ? "" : std::string(parameter.label) + " ";
        found.push_back(fmt::format("{}{}{} → {}", before, label, to_text(was), to_text(is)));
    }
}

void add_lane(std::vector<std::string>& found, const Recipe& from, const Recipe& to) {
    if (from == to) return;
    if (from.name != to.name) found.push_back(fmt::format("{} → {}", from.name, to.name));
    const std::size_t before = found.size();
    if (!from.phases.empty() && !to.phases.empty())
        add(found, to.name + ": ", optimizer_parameters(), from.phases.front().optimizer,
            to.phases.front().optimizer);
    Recipe alike = from;
    alike.name = to.name;
    if (!alike.phases.empty() && !to.phases.empty())
        alike.phases.front().optimizer = to.phases.front().optimizer;
    if (!(alike == to))
        found.push_back(to.name + (found.size() > before ? ": and its phases or layers"
                                                         : ": its phases or layers"));
}

}  // namespace

std::vector<std::string> spec_differences(const Spec& from, const Spec& to) {
    std::vector<std::string> found;
    add(found, "", experiment_parameters(), from.experiment, to.experiment);
    if (from.lanes.size() != to.lanes.size())
        found.push_back(fmt::format("{} → {} lanes", from.lanes.size(), to.lanes.size()));
    for (std::size_t l = 0; l < std::min(from.lanes.size(), to.lanes.size()); ++l)
        add_lane(found, from.lanes[l], to.lanes[l]);
    return found;
}

}  // namespace muonscope

#include "core/experiment/published/ends.h"

#include <fmt/format.h>

#include <string>

#include "core/experiment/published/specs.h"

namespace muonscope {
namespace {

std::optional<double> number_at(const Published& published, const std::string& path) {
    const auto found = published.numbers.find(path);
    if (found == published.numbers.end()) return {};
    return found->second;
}

}  // namespace

std::optional<double> published_end(const Published& published, const Spec& spec,
                                    std::size_t lane) {
    if (spec.experiment.seed != 0 || lane > 1 || lane >= spec.lanes.size() ||
        spec.lanes[lane].phases.empty())
        return {};
    const char* arm = lane == 0 ? "sgd" : "muon";
    const auto& phases = spec.lanes[lane].phases;
    const auto first = phases.front().until.steps;
    if (spec.name == "tau") {  // every turn counts
        const std::int64_t tau = phases.size() < 2 ? 0 : first.value_or(0);
        return number_at(published, fmt::format("tau/{}/{}", tau, arm));
    }
    const bool staged = spec.name == "staged";
    if (!staged && spec.name != "black-box") return {};
    if (first != staged_spec().lanes[lane].phases.front().until.steps) return {};
    const auto second = number_at(published, staged ? fmt::format("staged/{}/phase2_steps", arm)
                                                    : fmt::format("blackbox/{}/steps", arm));
    if (!second) return {};
    return static_cast<double>(*first) + *second;
}

}  // namespace muonscope

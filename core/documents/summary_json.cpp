#include "core/documents/summary_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/program.h"
#include "core/documents/spec_json.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameters.h"
#include "core/linalg/kernels/level.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

std::string kind_text(const OptimizerSpec& optimizer) {
    return to_text(get(optimizer, "kind"));
}

// "adamw (muon: inside blocks)".
std::string optimizer_text(const Phase& phase, const Experiment& experiment) {
    const std::string text = kind_text(phase.optimizer);
    std::vector<std::pair<std::string, std::vector<int>>> others;
    for (std::size_t i = 0; i < phase.layer_optimizers.size(); ++i) {
        const auto& own = phase.layer_optimizers[i];
        if (!own || own->kind == phase.optimizer.kind) continue;
        const std::string kind = kind_text(*own);
        auto at = std::find_if(others.begin(), others.end(),
                               [&](const auto& other) { return other.first == kind; });
        if (at == others.end()) at = others.insert(others.end(), {kind, {}});
        at->second.push_back(static_cast<int>(i) + 1);
    }
    std::string own;
    for (const auto& [kind, matrices] : others)
        own += fmt::format("{}{}: {}", own.empty() ? "" : "; ", kind,
                           matrix_words(experiment, matrices));
    return own.empty() ? text : text + " (" + own + ")";
}

Json lane_to_json(const LaneSnapshot& lane, const Recipe& recipe, const Snapshot& snapshot) {
    const Layout& layout = snapshot.layout;
    const auto measured = [&](std::size_t channel) { return number(lane.now[channel]); };
    Json layers = Json::array();
    for (int layer = 1; layer <= layout.layers(); ++layer) {
        Json values = Json::array();
        for (int k = 0; k < layout.rank(layer); ++k)
            values.push_back(measured(layout.weight_sv(layer, k)));
        layers.push_back(std::move(values));
    }
    Json product = Json::array();
    for (int k = 0; k < layout.product_rank(); ++k)
        product.push_back(measured(layout.product_sv(k)));

    Json json = {{"name", lane.name},
                 {"optimizer", muonscope::optimizer_text(recipe, snapshot.spec->experiment)},
                 {"step", lane.step},
                 {"phase", lane.phase},
                 {"phase_steps", lane.phase_steps},
                 {"loss", measured(layout.loss())},
                 {"relative_error", measured(layout.relative_error())},
                 {"probe",
                  {{"floor", measured(layout.probe_floor())},
                   {"after_k", measured(layout.probe_after_k())},
                   {"steps_to_threshold", measured(layout.probe_steps())},
                   {"steps_searched", measured(layout.probe_searched())},
                   {"critical_rate", measured(layout.probe_critical_rate())}}},
                 {"singular_values", {{"layers", layers}, {"product", product}}},
                 {"state_hash", fmt::format("{:016x}", lane.state_hash.value_or(0))}};
    if (lane.divergence)
        json["diverged"] = {{"step", lane.divergence->step},
                            {"layer", lane.divergence->layer},
                            {"what", lane.divergence->what}};
    return json;
}

}  // namespace

std::string optimizer_text(const Recipe& recipe, const Experiment& experiment) {
    std::string text, previous;
    for (const Phase& phase : recipe.phases) {
        const std::string current = optimizer_text(phase, experiment);
        if (current != previous) text += (text.empty() ? "" : ", then ") + current;
        previous = current;
    }
    return text;
}

std::string summary_json(const Snapshot& snapshot, double wall_seconds) {
    Json json;
    json["program"] = {{"version", program_version()},
                       {"commit", program_commit()},
                       {"level", level_name(level())}};
    json["spec"] = Json::parse(to_json(*snapshot.spec));
    json["wall_seconds"] = wall_seconds;
    json["steps_per_second"] =
        wall_seconds > 0 ? Json(static_cast<double>(snapshot.step) / wall_seconds) : Json();
    json["lanes"] = Json::array();
    for (std::size_t i = 0; i < snapshot.lanes.size(); ++i)
        json["lanes"].push_back(lane_to_json(snapshot.lanes[i], snapshot.spec->lanes[i], snapshot));
    return json.dump(2) + "\n";
}

}  // namespace muonscope

#include "app/gui/state_file.h"

#include "app/gui/dock_layout.h"
#include "core/base/choice.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace muonscope::gui {
namespace {

using Json = nlohmann::json;

const char* word(TrainerState state) {
    constexpr std::array words{"idle",     "running",  "paused", "stopping",
                               "finished", "diverged", "error"};
    return words[place_of(state)];
}

Json lane_json(const LaneSnapshot& lane, const Recipe& recipe, const Layout& layout) {
    Json json;
    json["name"] = lane.name;
    const auto last = recipe.phases.size() - 1;
    const auto phase = std::min(static_cast<std::size_t>(std::max(0, lane.phase)), last);
    json["optimizer"] = to_text(get(recipe.phases[phase].optimizer, "kind"));
    json["lr"] = recipe.phases[phase].optimizer.lr;
    json["step"] = lane.step;
    const double loss = lane.now.size() > layout.loss() ? lane.now[layout.loss()] : std::nan("");
    json["loss"] = std::isfinite(loss) ? Json(loss) : Json(nullptr);
    if (lane.state_hash) json["state_hash"] = fmt::format("{:016x}", *lane.state_hash);
    return json;
}

}  // namespace

std::string state_json(const Snapshot& snapshot, const Preferences& preferences,
                       const FrameTimes& frames, double first_frame_milliseconds) {
    Json json;
    json["state"] = word(snapshot.state);
    json["message"] = snapshot.message;
    json["step"] = snapshot.step;
    json["lanes"] = Json::array();
    if (snapshot.spec != nullptr) {
        json["spec"] = Json::parse(to_json(*snapshot.spec));
        for (std::size_t i = 0; i < std::min(snapshot.lanes.size(), snapshot.spec->lanes.size());
             ++i)
            if (!snapshot.spec->lanes[i].phases.empty())
                json["lanes"].push_back(
                    lane_json(snapshot.lanes[i], snapshot.spec->lanes[i], snapshot.layout));
    }
    json["wanted_speed"] = snapshot.wanted_speed;
    json["reached_speed"] = snapshot.reached_speed;
    json["theme"] = preferences.dark ? "dark" : "light";
    json["presentation"] = preferences.presentation;
    json["scale"] = preferences.user_scale;
    json["layout_version"] = layout_version;
    const FrameTimes::Summary summary = frames.summary();
    json["frames"] = {{"count", frames.frames()},
                      {"build_median_ms", summary.build_median},
                      {"build_p99_ms", summary.build_p99},
                      {"frame_median_ms", summary.frame_median},
                      {"first_ms", first_frame_milliseconds}};
    return json.dump(2) + "\n";
}

}  // namespace muonscope::gui

#include "core/session/ghost.h"

#include <fmt/format.h>

namespace muonscope {

std::optional<std::size_t> Ghost::channel(std::string_view of) const {
    const auto found = channels.find(of);
    if (found == channels.end()) return std::nullopt;
    return found->second;
}

Ghost ghost_without_channels(const Snapshot& snapshot) {
    Ghost ghost;
    ghost.spec = snapshot.spec;
    ghost.step = snapshot.step;
    ghost.name =
        fmt::format("{}, step {}", snapshot.spec ? snapshot.spec->title : "Run", snapshot.step);
    for (const LaneSnapshot& lane : snapshot.lanes)
        ghost.lanes.push_back({lane.name, lane.sound_step, lane.history});
    return ghost;
}

void name_channels(Ghost& ghost, const Layout& layout) {
    for (const auto& names : {channel_names(layout), channel_titles(layout)})
        for (std::size_t c = 0; c < names.size(); ++c) ghost.channels.emplace(names[c], c);
}

Ghost ghost_of(const Snapshot& snapshot) {
    Ghost ghost = ghost_without_channels(snapshot);
    name_channels(ghost, snapshot.layout);
    return ghost;
}

}  // namespace muonscope

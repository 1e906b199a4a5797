#include "app/cli/saved_weights.h"

#include <algorithm>

#include "core/documents/weights_file.h"

namespace muonscope::cli {

std::int64_t SavedWeights::stop_after(std::int64_t step, std::int64_t end) const {
    return every_ == 0 ? end : std::min(end, (step / every_ + 1) * every_);
}

void SavedWeights::take(Session& session, bool ended) {
    if (!ended && (every_ == 0 || session.step() % every_ != 0)) return;
    const auto snapshot = session.snapshot({.fresh = false, .hashed = false, .moves = false});
    written_.resize(snapshot->lanes.size(), -1);
    for (std::size_t lane = 0; lane < written_.size(); ++lane) {
        LaneWeights weights = lane_weights(*snapshot, lane);
        weights.step = session.lane(static_cast<int>(lane)).step();  // nothing was measured
        // A lane that ended earlier stays where it was.
        if (weights.step == written_[lane]) continue;
        const std::string name = weights_file_name(weights.step);
        write_weights(
            folder_.staged(written_.size() == 1 ? name
                                                : lane_folder(lane, weights.lane) + "/" + name),
            weights);
        written_[lane] = weights.step;
    }
}

}  // namespace muonscope::cli

#include "core/session/returns.h"

#include <algorithm>
#include <limits>

namespace muonscope {

void Returns::add(std::int64_t step) {
    while (!turns_.empty() && turns_.back().step >= step) turns_.pop_back();
    turns_.push_back({++count_, step});
    if (turns_.size() <= most_turns) return;
    // Two become one that leads as far back as either: rather too much is forgotten than too
    // little.
    turns_[1].step = turns_[0].step;
    turns_.erase(turns_.begin());
}

std::int64_t Returns::standing(std::int64_t seen) const {
    const auto since = std::find_if(turns_.begin(), turns_.end(),
                                    [seen](const Turn& turn) { return turn.number > seen; });
    return since == turns_.end() ? std::numeric_limits<std::int64_t>::max() : since->step;
}

void Returns::part(std::int64_t step) {
    if (!turns_.empty() && turns_.back().step > step) add(step);
}

}  // namespace muonscope

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/experiment/lane.h"

namespace muonscope {

// All lanes as they arrived at a step, before the edits made there.
struct Keyframe {
    std::int64_t step = 0;
    std::vector<Lane> lanes;
    std::shared_ptr<const Spec> spec;
    std::size_t edits = 0;  // of the log, applied so far
};

// What going back starts from: keyframes at multiples of a spacing that doubles when they no
// longer fit, and one recent copy. Bounded in number and bytes; may hold none when lanes are huge,
// then going back starts from step 0. Where keyframes stand changes how long going back takes,
// never what it leads to.
class Keyframes {
  public:
    // What all lanes hold together, and what all keyframes may.
    Keyframes(std::size_t lane_bytes, std::size_t budget_bytes);

    std::int64_t next_due(std::int64_t after) const;
    bool due(std::int64_t step) const;  // also when the recent copy has grown old
    void add(Keyframe keyframe);
    void truncate_after(std::int64_t step);
    // The last one at or before a step, of those that `usable` accepts; null: none.
    const Keyframe* at_or_before(std::int64_t step,
                                 const std::function<bool(const Keyframe&)>& usable = {}) const;

  private:
    std::size_t max_count_;
    std::int64_t spacing_ = 64;
    std::vector<Keyframe> spaced_;
    std::vector<Keyframe> recent_;  // at most one
};

}  // namespace muonscope

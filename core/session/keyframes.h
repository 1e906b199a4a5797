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
    struct Kept {
        std::shared_ptr<const Lane::State> state;
        // Of a lane that takes no step from here on.
        std::shared_ptr<const NewestMove> newest = nullptr;
        std::size_t bytes = 0;  // of both
    };

    std::int64_t step = 0;
    std::vector<Kept> lanes;  // one that does not change may be shared by several keyframes
    std::shared_ptr<const Spec> spec;
    std::size_t edits = 0;  // of the log, applied so far
};

// What going back starts from: keyframes at multiples of a spacing that doubles when they no
// longer fit, and the most recent ones, for one step back. Bounded in number and bytes; holds none
// where one alone does not fit, then going back starts from step 0. Where keyframes stand changes
// how long going back takes, never what it leads to.
class Keyframes {
  public:
    // Every how many steps one is kept, at the start and of the recent ones.
    struct Pace {
        std::int64_t spacing = 64, recent = 1024;
    };
    Keyframes(std::size_t budget_bytes, Pace pace) : budget_(budget_bytes), pace_(pace) {}

    // The next step at which one is wanted whatever the stretches are.
    std::int64_t next_due(std::int64_t after) const;
    // Keeps the one that `make` makes at this step, of about so many bytes, where one is due and
    // there is room once others have made way.
    void offer(std::int64_t step, std::size_t bytes, const std::function<Keyframe()>& make);
    void truncate_after(std::int64_t step);
    // A lane knows that it has ended only when it is asked for one step more: for where one that
    // has just ended is still training.
    void complete(std::size_t index, const Lane& lane);
    // The last one at or before a step, of those that `usable` accepts; null: none.
    const Keyframe* at_or_before(std::int64_t step,
                                 const std::function<bool(const Keyframe&)>& usable = {}) const;
    std::size_t bytes() const;  // what all of them hold

  private:
    bool fits(std::size_t more) const { return bytes() + more <= budget_; }
    void thin();

    std::size_t budget_;
    Pace pace_;
    std::vector<Keyframe> spaced_, recent_;
};

// For lanes that a step costs so many multiply-adds (cost.h) and a keyframe so many bytes: copying
// takes at most some hundredths of the training, and one step back about a tenth of a second where
// that allows it.
Keyframes::Pace keyframe_pace(double step_cost, std::size_t bytes);

}  // namespace muonscope

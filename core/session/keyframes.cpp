#include "core/session/keyframes.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace muonscope {
namespace {

constexpr std::size_t max_number = 32;
constexpr std::int64_t recent_age = 1024;  // steps

}  // namespace

Keyframes::Keyframes(std::size_t lane_bytes, std::size_t budget_bytes)
    : max_count_(std::min(max_number, budget_bytes / std::max<std::size_t>(lane_bytes, 1))) {}

std::int64_t Keyframes::next_due(std::int64_t after) const {
    if (max_count_ < 2) return std::numeric_limits<std::int64_t>::max();
    return (after / spacing_ + 1) * spacing_;
}

bool Keyframes::due(std::int64_t step) const {
    if (max_count_ < 2) return false;
    return step % spacing_ == 0 ||
           step - (recent_.empty() ? 0 : recent_.front().step) >= recent_age;
}

void Keyframes::add(Keyframe keyframe) {
    if (keyframe.step % spacing_ != 0) {
        recent_.clear();
        recent_.push_back(std::move(keyframe));
        return;
    }
    if (!spaced_.empty() && keyframe.step <= spaced_.back().step) return;
    while (spaced_.size() + 2 > max_count_ && !spaced_.empty()) {
        spacing_ *= 2;
        std::erase_if(spaced_, [this](const Keyframe& k) { return k.step % spacing_ != 0; });
        if (keyframe.step % spacing_ != 0) return;
    }
    spaced_.push_back(std::move(keyframe));
}

void Keyframes::truncate_after(std::int64_t step) {
    const auto beyond = [step](const Keyframe& k) { return k.step > step; };
    std::erase_if(spaced_, beyond);
    std::erase_if(recent_, beyond);
}

const Keyframe* Keyframes::at_or_before(std::int64_t step,
                                        const std::function<bool(const Keyframe&)>& usable) const {
    const Keyframe* best = nullptr;
    for (const auto* group : {&spaced_, &recent_})
        for (const Keyframe& k : *group)
            if (k.step <= step && (!best || k.step > best->step) && (!usable || usable(k)))
                best = &k;
    return best;
}

}  // namespace muonscope

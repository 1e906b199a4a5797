#include "core/session/keyframes.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace muonscope {
namespace {

constexpr std::size_t most = 32, most_recent = 3;
// In multiply-adds of a matrix product: what a step back may take, and a byte of a copy takes.
constexpr double quick = 2e9, cost_of_a_byte = 10;
// How much more the training from one to the next takes than the copy.
constexpr double most_often = 50;

}  // namespace

Keyframes::Pace keyframe_pace(double step_cost, std::size_t bytes) {
    const double wanted = std::max(quick, most_often * cost_of_a_byte * static_cast<double>(bytes));
    Keyframes::Pace pace;
    // No longer than it must be for the copies to stay cheap beside the training between them.
    for (std::int64_t half = pace.recent / 2; half >= 1; half /= 2) {
        if (static_cast<double>(half) * step_cost < wanted) break;
        pace.recent = half;
    }
    pace.spacing = std::min(pace.spacing, pace.recent);
    return pace;
}

std::int64_t Keyframes::next_due(std::int64_t after) const {
    if (budget_ == 0) return std::numeric_limits<std::int64_t>::max();
    return (after / pace_.spacing + 1) * pace_.spacing;
}

std::size_t Keyframes::bytes() const {
    std::set<const void*> counted;
    std::size_t sum = 0;
    for (const auto* group : {&spaced_, &recent_})
        for (const Keyframe& keyframe : *group)
            for (const Keyframe::Kept& lane : keyframe.lanes)
                if (counted.insert(lane.state.get()).second) sum += lane.bytes;
    return sum;
}

void Keyframes::thin() {
    pace_.spacing *= 2;
    std::erase_if(spaced_, [this](const Keyframe& k) { return k.step % pace_.spacing != 0; });
}

void Keyframes::offer(std::int64_t step, std::size_t bytes, const std::function<Keyframe()>& make) {
    const bool is_spaced = step % pace_.spacing == 0;
    std::int64_t newest = 0;
    for (const auto* group : {&spaced_, &recent_})
        if (!group->empty()) newest = std::max(newest, group->back().step);
    if (step <= newest || (!is_spaced && step - newest < pace_.recent)) return;
    if (bytes > budget_) {
        if (is_spaced) thin();  // soon it is hardly asked again
        return;
    }
    // Recent ones may have half of the room.
    const std::size_t recent =
        std::clamp<std::size_t>(budget_ / std::max<std::size_t>(bytes, 1) / 2, 1, most_recent);
    const std::size_t for_recent = recent_.empty() ? bytes : 0;
    while (step % pace_.spacing == 0) {
        if (spaced_.size() + recent < most && fits(bytes + for_recent)) {
            spaced_.push_back(make());
            return;
        }
        thin();
    }
    if (step - newest < pace_.recent) return;
    while (!recent_.empty() && (recent_.size() >= recent || !fits(bytes)))
        recent_.erase(recent_.begin());
    while (!spaced_.empty() && !fits(bytes)) thin();
    recent_.push_back(make());
}

void Keyframes::truncate_after(std::int64_t step) {
    const auto beyond = [step](const Keyframe& k) { return k.step > step; };
    std::erase_if(spaced_, beyond);
    std::erase_if(recent_, beyond);
}

void Keyframes::complete(std::size_t index, const Lane& lane) {
    for (auto* group : {&spaced_, &recent_})
        for (Keyframe& keyframe : *group) {
            if (keyframe.step != lane.step() || keyframe.lanes[index].newest) continue;
            Keyframe::Kept& kept = keyframe.lanes[index];
            kept.newest = std::make_shared<const NewestMove>(lane.newest_move());
            kept.bytes += lane.newest_move_bytes();
        }
    while (!spaced_.empty() && !fits(0)) thin();
    if (!fits(0)) recent_.clear();
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

#include "core/experiment/lane_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/error.h"

namespace muonscope {
namespace {

void check_lane(const Spec& spec, std::size_t lane) {
    if (lane >= spec.lanes.size())
        throw Error(fmt::format("lane {}", lane), "there is no such lane",
                    fmt::format("lanes are counted from 0 to {}", spec.lanes.size() - 1));
}

// "Muon" of "Muon 3"; a name that ends otherwise stays whole.
std::string without_number(const std::string& name) {
    const std::size_t last = name.find_last_not_of("0123456789");
    if (last == std::string::npos || last + 1 == name.size() || name[last] != ' ') return name;
    return name.substr(0, last);
}

std::string free_name(const Spec& spec, const std::string& like) {
    const std::string base = without_number(like);
    for (int number = 2;; ++number) {
        std::string name = fmt::format("{} {}", base, number);
        if (std::none_of(spec.lanes.begin(), spec.lanes.end(),
                         [&](const Recipe& recipe) { return recipe.name == name; }))
            return name;
    }
}

}  // namespace

Spec with_copy_of_lane(const Spec& spec, std::size_t lane) {
    check_lane(spec, lane);
    if (spec.lanes.size() >= most_lanes)
        throw Error("lanes", fmt::format("there are {} already", spec.lanes.size()),
                    "remove one first");
    Spec more = spec;
    Recipe copy = spec.lanes[lane];
    copy.name = free_name(spec, copy.name);
    more.lanes.insert(more.lanes.begin() + static_cast<std::ptrdiff_t>(lane) + 1, std::move(copy));
    return more;
}

Spec without_lane(const Spec& spec, std::size_t lane) {
    check_lane(spec, lane);
    if (spec.lanes.size() < 2) throw Error("lanes", "one has to stay", "add another one first");
    Spec fewer = spec;
    fewer.lanes.erase(fewer.lanes.begin() + static_cast<std::ptrdiff_t>(lane));
    return fewer;
}

Spec with_lane_moved(const Spec& spec, std::size_t lane, int by) {
    check_lane(spec, lane);
    Spec moved = spec;
    if (by < 0 && lane > 0) std::swap(moved.lanes[lane], moved.lanes[lane - 1]);
    if (by > 0 && lane + 1 < spec.lanes.size()) std::swap(moved.lanes[lane], moved.lanes[lane + 1]);
    return moved;
}

}  // namespace muonscope

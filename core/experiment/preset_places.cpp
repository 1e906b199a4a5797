#include <algorithm>
#include <array>

#include "core/experiment/presets.h"

namespace muonscope {
namespace {

constexpr std::string_view first = "To begin with", nets = "Other nets, other data",
                           ways = "Optimisers beside one another", known = "Theory and numbers",
                           paper = "The paper";

constexpr std::array<PresetPlace, 21> places{{
    {"two-ways-up", first, "singular-values"},
    {"deep", first, "singular-values"},
    {"three-dimensions", first, "maps"},
    {"momentum", first, "singular-values"},
    {"tree", first, "singular-values"},
    {"tanh", nets, "singular-values"},
    {"minibatch", nets, "singular-values"},
    {"rectangular", nets, "singular-values"},
    {"matched-norm", ways, "singular-values"},
    {"between", ways, "singular-values"},
    {"libraries", ways, "singular-values"},
    {"weight-norms", ways, "weight-norms"},
    {"theory", known, "singular-values"},
    {"conditioning", known, "conditioning"},
    {"staged", paper, "staged-planner"},
    {"black-box", paper, "results"},
    {"ce-probe", paper, "downstream-probe"},
    {"tau", paper, "trade-off"},
    {"schedules", paper, "trade-off"},
    {"planned", paper, "results"},
    {"adjacent", paper, "results"},
}};

}  // namespace

std::span<const PresetPlace> preset_places() {
    return places;
}

const PresetPlace* preset_place(std::string_view name) {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [&](const PresetPlace& place) { return place.name == name; });
    return found == places.end() ? nullptr : &*found;
}

}  // namespace muonscope

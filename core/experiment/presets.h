#pragma once

#include <span>
#include <string_view>

#include "core/experiment/spec.h"

namespace muonscope {

// Built-in specs in the order of the keys 1-9; the first is what the window opens on.
std::span<const Spec> presets();
const Spec& preset(std::string_view name);  // throws Error listing the names

// Where a preset stands in a list, and where to look when it runs.
struct PresetPlace {
    std::string_view name;
    std::string_view group;  // "To begin with"
    std::string_view panel;  // what it is about, as `render --panel` names it
};
// Every preset once, group by group.
std::span<const PresetPlace> preset_places();
// Of a spec of this name; nothing for one that is no preset.
const PresetPlace* preset_place(std::string_view name);

}  // namespace muonscope

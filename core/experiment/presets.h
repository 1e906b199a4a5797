#pragma once

#include <span>
#include <string_view>

#include "core/experiment/preset_caption.h"
#include "core/experiment/spec.h"

namespace muonscope {

// Built-in specs in the order of the keys 1-9; the first is what the window opens on.
std::span<const Spec> presets();
const Spec& preset(std::string_view name);  // throws Error listing the names

// What belongs to a preset beside its spec: where it stands in a list, where to look when it runs,
// and what to say of it.
struct PresetPage {
    std::string_view name;
    std::string_view group;  // "To begin with"
    std::string_view panel;  // what it is about, as `render --panel` names it
    Caption caption;
    std::string_view beside;  // another panel to look at; empty: none
};
// Of every preset, group by group.
std::span<const PresetPage> preset_pages();
// Of a spec of this name; null for one that is no preset.
const PresetPage* preset_page(std::string_view name);

}  // namespace muonscope

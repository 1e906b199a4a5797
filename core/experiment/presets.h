#pragma once

#include <span>
#include <string_view>

#include "core/experiment/spec.h"

namespace muonscope {

// Built-in specs in the order of the keys 1-9; the first is what the window opens on.
std::span<const Spec> presets();
const Spec& preset(std::string_view name);  // throws Error listing the names

}  // namespace muonscope

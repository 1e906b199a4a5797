#pragma once

#include <string>
#include <string_view>

#include "core/experiment/spec.h"

namespace muonscope {

// A spec as a line of text for a chat or a slide: what differs from its preset, packed, behind
// "muonscope1:". Of a preset with twenty changes it takes less than 400 letters.
std::string setting_text(const Spec& spec);
bool is_setting_text(std::string_view text);
// The same spec again. White space around and within it does not count. Throws Error: not such a
// text, not whole, changed, or of another version whose preset says another run.
Spec spec_from_setting_text(std::string_view text);

}  // namespace muonscope

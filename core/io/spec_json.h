#pragma once

#include <string>
#include <string_view>

#include "core/experiment/spec.h"

namespace muonscope {

// Text of the spec: {"version": 1, "name", "title", "about", "experiment": {"seed", "network":
// {"depth", ...}, ...}, "lanes": [{"name", "phases": [{"name", "layers", "objective", "optimizer":
// {...}, "layer_optimizers": {"2": {...}}, "until": {"steps", "loss", "relative_error"}}]}]}.
// Keys are the parameter table's. Missing keys take their defaults; unknown keys and bad values
// throw Error naming `source`, the key, the value and what is allowed. A text over 16 MB is refused
// before it is parsed.
Spec spec_from_json(std::string_view text, std::string_view source);
std::string to_json(const Spec& spec);

Spec read_spec_file(const std::string& path);  // checks the size before reading

}  // namespace muonscope

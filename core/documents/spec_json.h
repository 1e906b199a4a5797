#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/experiment/spec.h"

namespace muonscope {

// Text of the spec: {"version": 1, "name", "title", "about", "experiment": {"seed", "network":
// {"depth", ...}, ...}, "lanes": [{"name", "phases": [{"name", "layers", "objective", "optimizer":
// {...}, "layer_optimizers": {"2": {...}}, "until": {"steps", "loss", "relative_error"}}]}]}.
// Keys are the parameter table's. "version" and "lanes" must be there; other missing keys take
// their defaults, those of a layer's own optimizer from its phase's. Unknown keys, keys that stand
// twice and bad values throw Error naming `source`, the key, the value and what is allowed;
// malformed JSON names line and column. A text over 16 MB or nested deeper than 16 levels is
// refused.
Spec spec_from_json(std::string_view text, std::string_view source);
Spec spec_from_tree(const nlohmann::ordered_json& tree, std::string_view source);  // likewise
// The shortest digits that read back to the same bits. Throws Error for a value outside the table's
// range, since that could not be read again; parts that contradict each other are stored as they
// are.
std::string to_json(const Spec& spec);

Spec read_spec_file(const std::string& path);  // checks the size before reading

}  // namespace muonscope

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/experiment/published/experiment.h"
#include "core/experiment/published/figures.h"

namespace muonscope {

// Throws Error naming `source` when the text is not JSON of that kind. Numbers that only name a
// place ("pair") or state a rule ("muon_tolerance_steps") are no figures.
Published published_from_json(std::string_view text, std::string_view source);

// The figures in the structure of published.json, whose text shows where its lists are: the same
// keys, every number with the digits that the published one has. Only what no two machines agree
// about to the last bit (formats of 10 decimals) and what has no format stands in full. `origin`
// stands for "source".
std::string figures_json(std::span<const Figure> figures, std::string_view published_text,
                         std::string_view origin);

}  // namespace muonscope

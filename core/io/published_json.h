#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/experiment/published/experiment.h"

namespace muonscope {

// The figures that the paper's notebooks printed (assets/published.json), by path: keys and places
// in lists joined by '/', "staged/sgd/phase2_steps", "mlp/0/b_up".
struct Published {
    std::string source;  // where the figures were printed
    std::map<std::string, double, std::less<>> numbers;
    double muon_tolerance_steps = 0;  // how far "tau/<t>/muon" may be off
};

// Throws Error naming `source` when the text is not JSON of that kind. Numbers that only name a
// place ("pair") or state a rule ("muon_tolerance_steps") are no figures.
Published published_from_json(std::string_view text, std::string_view source);

// The figures in the structure of published.json, whose text shows where its lists are: the same
// keys, every number with the digits that the published one has. Only what no two machines agree
// about to the last bit (formats of 10 decimals) stands in full. `origin` stands for "source".
std::string figures_json(std::span<const Figure> figures, std::string_view published_text,
                         std::string_view origin);

}  // namespace muonscope

#pragma once

#include <span>
#include <string>

#include "app/gui/panel.h"

// Which matrix a panel shows: 0 is the product, l is layer l.
namespace muonscope::plots {

// As many as a model has: four blocks with gates, learned positions, embedding and head.
inline constexpr int most_matrices = 31;

// "product", or what the model calls the matrix; "–" where it has none of that number.
std::string source_name(const Layout& layout, int source);
// A quiet drop-down; clamps a source that the network no longer has, or no product.
float source_picker_width(const gui::PanelContext& context);
void source_picker(gui::PanelContext& context, const char* id, int& source, const char* help);

// The same for layers alone; `layer` counts from 0.
void layer_picker(gui::PanelContext& context, const char* id, int& layer, const char* help);

// Another drop-down of the same look.
float picker_width(std::span<const char* const> labels);
void picker(gui::PanelContext& context, const char* id, std::span<const char* const> labels,
            int& chosen, const char* help);

// The level that mode k reaches when the target is learned: s_k for the product, s_k^(1/L) for each
// of L balanced layers. NaN beyond the target's modes.
double target_level(const Problem& problem, int source, int k);

// "σ over steps; dotted: target", and what dashes are where theory has curves of its own.
std::string modes_formula(const Experiment& experiment);
std::string probe_formula(const Experiment& experiment);

}  // namespace muonscope::plots

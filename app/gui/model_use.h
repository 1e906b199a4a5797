#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "core/experiment/spec.h"

// What the matrix that is shown can be for the training and for the lab.
namespace muonscope::gui {

// "model.safetensors#layers.0.weight", and behind it the edits that act on it:
// "#edit=drop-top=1".
std::string reference_to(const ModelWeights& model, const ModelMatrix& matrix);
// The same experiment with that matrix as its target, and inputs and outputs as many as it has.
// None where it is larger than a network may be.
std::optional<Spec> with_target(const Spec& spec, const ModelWeights& model,
                                const ModelMatrix& matrix);
// The same with its start in the file: the matrices of this one's kind, as many layers as follow
// one another from the first number on. None where they are no chain that a network may be.
std::optional<Spec> with_start(const Spec& spec, const ModelWeights& model,
                               const ModelMatrix& matrix);

// The menu: as target, as start, as the lab's gradient.
void model_use_menu(PanelContext& context, ModelWeights& model);

}  // namespace muonscope::gui

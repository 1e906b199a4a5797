#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "core/session/background.h"
#include "core/weights/layer_alignment.h"

// The directions that the matrix that is shown writes or reads, beside those of its neighbours.
namespace muonscope::gui {

// Of which the second reads what the first writes.
struct LayerPair {
    std::string writer, reader;
    bool operator==(const LayerPair&) const = default;
};

struct VectorsPiece {
    std::string matrix;
    LeadingVectors vectors;
    std::string fault;  // why there are none
};

struct ModelAlignment {
    std::shared_ptr<const TensorFile> file;  // that all of this is of
    std::string matrix;                      // that `pairs` are of
    std::vector<LayerPair> pairs;
    std::size_t chosen = 0;  // of them
    std::map<std::string, VectorsPiece> known;
    std::string begun;  // the matrix that is being decomposed
    Background<VectorsPiece> work;

    struct Shown {
        LayerPair pair;
        LayerAlignment alignment;
    };
    std::optional<Shown> shown;
    std::string fault;
};
inline constexpr Eigen::Index most_directions = 32;

// Takes what came, and sees to what the chosen pair needs.
ModelAlignment& model_alignment(PanelContext& context, const ModelWeights& model);
Eigen::Index leading_directions(const ModelChoices& chosen);

}  // namespace muonscope::gui

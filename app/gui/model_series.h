#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/gui/model_weights.h"
#include "core/session/background.h"
#include "core/weights/series.h"

// The matrix that is shown, in every checkpoint of the series.
namespace muonscope::gui {

struct SeriesPiece {
    std::size_t checkpoint;
    SeriesMatrix matrix;
};

struct ModelSeries {
    std::vector<std::string> files;  // that they are of, and the matrix
    std::string matrix;
    std::vector<std::optional<SeriesMatrix>> found;  // by checkpoint; none: on its way
    std::size_t known = 0;
    Background<SeriesPiece> work;

    // Null while it is on its way, and where the checkpoint has none.
    const SeriesMatrix* at(std::size_t checkpoint) const;
    std::size_t faults() const;
};

// Takes what came, and begins anew where another matrix is shown: the ends first, then ever closer.
ModelSeries& model_series(PanelContext& context, const ModelWeights& model);
// Where checkpoints stand on an axis: at their numbers, or where some have none at their places.
double place_of(const ModelWeights& model, std::size_t checkpoint);
// Shows that checkpoint.
void show_checkpoint(PanelContext& context, std::size_t checkpoint);
// Early pale, late as what is looked at.
ImVec4 checkpoint_colour(const Theme& theme, const ModelWeights& model, std::size_t checkpoint);

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "app/gui/drawn_step.h"
#include "app/gui/panel.h"
#include "app/gui/rest.h"
#include "core/measure/balance.h"
#include "core/measure/value_trace.h"
#include "core/session/background.h"

// How singular directions of the weights that are drawn lie to one another and to the target's,
// worked out beside the training, and what neighbouring layers kept over the steps at which
// somebody looked.
namespace muonscope::gui {

enum class AlignmentView { target_basis, left_vectors, neighbours, conserved, descent };

// Of one lane; what the view does not show is empty.
struct LaneAlignment {
    std::shared_ptr<const std::vector<Matrix>> weights;  // of which the rest speaks
    StateName state;
    Matrix basis;                    // Uᵀ P V in the target's directions, out x in
    Matrix left;                     // |Uᵀ U_target|, the product's left vectors against them
    std::vector<Matrix> neighbours;  // |V_{l+1}ᵀ U_l|, by pair of adjacent_matrices()
    Vector product;                  // singular values of P
    std::vector<Vector> layers;      // and of each layer
    // By pair of neighbours: drifts of Grams, then of roots (measure/balance.h).
    std::vector<double> drifts;
};

struct AlignmentNow {
    struct Starts {
        std::vector<Balance> grams, roots;  // by pair
    };
    struct Piece {
        std::shared_ptr<const Problem> problem;
        AlignmentView view = AlignmentView::target_basis;
        std::shared_ptr<const Starts> starts;
        std::int64_t returns = 0;  // of the run then, see Returns
        std::vector<LaneAlignment> lanes;
    };

    std::shared_ptr<const Problem> problem;
    AlignmentView view = AlignmentView::target_basis;
    std::vector<LaneAlignment> lanes;
    std::vector<ValueTrace> traces;        // of drifts, by lane
    std::int64_t returns = 0;              // of the run that they are of
    std::shared_ptr<const Starts> starts;  // once they were needed
    Background<Piece> work;
    Rest rest{0.1};
};

// Those of this view of the panel: takes over what came and begins on newer weights, ten times a
// second at most and resting three times as long as it worked; at once on others that are chosen.
AlignmentNow& alignment_now(PanelContext& context, AlignmentView view);

}  // namespace muonscope::gui

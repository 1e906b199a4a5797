#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/later.h"
#include "core/base/types.h"

// The two sides of the panel of spectra, and what it keeps.
namespace muonscope::gui {

struct SpectrumChoices {
    bool bars = false;  // else the product in the target's basis
    int source = 0;     // 0: product; l: layer l
    bool logarithmic = false;
    int kind = 0;  // weights, gradient, update
};

// The product in the target's basis, rows x cols as shown.
struct BasisProduct {
    std::shared_ptr<const std::vector<Matrix>> weights;
    std::shared_ptr<const Problem> problem;
    Matrix values;
    plots::Later<Matrix> later;
};

struct SpectrumView {
    std::map<int, BasisProduct> products;  // by lane
};

// Singular values of one matrix side by side, into this room at the cursor.
void draw_spectrum_bars(PanelContext& context, ImVec2 room);
// Uᵀ P V of the target A = U S Vᵀ, a square a lane.
void draw_target_basis(PanelContext& context, ImVec2 room);

}  // namespace muonscope::gui

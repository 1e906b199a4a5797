#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/gui/plots/later.h"
#include "app/gui/plots/texture.h"
#include "core/base/types.h"

// What the panel of spectra keeps between frames.
namespace muonscope::gui {

// The product in the target's basis, rows x cols as shown.
struct BasisProduct {
    std::shared_ptr<const std::vector<Matrix>> weights;
    std::shared_ptr<const Problem> problem;
    Matrix values;
    plots::Later<Matrix> later;
    // Drawn once for what it was drawn of.
    plots::Texture picture{512, 512};
    int side = 0;  // pixels; 0: not drawn
    std::vector<ImU32> colours;
};

struct SpectrumView {
    std::map<int, BasisProduct> products;  // by lane
    std::vector<ImU32> colours;            // scratch
};

}  // namespace muonscope::gui

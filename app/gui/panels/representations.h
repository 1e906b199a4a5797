#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/gui/plots/later.h"
#include "core/base/types.h"

// What the panel of representations keeps between frames.
namespace muonscope::gui {

// Points of one lane after each layer, in the plane of the target's leading directions.
struct Representation {
    std::shared_ptr<const std::vector<Matrix>> weights;  // what it was computed from
    std::shared_ptr<const Problem> problem;
    std::vector<Matrix> layers;  // 2 x points, after layer 1 ... L
    plots::Later<std::vector<Matrix>> later;
};

struct RepresentationsView {
    std::map<int, Representation> lanes;
    Representation start;  // of the shared start
};

}  // namespace muonscope::gui

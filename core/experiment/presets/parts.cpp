#include <utility>

#include "core/experiment/presets/list.h"

namespace muonscope::preset_parts {

OptimizerSpec muon(double lr) {
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::muon;
    optimizer.lr = lr;
    optimizer.momentum_style = MomentumStyle::ema;
    return optimizer;
}

OptimizerSpec exact_polar_steps(double lr) {
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::spectral;
    optimizer.lr = lr;
    optimizer.orthogonaliser.power = 0;
    return optimizer;
}

Recipe lane(std::string name, const OptimizerSpec& optimizer) {
    Recipe recipe;
    recipe.name = std::move(name);
    recipe.phases.front().optimizer = optimizer;
    return recipe;
}

Arrow learned(int lane, int k, std::string words) {
    return {.lane = lane, .channel = Channel::product_sv, .k = k, .words = std::move(words)};
}

}  // namespace muonscope::preset_parts

#pragma once

#include "core/experiment/spec.h"

namespace muonscope::test {

// SGD with momentum beside Muon on a net small enough for thousands of steps in a test.
inline Spec small_spec() {
    Spec spec;
    spec.experiment.network.depth = 2;
    spec.experiment.network.width = 6;
    spec.experiment.target.modes = 3;
    spec.experiment.classes = {.count = 2, .points = 3, .spread = 0.1};
    spec.experiment.record.dense = 16;
    Recipe sgd, muon;
    sgd.name = "SGD";
    sgd.phases.front().optimizer.lr = 0.01;
    sgd.phases.front().optimizer.momentum = 0.5;
    muon.name = "Muon";
    muon.phases.front().optimizer.kind = OptimizerKind::muon;
    muon.phases.front().optimizer.lr = 0.005;
    spec.lanes = {sgd, muon};
    return spec;
}

// Two phases that take turns: where each stands has to come back too.
inline Spec turning_spec() {
    Spec spec = small_spec();
    for (Recipe& recipe : spec.lanes) {
        recipe.phases.resize(2, recipe.phases.front());
        recipe.phases[0].layers = {1};
        recipe.phases[0].until.steps = 7;
        recipe.phases[1].layers = {2};
        recipe.phases[1].until.steps = 5;
        recipe.repeats = true;
    }
    return spec;
}

}  // namespace muonscope::test

#pragma once

#include "core/experiment/spec.h"

namespace muonscope::test {

// A transformer and a task so small that a test takes no time.
inline Experiment small_tokens(TaskKind kind = TaskKind::facts) {
    Experiment experiment;
    experiment.model = ModelKind::transformer;
    experiment.init.scale = 1;
    experiment.transformer = {.blocks = 2, .width = 16, .heads = 2, .hidden = 24, .context = 12};
    experiment.task.kind = kind;
    experiment.task.batch = 4;
    experiment.task.held_out = 5;
    experiment.task.subjects = 6;
    experiment.task.relations = 2;
    experiment.task.objects = 5;
    experiment.task.symbols = 7;
    experiment.task.modulus = 5;
    return experiment;
}

}  // namespace muonscope::test

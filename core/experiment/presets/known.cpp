#include <utility>

#include "core/experiment/presets/list.h"

// What is known in closed form.
namespace muonscope {

using namespace preset_parts;

Preset theory_preset() {
    Spec spec;
    spec.name = "theory";
    spec.title = "Theory beside the run";
    spec.about =
        "Two balanced layers that start in the target's own basis, where every mode moves alone "
        "and its path is known: dashed. SGD follows a sigmoid a mode, large ones first; the exact "
        "polar factor climbs at one pace, small ones arrive first. Muon with eight iterations of "
        "Polar Express stays within 1 % of it; Jordan's five would not, their values swing.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.init.kind = InitKind::aligned;
    experiment.init.scale = 0.05;
    experiment.run = {.steps = 1200, .speed = 60};
    OptimizerSpec polar = plain_sgd(0.005);
    polar.kind = OptimizerKind::spectral;
    polar.orthogonaliser.power = 0;
    OptimizerSpec express = muon(0.005);
    express.orthogonaliser.engine = Engine::polar_express;
    express.orthogonaliser.iterations = 8;
    express.orthogonaliser.precision = Precision::float64;
    spec.lanes = {lane("SGD", plain_sgd(0.005)), lane("Muon", express), lane("Exact polar", polar)};
    Caption caption;
    caption.watch =
        "Dashed is what the closed form says, drawn before the run gets there. Lines and "
        "dashes agree because every mode moves alone in the target's own basis.";
    caption.attempts = {
        {.label = "Jordan's five",
         .expect = "Iterations that do not converge: the lines swing around the theory.",
         .settings = {{"lanes.1.optimizer.engine", "jordan"},
                      {"lanes.1.optimizer.iterations", "5"}}},
        {.label = "Another basis",
         .expect = "A random start: modes mix, and the theory no longer holds.",
         .settings = {{"init.kind", "gaussian"}}},
    };
    caption.arrows = {
        learned(0, 0, "largest first"),
        learned(2, 11, "smallest first"),
    };
    return {std::move(spec), known, "singular-values", std::move(caption)};
}

Preset plateaus_preset() {
    Spec spec;
    spec.name = "plateaus";
    spec.title = "Plateaus and their levels";
    spec.about =
        "Three layers, a weak start. Between two modes the loss stands at half the sum of the "
        "squares of "
        "those that are missing: 10.625, 2.625, .625 and .125, and leaves each level at twice the "
        "step of the "
        "one before.";
    Experiment& experiment = spec.experiment;
    experiment.network.width = 8;
    experiment.target.decay = 0.5;
    experiment.target.modes = 4;
    experiment.init.kind = InitKind::aligned;
    experiment.init.scale = 0.1;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 1200, .speed = 60};
    spec.lanes = {lane("SGD", plain_sgd(0.02))};
    Caption caption;
    caption.watch =
        "The loss comes down in stairs. Each stair is one singular value, and its height is "
        "known: half the sum of the squares of those still missing.";
    caption.attempts = {
        {.label = "Show the levels",
         .expect = "Dotted in the loss plot: where the stairs must lie.",
         .choices = {"loss_levels"}},
        {.label = "Muon instead",
         .expect = "No stairs: all modes come down together.",
         .settings = {{"optimizer.kind", "muon"}, {"optimizer.lr", "0.005"}}},
        {.label = "Weaker start",
         .expect = "The stairs get longer, not higher.",
         .settings = {{"init.scale", "0.05"}}},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::loss, .level = 2.7, .words = "the first mode is learned"},
        {.lane = 0, .channel = Channel::loss, .level = 0.66, .words = "the second"},
        {.lane = 0, .channel = Channel::loss, .level = 0.14, .words = "the third"},
    };
    return {std::move(spec), known, "loss", std::move(caption)};
}

Preset balance_preset() {
    Spec spec;
    spec.name = "balance";
    spec.title = "Balance kept and lost";
    spec.about =
        "Gradient flow keeps W₂ᵀW₂ − W₁W₁ᵀ, whatever it is at the start. SGD in small steps hardly "
        "moves it, in large ones by a quarter of its norm; Muon's steps move it by more than three "
        "times its norm.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.width = 8;
    experiment.target.decay = 0.5;
    experiment.target.modes = 5;
    experiment.init.scale = 0.3;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 600, .speed = 60};
    spec.lanes = {lane("SGD, small steps", plain_sgd(0.005)),
                  lane("SGD, large steps", plain_sgd(0.1)), lane("Muon", muon(0.01))};
    Caption caption;
    caption.watch =
        "Gradient flow keeps the difference of neighbouring layers' Gram matrices, and small "
        "steps nearly do. Large steps lose it, and Muon does from the first step.";
    caption.attempts = {
        {.label = "Show the drift",
         .expect = "How far each lane has come from the balance of its start.",
         .choices = {"alignment_view=3"}},
        {.label = "Larger steps",
         .expect = "The small lane takes ten times the step and loses the balance too.",
         .settings = {{"lanes.0.optimizer.lr", "0.05"}}},
        {.label = "Swap the optimisers",
         .expect = "What was kept is lost from the mark on.",
         .swap = true},
    };
    caption.arrows = {
        learned(2, 0, "Muon's largest"),
        learned(0, 0, "SGD's"),
    };
    return {std::move(spec), known, "alignment", std::move(caption)};
}

Preset conditioning_preset() {
    Spec spec;
    spec.name = "conditioning";
    spec.title = "Conditioning";
    spec.about =
        "Layer 1 alone learns, layer 2 stands still with κ = 10. At the best learning rate the "
        "error of gradient descent shrinks by (κ² − 1)/(κ² + 1) = .980 a step in the long run, "
        "at half of it by .990; Muon's steps do not know κ, but they do not shrink either.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.width = 16;
    experiment.target.scale = 2;
    experiment.target.modes = 16;
    experiment.init.kind = InitKind::conditioned;
    experiment.init.scale = 1;
    experiment.init.condition = 10;
    experiment.probe.layer = 1;
    experiment.probe.lr = 0.01;  // what layer 1 comes to be has s_1 near 10
    experiment.run = {.steps = 600, .speed = 60};
    const double best = 2 / (1 + 0.01);
    spec.lanes = {lane("SGD, best", plain_sgd(best)), lane("Muon", muon(0.05)),
                  lane("SGD, half", plain_sgd(best / 2))};
    for (Recipe& recipe : spec.lanes) recipe.phases.front().layers = {1};
    Caption caption;
    caption.watch =
        "One layer learns, the one above it only stretches. How fast the error shrinks depends "
        "on how unevenly it stretches; Muon's steps do not ask, but they do not shrink either.";
    caption.attempts = {
        {.label = "Worse conditioned",
         .expect = "A start that stretches a hundred to one.",
         .settings = {{"init.condition", "100"}}},
        {.label = "Let Muon settle",
         .expect = "A cosine schedule shrinks what does not shrink by itself.",
         .settings = {{"lanes.1.optimizer.schedule", "cosine"}}},
    };
    return {std::move(spec), known, "conditioning", std::move(caption)};
}

}  // namespace muonscope

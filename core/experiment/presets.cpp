#include "core/experiment/presets.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/published/specs.h"
#include "core/optim/flavours.h"

namespace muonscope {
namespace {

OptimizerSpec sgd(double lr) {
    OptimizerSpec optimizer;
    optimizer.lr = lr;
    return optimizer;
}

// Jordan x5, no momentum, every step of the same size.
OptimizerSpec muon(double lr) {
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::muon;
    optimizer.lr = lr;
    optimizer.momentum_style = MomentumStyle::ema;
    return optimizer;
}

Recipe lane(std::string name, const OptimizerSpec& optimizer) {
    Recipe recipe;
    recipe.name = std::move(name);
    recipe.phases.front().optimizer = optimizer;
    return recipe;
}

Spec two_ways_up() {
    Spec spec;
    spec.name = "two-ways-up";
    spec.title = "Two ways up";
    spec.about =
        "SGD beside Muon from the same weights. SGD learns one singular value after the other, the "
        "smallest after step 500; Muon's rise together and are done by step 70.";
    // Of the first 150 seeds the one whose smallest mode comes latest, with all modes in order.
    spec.experiment.seed = 52;
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.02))};
    return spec;
}

Spec deep() {
    Spec spec;
    spec.name = "deep";
    spec.title = "Deep";
    spec.about =
        "Eight layers from an orthogonal start. SGD waits on a plateau before every mode, "
        "longer the smaller the mode, and reaches the last after step 1000; Muon has them "
        "all long before and then trembles by the length of its steps.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 8;
    experiment.target.scale = 2;
    experiment.init.kind = InitKind::orthogonal;
    experiment.init.scale = 0.7;
    experiment.probe.layer = 7;
    experiment.run = {.steps = 2000, .speed = 120};
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.005))};
    return spec;
}

Spec momentum() {
    Spec spec;
    spec.name = "momentum";
    spec.title = "Momentum";
    spec.about =
        "One learning rate, three ways to use the past. Momentum .95 makes steps up to 20 "
        "times as long: both curves overshoot their targets, Nesterov swings "
        "back sooner, and plain SGD is still on its way at step 600.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.run = {.steps = 600, .speed = 60};
    OptimizerSpec heavy = sgd(0.004);
    heavy.momentum = 0.95;
    OptimizerSpec nesterov = heavy;
    nesterov.nesterov = true;
    spec.lanes = {lane("Plain", sgd(0.004)), lane("Heavy ball", heavy), lane("Nesterov", nesterov)};
    return spec;
}

Spec tree() {
    Spec spec;
    spec.name = "tree";
    spec.title = "Tree of concepts";
    spec.about =
        "The target is a binary tree of concepts, broad distinctions in large singular "
        "values, fine ones in small. SGD learns it level by level from the root; Muon "
        "climbs all levels at once and has the leaves before the root.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.target.kind = TargetKind::tree;
    experiment.target.scale = 4;
    experiment.init.scale = 0.05;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 800, .speed = 60};
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.02))};
    return spec;
}

Spec tanh_net() {
    Spec spec;
    spec.name = "tanh";
    spec.title = "Through tanh";
    spec.about =
        "Hidden layers with tanh; modes are those of the response to unit vectors. The fan "
        "of SGD and the bundle of Muon are still there: Muon has every mode by step 91, "
        "SGD the smallest only after step 600.";
    Experiment& experiment = spec.experiment;
    experiment.network.activation = Activation::tanh;
    experiment.target.scale = 2;
    experiment.init.scale = 0.6;
    experiment.run = {.steps = 2000, .speed = 120};
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.01))};
    return spec;
}

Spec minibatch() {
    Spec spec;
    spec.name = "minibatch";
    spec.title = "Minibatch noise";
    spec.about =
        "512 noisy samples, 32 a step, the same batches for both. SGD's steps shrink with "
        "the gradient and settle near the noise floor; Muon's keep their length, so it "
        "arrives first and then hovers above.";
    Experiment& experiment = spec.experiment;
    experiment.data = {.kind = DataKind::samples, .samples = 512, .noise = 0.1, .batch = 32};
    experiment.run = {.steps = 1500, .speed = 60};
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.02))};
    return spec;
}

Spec rectangular() {
    Spec spec;
    spec.name = "rectangular";
    spec.title = "Through a bottleneck";
    spec.about =
        "48 inputs through 64 and then only 8 units to 24 outputs: 8 of the 12 modes fit. "
        "Watch SGD take up modes that do not belong and trade them for the right ones over "
        "a thousand steps, while Muon sorts them out long before.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 3;
    experiment.network.widths = {48, 64, 8, 24};
    experiment.init.scale = 0.6;
    experiment.run = {.steps = 1200, .speed = 60};
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", muon(0.02))};
    return spec;
}

Spec matched_norm() {
    Spec spec;
    spec.name = "matched-norm";
    spec.title = "How long is a step?";
    spec.about =
        "Muon with steps of constant length beside Muon with steps as long as the gradient."
        " The constant one arrives first, by step 68, and then trembles around the targets; "
        "the matched one, there by step 94, shortens its steps and settles.";
    Experiment& experiment = spec.experiment;
    experiment.run = {.steps = 1200, .speed = 60};
    OptimizerSpec matched = muon(0.02);
    matched.norm_law = NormLaw::matched;
    spec.lanes = {lane("Muon constant", muon(0.02)), lane("Muon matched", matched)};
    return spec;
}

Spec theory() {
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
    OptimizerSpec polar = sgd(0.005);
    polar.kind = OptimizerKind::spectral;
    polar.orthogonaliser.power = 0;
    OptimizerSpec express = muon(0.005);
    express.orthogonaliser.engine = Engine::polar_express;
    express.orthogonaliser.iterations = 8;
    express.orthogonaliser.precision = Precision::float64;
    spec.lanes = {lane("SGD", sgd(0.005)), lane("Muon", express), lane("Exact polar", polar)};
    return spec;
}

Spec three_dimensions() {
    Spec spec;
    spec.name = "three-dimensions";
    spec.title = "Three dimensions";
    spec.about =
        "Width 3: the pictures of maps leave nothing out. Each of Muon's steps is a ball, and so "
        "is its product from step 27 on, until the smallest mode is done at step 56. SGD's "
        "product is a needle until step 107, then a disc, and whole by step 234.";
    Experiment& experiment = spec.experiment;
    // Of the first eight seeds the one where needle, disc and ball are seen longest.
    experiment.seed = 6;
    experiment.network.depth = 2;
    experiment.network.width = 3;
    experiment.target.scale = 3;
    experiment.target.decay = 0.6;
    experiment.target.modes = 3;
    experiment.init.scale = 0.05;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 400, .speed = 30};
    OptimizerSpec exact = muon(0.02);  // Jordan's five leave ratios of .6 and no ball
    exact.orthogonaliser.engine = Engine::polar_express;
    exact.orthogonaliser.iterations = 8;
    exact.orthogonaliser.precision = Precision::float64;
    spec.lanes = {lane("SGD", sgd(0.02)), lane("Muon", exact)};
    return spec;
}

Spec conditioning() {
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
    spec.lanes = {lane("SGD, best", sgd(best)), lane("Muon", muon(0.05)),
                  lane("SGD, half", sgd(best / 2))};
    for (Recipe& recipe : spec.lanes) recipe.phases.front().layers = {1};
    return spec;
}

Spec between() {
    Spec spec;
    spec.name = "between";
    spec.title = "Between SGD and Muon";
    spec.about =
        "From SGD to Muon by their orthogonalisers: the fan closes with the power of the singular "
        "values and with the iterations, and AdamW goes a way of its own. Steps of constant length "
        "hover around the targets in the end, those of SGD, power .5 and AdamW shrink and settle.";
    spec.experiment.run = {.steps = 1200, .speed = 60};
    OptimizerSpec half = sgd(0.02), adamw = sgd(0.004);
    half.kind = OptimizerKind::spectral;
    half.orthogonaliser.power = 0.5;
    adamw.kind = OptimizerKind::adamw;
    OptimizerSpec few = muon(0.02), exact = few;
    few.orthogonaliser.engine = Engine::cubic;
    few.orthogonaliser.iterations = 3;
    exact.orthogonaliser.engine = Engine::svd;
    spec.lanes = {lane("SGD", sgd(0.02)),   lane("Spectral power .5", half), lane("Cubic x3", few),
                  lane("Muon", muon(0.02)), lane("Exact polar", exact),      lane("AdamW", adamw)};
    return spec;
}

Spec libraries() {
    Spec spec;
    spec.name = "libraries";
    spec.title = "Muon, as libraries have it";
    spec.about =
        "One Muon, eight libraries' conventions at the same learning rate .01: by the layer's "
        "shape alone their steps differ up to 11 times in length, heavy ball and EMA take the "
        "same path, and Nesterov looks ahead. What is called Muon's learning rate means something "
        "else in each.";
    Experiment& experiment = spec.experiment;
    experiment.network.widths = {48, 64, 32, 24};
    experiment.network.depth = 3;
    experiment.init.scale = 0.6;
    experiment.probe.lr = 0.02;  // some lanes' layers grow
    experiment.run = {.steps = 800, .speed = 60};
    // As many as there are lanes, no two of one path.
    for (const std::string_view slug :
         {"jordan", "torch_rms", "torch_spectral", "moonlight", "dion", "optax", "nemo", "mlx"}) {
        const auto flavour = std::find_if(flavours().begin(), flavours().end(),
                                          [&](const Flavour& each) { return each.slug == slug; });
        Recipe recipe = lane(std::string(flavour->label), flavour->spec);
        recipe.phases.front().optimizer.lr = 0.01;
        spec.lanes.push_back(std::move(recipe));
    }
    return spec;
}

Spec weight_norms() {
    Spec spec;
    spec.name = "weight-norms";
    spec.title = "Where weights settle";
    spec.about =
        "Gradients that are nearly all noise, a cosine schedule, three kinds of decay. Without it "
        "‖W‖ wanders off; with decay ~ γ it falls to the level of the dotted line and follows γ "
        "down; with ~ γ² it stays where it was until what is learned outweighs the noise.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.width = 16;
    experiment.target.scale = 1;
    experiment.target.modes = 8;
    experiment.probe.layer = 1;
    experiment.data = {.kind = DataKind::samples, .samples = 8192, .noise = 20, .batch = 16};
    experiment.run = {.steps = 4000, .speed = 240};
    OptimizerSpec plain = muon(0.02);
    plain.decay = Decay::rate;
    plain.weight_decay = 0.5;
    plain.schedule.kind = RateSchedule::cosine;
    plain.schedule.length = 4000;
    plain.schedule.last = 0.1;
    OptimizerSpec squared = plain, none = plain;
    squared.decay = Decay::rate_squared;
    none.decay = Decay::none;
    spec.lanes = {lane("No decay", none), lane("Decay ~ γ", plain), lane("Decay ~ γ²", squared)};
    return spec;
}

// What to begin with, then the published runs.
const std::vector<Spec> all = {two_ways_up(),
                               staged_spec(),
                               deep(),
                               momentum(),
                               tree(),
                               tanh_net(),
                               minibatch(),
                               rectangular(),
                               matched_norm(),
                               theory(),
                               three_dimensions(),
                               conditioning(),
                               between(),
                               libraries(),
                               weight_norms(),
                               blackbox_spec(),
                               ce_spec(),
                               tau_spec(10),
                               schedules_spec(screened_schedules()),
                               planned_spec(),
                               adjacent_spec(1)};

}  // namespace

std::span<const Spec> presets() {
    return all;
}

const Spec& preset(std::string_view name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Spec& spec) { return spec.name == name; });
    if (found != all.end()) return *found;
    std::string names;
    for (const Spec& spec : all) names += (names.empty() ? "" : ", ") + spec.name;
    throw Error("preset \"" + std::string(name) + "\"", "there is none of this name",
                "choose one of " + names);
}

}  // namespace muonscope

#include <utility>

#include "core/experiment/presets/list.h"

// To begin with, and what every newcomer should have seen once.
namespace muonscope {

using namespace preset_parts;

Preset two_ways_up_preset() {
    Spec spec;
    spec.name = "two-ways-up";
    spec.title = "Two ways up";
    spec.about =
        "SGD beside Muon from the same weights. SGD learns one singular value after the other, the "
        "smallest after step 500; Muon's rise together and are done by step 70.";
    // Of the first 150 seeds the one whose smallest mode comes latest, with all modes in order.
    spec.experiment.seed = 52;
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "On the left the lines rise one after the other: a gradient is small where a singular "
        "value is small. On the right they rise together: Muon's step has no small directions. "
        "Then see what the probe below gains from it.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "Each goes on from what the other has learned: both plots kink at the mark.",
         .swap = true},
        {.label = "Exact polar",
         .expect = "Muon's Newton–Schulz iterations give way to the exact polar factor: the fan at "
                   "the end of the climb closes further.",
         .settings = {{"lanes.1.optimizer.engine", "svd"}}},
        {.label = "Halve Muon's rate",
         .expect =
             "The trembling at the end is as high as a step is long: half the rate, half of it.",
         .settings = {{"lanes.1.optimizer.lr", "0.01"}}},
    };
    caption.arrows = {
        learned(0, 0, "the largest is there first"),
        learned(0, 11, "the smallest, long after"),
        learned(1, 11, "all are there"),
    };
    return {std::move(spec), first, "singular-values", std::move(caption)};
}

Preset deep_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.005))};
    Caption caption;
    caption.watch =
        "Between two modes SGD's loss stands still: through many layers a small singular value "
        "is hardly felt. Muon's steps do not shrink with it.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "Where SGD waits on a plateau, Muon leaves it within a few steps.",
         .swap = true},
        {.label = "A quarter of Muon's rate",
         .expect = "It arrives later and trembles a quarter as much.",
         .settings = {{"lanes.1.optimizer.lr", "0.00125"}}},
    };
    caption.arrows = {
        learned(0, 0, "the first mode leaves the plateau"),
        learned(0, 11, "the last mode of SGD"),
        learned(1, 11, "Muon has them all"),
    };
    return {std::move(spec), first, "singular-values", std::move(caption)};
}

Preset momentum_preset() {
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
    OptimizerSpec heavy = plain_sgd(0.004);
    heavy.momentum = 0.95;
    OptimizerSpec nesterov = heavy;
    nesterov.nesterov = true;
    spec.lanes = {lane("Plain", plain_sgd(0.004)), lane("Heavy ball", heavy),
                  lane("Nesterov", nesterov)};
    Caption caption;
    caption.watch =
        "The rate is the same in all lanes. A heavy ball adds up the past, so it runs ahead "
        "and overshoots; Nesterov looks where it is going and swings back sooner.";
    caption.attempts = {
        {.label = "No memory",
         .expect = "Momentum off in every lane: all go on as the first.",
         .settings = {{"optimizer.momentum", "0"}}},
        {.label = "A tenth of the rate",
         .expect =
             "The lanes with momentum now move about as plain SGD did, and do not overshoot as "
             "far.",
         .settings = {{"lanes.1.optimizer.lr", "0.0004"}, {"lanes.2.optimizer.lr", "0.0004"}}},
    };
    caption.arrows = {
        learned(1, 0, "on its way past the target"),
        learned(0, 0, "without momentum"),
    };
    return {std::move(spec), first, "singular-values", std::move(caption)};
}

Preset tree_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "Colours are leaves of a tree. Under SGD the broad branches part first and the fine "
        "ones after them, level by level; under Muon all of them part at once.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "SGD goes on from clusters that Muon has parted, and keeps them.",
         .swap = true},
        {.label = "Forget the small",
         .expect = "A weak start that is weaker still: SGD's levels come further apart.",
         .settings = {{"init.scale", "0.01"}}},
    };
    caption.arrows = {
        learned(0, 0, "the root of the tree"),
        learned(0, 11, "the leaves"),
    };
    return {std::move(spec), first, "representations", std::move(caption)};
}

Preset small_modes_preset() {
    Spec spec;
    spec.name = "small-modes";
    spec.title = "Small modes last, or first";
    spec.about =
        "Five modes, each half as large as the one before. SGD has the largest at step 61 and the "
        "smallest at step 680; steps of the exact polar factor have the smallest at step 43 and "
        "the largest at step 185. Dashed: the closed form of either.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.width = 8;
    experiment.target.decay = 0.5;
    experiment.target.modes = 5;
    experiment.init.kind = InitKind::aligned;
    experiment.init.scale = 0.05;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 900, .speed = 60};
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Exact polar", exact_polar_steps(0.01))};
    Caption caption;
    caption.watch =
        "Large first or small first? A gradient pulls hardest where most is missing, so SGD "
        "begins with the largest. Steps of one length move every singular value by as much, so "
        "the shortest way is done first.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "What is left to do changes its pace at the mark.",
         .swap = true},
        {.label = "Newton–Schulz",
         .expect = "Jordan's five iterations in place of the exact factor: lines swing, the order "
                   "stays.",
         .settings = {{"lanes.1.optimizer.kind", "muon"}, {"lanes.1.optimizer.lr", "0.01"}}},
    };
    caption.arrows = {
        learned(0, 0, "SGD: largest first"),
        learned(0, 4, "smallest last"),
        learned(1, 4, "smallest first"),
        learned(1, 0, "largest last"),
    };
    return {std::move(spec), first, "singular-values", std::move(caption)};
}

Preset three_dimensions_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", exact)};
    Caption caption;
    caption.watch =
        "What the net makes of a ball, as a body. A needle has one direction, a disc two, a "
        "ball all of them alike. Drag to turn it; with the updates shown, Muon's steps are "
        "balls.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "The disc fills up, the ball gets an edge.",
         .swap = true},
        {.label = "Start again from little",
         .expect = "A weaker start: SGD is a needle for longer.",
         .settings = {{"init.scale", "0.01"}}},
    };
    caption.arrows = {
        learned(0, 1, "needle becomes disc"),
        learned(0, 2, "and a body"),
        learned(1, 0, "as a ball"),
    };
    return {std::move(spec), first, "maps", std::move(caption)};
}

}  // namespace muonscope

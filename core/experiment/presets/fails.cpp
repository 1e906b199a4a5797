#include <cmath>
#include <cstdint>
#include <utility>

#include "core/experiment/presets/list.h"
#include "core/experiment/published/specs.h"

// Where a method, or the thesis, fails.
namespace muonscope {

using namespace preset_parts;

Preset ill_conditioned_preset() {
    Spec spec;
    spec.name = "ill-conditioned";
    spec.title = "An ill-conditioned target";
    spec.about =
        "Eight modes from 4 down to .007. SGD at .4 of its critical rate needs about twice as many "
        "steps for every further one, and has not the last at the end of the run; Muon has the "
        "smallest early, when the largest is far away, and all of them by step 257.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.width = 24;
    experiment.target.decay = 0.4;
    experiment.target.modes = 8;
    experiment.init.scale = 0.1;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 3000, .speed = 120};
    spec.lanes = {lane("SGD", plain_sgd(0.1)), lane("Muon", muon(0.01))};
    OptimizerSpec adamw = plain_sgd(0.005);
    adamw.kind = OptimizerKind::adamw;
    spec.lanes.push_back(lane("AdamW", adamw));
    Caption caption;
    caption.watch =
        "A thousandth of the largest value is part of the target too. SGD is at the rate that "
        "the largest allows and has all the time in the world for the smallest. Look at a log "
        "axis.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "SGD's missing modes are filled in from the mark on, Muon's trembling settles.",
         .swap = true},
        {.label = "Let Muon settle",
         .expect = "With a cosine schedule the largest and the smallest are both met.",
         .settings = {{"lanes.1.optimizer.schedule", "cosine"}}},
    };
    caption.arrows = {
        learned(0, 0, "SGD's largest, at once"),
        learned(1, 5, "Muon: a small one at once"),
        learned(1, 0, "the largest takes its time"),
    };
    return {std::move(spec), fails, "singular-values", std::move(caption)};
}

Preset too_large_preset() {
    Spec spec;
    spec.name = "too-large";
    spec.title = "Too large a step";
    spec.about =
        "SGD at four learning rates from weights whose curvature allows 2/λ = .047. At .03 the "
        "loss only "
        "falls; at .06 it climbs first and comes down in a flatter place; at .07 no minimum is "
        "flat enough and "
        "it swings for ever; at .08 it diverges at step 8, alone.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.network.widths = {4, 128, 4};
    experiment.target.scale = 16;
    experiment.target.decay = 0.6;
    experiment.target.modes = 4;
    experiment.init.scale = 1;
    experiment.probe.layer = 1;
    experiment.probe.lr = 0.02;
    experiment.run = {.steps = 200, .speed = 8};
    spec.lanes = {lane("Calm", plain_sgd(0.03)), lane("Catapult", plain_sgd(0.06)),
                  lane("Edge", plain_sgd(0.07)), lane("Too large", plain_sgd(0.08))};
    Caption caption;
    caption.watch =
        "Four rates, one start. Calm comes down. Catapult climbs first, is thrown where the "
        "valley is wider, and settles there. Edge finds no valley wide enough and swings. The "
        "last one leaves.";
    caption.attempts = {
        {.label = "Calm the edge",
         .expect = "Half its rate: it falls into the valley.",
         .settings = {{"lanes.2.optimizer.lr", "0.035"}}},
        {.label = "A wider start",
         .expect = "Weights half as large have half the curvature: nothing is thrown.",
         .settings = {{"init.scale", "0.5"}}},
    };
    caption.arrows = {
        {.lane = 1, .channel = Channel::loss, .level = 1, .words = "thrown, and settled"},
    };
    return {std::move(spec), fails, "loss", std::move(caption)};
}

Preset noise_first_preset() {
    Spec spec;
    spec.name = "noise-first";
    spec.title = "Noise first";
    spec.about =
        "Four true modes in 64 noisy samples. SGD has all four by step 217, when the noise has "
        "hardly begun; "
        "Muon's steps know no small directions: at step 50 the first mode of the noise is as large "
        "as the fourth true one. "
        "Whoever stops early gains with SGD and not with Muon.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 2;
    experiment.target.decay = 0.7;
    experiment.target.modes = 4;
    experiment.data = {.kind = DataKind::samples, .samples = 64, .noise = 0.5};
    experiment.init.scale = 0.05;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 1000, .speed = 60};
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "Grey lines are noise: directions that the target does not have. SGD learns the true "
        "ones first and could be stopped in time. Muon lifts noise as fast as truth, and there "
        "is no such time.";
    caption.attempts = {
        {.label = "Swap the optimisers",
         .expect = "Muon lifts the noise that SGD had left alone.",
         .swap = true},
        {.label = "Eight times the samples",
         .expect = "More data, less noise to learn: the grey lines stay low.",
         .settings = {{"data.samples", "512"}}},
        {.label = "Let the small pass",
         .expect = "A high floor: directions with little gradient are no longer lifted.",
         .settings = {{"lanes.1.optimizer.engine", "floored"}, {"lanes.1.optimizer.floor", "0.5"}}},
    };
    caption.arrows = {
        learned(0, 3, "SGD: the last true mode"),
        learned(1, 3, "Muon: noise is there as well"),
    };
    return {std::move(spec), fails, "singular-values", std::move(caption)};
}

Preset exact_polar_preset() {
    Spec spec = staged_spec();
    spec.name = "exact-polar";
    spec.title = "Too exact, and floored";
    spec.about =
        "The paper's staged run with other orthogonalisers on layer 1. After the exact polar "
        "factor "
        "layer 2 needs more than twice as many steps as after SGD: it lifts what is hardly there "
        "as "
        "much as the rest. Floored at .15 it passes that in proportion, and layer 2 needs a few "
        "steps fewer than after SGD.";
    const Recipe muon_first = spec.lanes.back();
    for (const auto& [name, engine] :
         {std::pair{"Exact polar", Engine::svd}, std::pair{"Floored polar", Engine::floored}}) {
        Recipe recipe = muon_first;
        recipe.name = name;
        OrthogonaliserSpec& orthogonaliser = recipe.phases.front().optimizer.orthogonaliser;
        orthogonaliser.engine = engine;
        orthogonaliser.floor = 0.15;
        orthogonaliser.precision = Precision::float64;
        spec.lanes.push_back(std::move(recipe));
    }
    spec.experiment.run.steps = 32000;
    Caption caption;
    caption.watch =
        "The thesis has a limit. The exact polar factor lifts even directions that are hardly "
        "in the gradient, and the layer it leaves behind is hard to build on. A floor, as "
        "Newton–Schulz has one by nature, lets them pass in proportion.";
    caption.attempts = {
        {.label = "A low floor",
         .expect = "A hundredth: still above what few iterations lift.",
         .settings = {{"lanes.3.phases.0.optimizer.floor", "0.01"}, {"seed", "0"}}},
        {.label = "Another seed",
         .expect = "Which is ahead, SGD or the floor, depends on the start; the exact factor is "
                   "behind in all that were tried.",
         .settings = {{"seed", "1"}}},
    };
    return {std::move(spec), fails, "loss", std::move(caption)};
}

Preset random_spectrum_preset() {
    Spec spec;
    spec.name = "random-spectrum";
    spec.title = "A random spectrum as control";
    spec.about =
        "Muon's singular vectors with positive values drawn at random, the same at every step and "
        "about as long "
        "as Muon's. With one draw all modes are learned by step 89, little later than Muon's 70; "
        "with another not before 721, later than SGD's 564. "
        "An even spectrum is a safe choice, not the only one.";
    spec.experiment.seed = 52;
    spec.experiment.probe.lr = 0.03;  // some layers grow
    spec.experiment.run = {.steps = 900, .speed = 60};
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    for (const auto& [name, seed] : {std::pair{"Random", 1}, std::pair{"Random again", 5}}) {
        // About as long as Muon's steps: .02 √(directions that the gradient has), times √(32 · 32).
        OptimizerSpec random = muon(0.02 * std::sqrt(12.0) / 32);
        random.norm_law = NormLaw::rms;
        random.orthogonaliser.engine = Engine::random_spectrum;
        random.orthogonaliser.seed = static_cast<std::uint64_t>(seed);
        spec.lanes.push_back(lane(name, random));
    }
    Caption caption;
    caption.watch =
        "Is it evenness that helps, or anything but the gradient's own spectrum? Two lanes "
        "take random values instead: one is nearly as good as Muon, the other worse than SGD.";
    caption.attempts = {
        {.label = "Another draw",
         .expect = "Both random lanes with other values.",
         .settings = {{"lanes.2.optimizer.engine_seed", "2"},
                      {"lanes.3.optimizer.engine_seed", "3"}}},
        {.label = "Swap the optimisers",
         .expect = "Each goes on from what the other left.",
         .swap = true},
    };
    caption.arrows = {
        learned(1, 11, "Muon: even"),
        learned(2, 11, "random, and lucky"),
        learned(0, 11, "SGD"),
    };
    return {std::move(spec), fails, "singular-values", std::move(caption)};
}

}  // namespace muonscope

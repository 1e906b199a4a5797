#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/experiment/presets/list.h"
#include "core/optim/flavours.h"

// Optimisers beside one another.
namespace muonscope {

using namespace preset_parts;

Preset matched_norm_preset() {
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
    Caption caption;
    caption.watch =
        "Both lanes are Muon; only the length of a step differs. As long as the gradient, it "
        "shrinks on the way and settles; of constant length, it arrives sooner and trembles.";
    caption.attempts = {
        {.label = "Exchange the laws",
         .expect = "The one that trembled settles, the other begins to tremble.",
         .swap = true},
        {.label = "Shrink the constant one",
         .expect = "A cosine schedule does by hand what the gradient does by itself.",
         .settings = {{"lanes.0.optimizer.schedule", "cosine"}}},
    };
    caption.arrows = {
        learned(0, 0, "constant"),
        learned(1, 0, "matched"),
    };
    return {std::move(spec), ways, "singular-values", std::move(caption)};
}

Preset between_preset() {
    Spec spec;
    spec.name = "between";
    spec.title = "Between SGD and Muon";
    spec.about =
        "From SGD to Muon by their orthogonalisers: the fan closes with the power of the singular "
        "values and with the iterations, and AdamW goes a way of its own. Steps of constant length "
        "hover around the targets in the end, those of SGD, power .5 and AdamW shrink and settle.";
    spec.experiment.run = {.steps = 1200, .speed = 60};
    OptimizerSpec half = plain_sgd(0.02), adamw = plain_sgd(0.004);
    half.kind = OptimizerKind::spectral;
    half.orthogonaliser.power = 0.5;
    adamw.kind = OptimizerKind::adamw;
    OptimizerSpec few = muon(0.02), exact = few;
    few.orthogonaliser.engine = Engine::cubic;
    few.orthogonaliser.iterations = 3;
    exact.orthogonaliser.engine = Engine::svd;
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Spectral power .5", half),
                  lane("Cubic x3", few),        lane("Muon", muon(0.02)),
                  lane("Exact polar", exact),   lane("AdamW", adamw)};
    Caption caption;
    caption.watch =
        "From left to right the orthogonaliser evens the spectrum more and more, and the fan "
        "closes. AdamW evens entries, not singular values.";
    caption.attempts = {
        {.label = "Power zero",
         .expect = "The spectral power goes all the way: it becomes the exact polar factor.",
         .settings = {{"lanes.1.optimizer.power", "0"}}},
        {.label = "More iterations",
         .expect = "Ten cubic iterations lift what three could not.",
         .settings = {{"lanes.2.optimizer.iterations", "10"}}},
    };
    caption.arrows = {
        learned(0, 0, "SGD's first"),
        learned(3, 0, "Muon's"),
    };
    return {std::move(spec), ways, "singular-values", std::move(caption)};
}

Preset norm_only_preset() {
    Spec spec;
    spec.name = "norm-only";
    spec.title = "Is it the length alone?";
    spec.about =
        "Direction and length of a step, exchanged. SGD's direction with about Muon's length is "
        "fast and "
        "still a fan, its last mode at step 127, 103 steps after its first; Muon's direction with "
        "SGD's length is slow and still a bundle. What evens the spectrum is the direction.";
    // Of two-ways-up, so that the two can be laid side by side.
    spec.experiment.seed = 52;
    spec.experiment.run = {.steps = 900, .speed = 60};
    // Muon's steps are as long as .02 √(directions that the gradient has): .06 to .08 here.
    OptimizerSpec as_long_as_muon = plain_sgd(0.02 * std::sqrt(12.0) / 32);  // times √(32 · 32)
    as_long_as_muon.kind = OptimizerKind::spectral;
    as_long_as_muon.orthogonaliser.power = 1;
    as_long_as_muon.norm_law = NormLaw::rms;
    OptimizerSpec as_long_as_sgd = muon(0.02);
    as_long_as_sgd.norm_law = NormLaw::matched;
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("SGD, Muon's length", as_long_as_muon),
                  lane("Muon, SGD's length", as_long_as_sgd), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "Is Muon only SGD with longer steps? The second lane has SGD's direction and Muon's "
        "length: faster, and still one mode after the other. The third has Muon's direction "
        "and SGD's length: slower, and still together.";
    caption.attempts = {
        {.label = "Give each the other's",
         .expect = "Direction and length change lanes at the mark.",
         .swap = true},
        {.label = "Settle down",
         .expect = "A cosine schedule in the lanes of constant length.",
         .settings = {{"lanes.1.optimizer.schedule", "cosine"},
                      {"lanes.3.optimizer.schedule", "cosine"}}},
    };
    caption.arrows = {
        learned(1, 0, "fast"),
        learned(1, 11, "but one by one"),
        learned(2, 11, "slow, but together"),
    };
    return {std::move(spec), ways, "singular-values", std::move(caption)};
}

Preset libraries_preset() {
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
    Caption caption;
    caption.watch =
        "The same method and the same number for its rate, as eight libraries understand them. "
        "Compare how soon the lines rise: a rate taken from one library's recipe means another "
        "step in the next.";
    caption.attempts = {
        {.label = "A tenth of all rates",
         .expect = "Every lane slows down alike: their order is a matter of convention.",
         .settings = {{"optimizer.lr", "0.001"}}},
        {.label = "No shape scale",
         .expect = "What differs by the layer's shape goes; nearly one picture remains.",
         .settings = {{"optimizer.shape_scale", "none"}}},
    };
    caption.arrows = {
        learned(0, 0, "Jordan's"),
        learned(4, 0, "dion's"),
    };
    return {std::move(spec), ways, "singular-values", std::move(caption)};
}

Preset weight_norms_preset() {
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
    Caption caption;
    caption.watch =
        "The gradient is nearly all noise, so weights wander; decay holds them at a level that "
        "depends on the rate. As the schedule lowers it, decay in proportion pulls the level "
        "down, decay by its square keeps it.";
    caption.attempts = {
        {.label = "Stronger decay",
         .expect = "The dotted levels come down, the weights follow.",
         .settings = {{"optimizer.weight_decay", "2"}}},
        {.label = "No schedule",
         .expect = "At one rate there is one level.",
         .settings = {{"optimizer.schedule", "constant"}}},
    };
    return {std::move(spec), ways, "weight-norms", std::move(caption)};
}

}  // namespace muonscope

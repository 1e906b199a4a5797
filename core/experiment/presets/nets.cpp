#include <utility>

#include "core/experiment/presets/list.h"

// Other nets and other data.
namespace muonscope {

using namespace preset_parts;

Preset tanh_net_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.01))};
    Caption caption;
    caption.watch =
        "The theory is of linear nets, the picture is not: with tanh between the layers SGD "
        "still fans out and Muon still bundles.";
    caption.attempts = {
        {.label = "Without tanh",
         .expect = "The same net, linear, from the start.",
         .settings = {{"network.activation", "linear"}}},
        {.label = "Swap the optimisers",
         .expect = "Fan and bundle change places at the mark.",
         .swap = true},
    };
    caption.arrows = {
        learned(0, 0, "SGD's first"),
        learned(1, 0, "Muon's first, others with it"),
    };
    return {std::move(spec), nets, "singular-values", std::move(caption)};
}

Preset minibatch_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "Each step sees other samples. SGD's steps shrink with the gradient, so it settles; "
        "Muon's keep their length, so it arrives first and hovers.";
    caption.attempts = {
        {.label = "Let Muon's rate fall",
         .expect = "A cosine schedule: the hovering comes down with it.",
         .settings = {{"lanes.1.optimizer.schedule", "cosine"}}},
        {.label = "All samples at once",
         .expect = "No minibatches: what is left of the trembling is the length of a step.",
         .settings = {{"data.batch", "0"}}},
        {.label = "Swap the optimisers",
         .expect = "Who settles and who hovers changes at the mark.",
         .swap = true},
    };
    caption.arrows = {
        learned(1, 0, "Muon arrives"),
    };
    return {std::move(spec), nets, "loss", std::move(caption)};
}

Preset rectangular_preset() {
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
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.02))};
    Caption caption;
    caption.watch =
        "A narrow layer leaves room for some of the modes only. SGD takes what it finds first "
        "and trades it later; Muon sorts them out sooner.";
    caption.attempts = {
        {.label = "Widen the neck",
         .expect = "With room for all modes the trading ends.",
         .settings = {{"network.widths", "48,64,16,24"}}},
        {.label = "Swap the optimisers",
         .expect = "Muon tidies up what SGD has begun.",
         .swap = true},
    };
    caption.arrows = {
        learned(0, 0, "SGD's first"),
        learned(1, 0, "Muon's"),
    };
    return {std::move(spec), nets, "singular-values", std::move(caption)};
}

Preset depth_preset() {
    Spec spec;
    spec.name = "depth";
    spec.title = "How deep?";
    spec.about =
        "The same five modes through one, two, four or eight layers. One layer has all of them "
        "between "
        "steps 87 and 133; with two SGD takes from 51 to 311, with four from 37 to 497, with eight "
        "from 27 to "
        "594. Muon with eight has all of them by step 44.";
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 4;
    experiment.network.width = 16;
    experiment.target.scale = 2;
    experiment.target.decay = 0.6;
    experiment.target.modes = 5;
    experiment.init.kind = InitKind::orthogonal;
    experiment.init.scale = 0.8;
    experiment.probe.layer = 1;
    experiment.run = {.steps = 1200, .speed = 60};
    spec.lanes = {lane("SGD", plain_sgd(0.02)), lane("Muon", muon(0.01))};
    Caption caption;
    caption.watch =
        "One layer has no order at all: every mode comes at its own pace, and these are alike. "
        "Each layer more makes large ones faster and small ones slower, under SGD. Under Muon "
        "they come closer together.";
    caption.attempts = {
        {.label = "One layer",
         .expect = "No fan: nothing is multiplied.",
         .settings = {{"network.depth", "1"}}},
        {.label = "Two layers",
         .expect = "The fan opens: the last is long after the first.",
         .settings = {{"network.depth", "2"}}},
        {.label = "Eight layers",
         .expect = "Long plateaus for SGD, one bundle for Muon.",
         .settings = {{"network.depth", "8"}}},
    };
    caption.arrows = {
        learned(0, 0, "SGD's first"),
        learned(0, 4, "SGD's last"),
        learned(1, 4, "Muon's smallest"),
    };
    return {std::move(spec), nets, "singular-values", std::move(caption)};
}

}  // namespace muonscope

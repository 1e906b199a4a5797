#include <string>
#include <utility>

#include "core/experiment/presets/list.h"

// Facts that are asked for rarely (arXiv 2509.26030).
namespace muonscope {

using namespace preset_parts;

namespace {

// One matrix from zero, asked for 64 facts by Zipf's law.
Spec spec_of_facts(int width) {
    Spec spec;
    Experiment& experiment = spec.experiment;
    experiment.network.depth = 1;
    experiment.network.width = width;
    experiment.init.scale = 0;
    experiment.loss = LossKind::cross_entropy;
    experiment.data.kind = DataKind::associations;
    experiment.data.facts = 64;
    experiment.probe.layer = 1;
    experiment.probe.lr = 1e-4;
    return spec;
}

OptimizerSpec adamw(double lr) {
    OptimizerSpec optimizer = plain_sgd(lr);
    optimizer.kind = OptimizerKind::adamw;
    return optimizer;
}

}  // namespace

Preset rare_facts_preset() {
    Spec spec = spec_of_facts(64);
    spec.name = "rare-facts";
    spec.title = "Rare facts";
    spec.about =
        "64 facts in a matrix of 64 x 64, the k-th asked for 1/k as often as the first. After ten "
        "steps SGD knows the first with probability .986, the 33rd with .093 and the last with "
        ".041, AdamW with 1.000, .232 and .042 in this draw, five Newton–Schulz iterations with "
        ".994, .993 and .987. Each rate is the least, of 1 and 3 times powers of ten, that knows "
        "the first with .98 by then: what differs is the rest.";
    spec.experiment.run = {.steps = 100, .speed = 4};
    spec.lanes = {lane("SGD", plain_sgd(30)), lane("Muon", muon(1)),
                  lane("Exact polar", exact_polar_steps(1)), lane("AdamW", adamw(0.1))};
    Caption caption;
    caption.watch =
        "A fact pulls at the matrix as often as it is asked for, and SGD moves as far as it is "
        "pulled: head, middle and tail are learned one after the other. Muon moves as far in "
        "every direction, and each fact has one of its own: they are learned together.";
    caption.attempts = {
        {.label = "Over steps",
         .expect = "SGD's middle and tail come later than its head, Muon's with it.",
         .choices = {"facts_view=0"}},
        {.label = "All alike",
         .expect = "Without a tail nobody is rare, and SGD too learns all facts at once.",
         .settings = {{"data.exponent", "0"}}},
        {.label = "SGD at its largest rate",
         .expect = "At right angles no rate is too large: all sooner, the tail still last.",
         .settings = {{"lanes.0.optimizer.lr", "100"}}},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::head_loss, .level = 0.1, .words = "SGD's head"},
        {.lane = 1, .channel = Channel::tail_loss, .level = 0.1, .words = "Muon's tail"},
    };
    return {std::move(spec), ways, "rare-facts", std::move(caption), "update"};
}

Preset crowded_facts_preset() {
    Spec spec = spec_of_facts(16);
    spec.name = "rare-facts-crowded";
    spec.title = "Rare facts, crowded";
    spec.about =
        "64 facts with Gaussian keys and values in 16 dimensions, each lane at the rate, of 1 and "
        "3 times powers of ten up to 100, that has the least loss after 400 steps. In this draw "
        "Muon's is .383 by then, its head's .24 and its tail's 2.34, not far from SGD's 2.47; "
        "AdamW, at .115, leaves both behind.";
    DataSpec& data = spec.experiment.data;
    data.keys = data.values = VectorKind::gaussian;
    spec.experiment.probe.lr = 1e-6;  // AdamW's outputs grow large
    spec.experiment.run = {.steps = 400, .speed = 20};
    spec.lanes = {lane("SGD", plain_sgd(100)), lane("Muon", muon(1)),
                  lane("Exact polar", exact_polar_steps(0.3)), lane("AdamW", adamw(10))};
    Caption caption;
    caption.watch =
        "Four times as many facts as dimensions: what is learned of one moves the others, and no "
        "direction belongs to a rare fact alone. Steps of one length in all directions are no "
        "longer steps of one length for all facts: every lane's tail is late.";
    caption.attempts = {
        {.label = "Room for all",
         .expect = "As many dimensions as facts: nearly at right angles, Muon knows all at once.",
         .settings = {{"network.width", "64"}}},
        {.label = "Half as many facts",
         .expect = "Muon's tail falls soon after its head.",
         .settings = {{"data.facts", "32"}}},
        {.label = "Over steps",
         .expect = "The head is learned soon by all four, the tail late by all four.",
         .choices = {"facts_view=0"}},
    };
    caption.arrows = {
        {.lane = 1, .channel = Channel::head_loss, .level = 0.5, .words = "Muon's head alone"},
        {.lane = 3, .channel = Channel::tail_loss, .level = 1, .words = "AdamW's tail"},
    };
    return {std::move(spec), fails, "rare-facts", std::move(caption), "update"};
}

}  // namespace muonscope

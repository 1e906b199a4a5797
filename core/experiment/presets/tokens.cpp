#include <utility>

#include "core/experiment/matrix_groups.h"
#include "core/experiment/presets/list.h"

// Transformers: which matrices deserve Muon?
namespace muonscope {

using namespace preset_parts;

namespace {

OptimizerSpec adamw(double lr) {
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::adamw;
    optimizer.lr = lr;
    return optimizer;
}

OptimizerSpec muon_with_momentum(double lr) {
    OptimizerSpec optimizer = muon(lr);
    optimizer.momentum = 0.95;
    optimizer.nesterov = true;
    return optimizer;
}

// One optimiser in the blocks, another for embedding and head: what practice does.
Recipe inside_and_outside(std::string name, const Experiment& experiment,
                          const OptimizerSpec& inside, const OptimizerSpec& outside) {
    Recipe recipe = lane(std::move(name), outside);
    std::vector<std::optional<OptimizerSpec>>& own = recipe.phases.front().layer_optimizers;
    own.resize(static_cast<std::size_t>(count_of_matrices(experiment)));
    for (const int number : matrices_called(experiment, "inside")) own[index_of(number)] = inside;
    while (!own.empty() && !own.back()) own.pop_back();
    return recipe;
}

// Small enough for 60 steps a second of two lanes on one core.
Experiment small_transformer(TaskKind task, int context) {
    Experiment experiment;
    experiment.model = ModelKind::transformer;
    experiment.transformer = {
        .blocks = 2, .width = 32, .heads = 4, .hidden = 128, .context = context};
    experiment.task.kind = task;
    experiment.init.scale = 1;
    experiment.probe = {.layer = 1, .steps = 20, .lr = 0.02, .threshold = 0.5};
    return experiment;
}

// Decoupled, W <- (1 - lr lambda) W.
OptimizerSpec decayed(OptimizerSpec optimizer, double weight_decay) {
    optimizer.decay = Decay::rate;
    optimizer.weight_decay = weight_decay;
    return optimizer;
}

}  // namespace

Preset stories_preset() {
    Spec spec;
    spec.name = "stories";
    spec.title = "Little stories";
    spec.about =
        "Two blocks of width 32 read 64 KB of stories made by rules, byte by byte. AdamW, at the "
        "best of three rates, has a loss of .65 at step 250, Muon in the blocks .54; at step 600 "
        "they are level, .51 and .53.";
    Experiment& experiment = spec.experiment;
    experiment = small_transformer(TaskKind::text, 32);
    experiment.run = {.steps = 1000, .speed = 60};
    spec.lanes = {
        lane("AdamW", adamw(0.01)),
        inside_and_outside("Muon inside", experiment, muon_with_momentum(0.02), adamw(0.01))};
    Caption caption;
    caption.watch =
        "Both lanes read the same pieces of text. One moves every matrix by AdamW; the other "
        "orthogonalises the updates of the blocks' matrices and leaves embedding and head to "
        "AdamW. Tokens shows where heads look and what each lane goes on to say.";
    caption.attempts = {
        {.label = "Muon everywhere",
         .expect = "Embedding and head too: each update moves all tokens alike, rare ones as well.",
         .settings = {{"lanes.1.layers.outside.optimizer.kind", "muon"},
                      {"lanes.1.layers.outside.optimizer.lr", "0.02"}}},
        {.label = "AdamW for query and key",
         .expect = "What is left of the lead says what these two are worth.",
         .settings = {{"lanes.1.layers.query.optimizer.kind", "adamw"},
                      {"lanes.1.layers.query.optimizer.lr", "0.01"},
                      {"lanes.1.layers.key.optimizer.kind", "adamw"},
                      {"lanes.1.layers.key.optimizer.lr", "0.01"}}},
        {.label = "Swap the optimisers",
         .expect = "Whoever led falls back, within some hundred steps.",
         .swap = true},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::loss, .level = 0.8, .words = "AdamW spells"},
        {.lane = 1, .channel = Channel::loss, .level = 0.8, .words = "Muon spells"},
    };
    return {std::move(spec), nets, "tokens", std::move(caption)};
}

Preset token_facts_preset() {
    Spec spec;
    spec.name = "token-facts";
    spec.title = "Facts, by a transformer";
    spec.about =
        "Which facts are known first? At step 250 the tail, asked for least, has a loss of 2.1 "
        "under AdamW and of 1.6 with Muon in the blocks; at step 420 they are level, at step 600 "
        "AdamW is ahead, .20 to .31.";
    Experiment& experiment = spec.experiment;
    experiment = small_transformer(TaskKind::facts, 32);
    experiment.task.exponent = 1.2;
    experiment.run = {.steps = 800, .speed = 60};
    spec.lanes = {
        lane("AdamW", adamw(0.005)),
        inside_and_outside("Muon inside", experiment, muon_with_momentum(0.01), adamw(0.005))};
    Caption caption;
    caption.watch =
        "256 facts, subject and relation to object; the most frequent comes up some 780 times as "
        "often "
        "as the last. Rare facts has the loss of head, middle and tail and of each fact; Kinds and "
        "blocks shows what the updates do to each matrix.";
    caption.attempts = {
        {.label = "All facts alike",
         .expect = "Without a tail the order in which facts are learned is lost.",
         .settings = {{"task.exponent", "0"}}},
        {.label = "AdamW for query and key",
         .expect = "Query and key go back to AdamW.",
         .settings = {{"lanes.1.layers.query.optimizer.kind", "adamw"},
                      {"lanes.1.layers.query.optimizer.lr", "0.005"},
                      {"lanes.1.layers.key.optimizer.kind", "adamw"},
                      {"lanes.1.layers.key.optimizer.lr", "0.005"}}},
        {.label = "Swap the optimisers", .expect = "The lead changes hands.", .swap = true},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::loss, .level = 0.5, .words = "AdamW knows most"},
        {.lane = 1, .channel = Channel::loss, .level = 0.5, .words = "Muon knows most"},
    };
    return {std::move(spec), nets, "kinds-and-blocks", std::move(caption), "rare-facts"};
}

Preset induction_preset() {
    Spec spec;
    spec.name = "induction";
    spec.title = "Copying";
    spec.about =
        "Sixteen of 32 symbols, and the same once more: a head has to look for what came before. "
        "AdamW has found it by step 100, at a loss of .04, where Muon in the blocks is at .73; by "
        "step 150 both have.";
    Experiment& experiment = spec.experiment;
    experiment = small_transformer(TaskKind::copy, 31);
    experiment.run = {.steps = 800, .speed = 60};
    spec.lanes = {
        lane("AdamW", adamw(0.01)),
        inside_and_outside("Muon inside", experiment, muon_with_momentum(0.02), adamw(0.01))};
    Caption caption;
    caption.watch =
        "Sixteen symbols, and the same once more. No rule of single symbols helps: a head has to "
        "find the same symbol before and look one place on. Attention in Tokens shows the "
        "diagonal when it is there, and the loss falls at that step.";
    caption.attempts = {
        {.label = "One block",
         .expect = "Induction takes two: one head looks back by one, another finds the match.",
         .settings = {{"transformer.blocks", "1"}}},
        {.label = "Swap the optimisers",
         .expect = "What is found is kept, whoever goes on.",
         .swap = true},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::loss, .level = 1, .words = "AdamW has found it"},
        {.lane = 1, .channel = Channel::loss, .level = 1, .words = "Muon has found it"},
    };
    return {std::move(spec), nets, "tokens", std::move(caption)};
}

// Power et al. 2022 (arXiv 2201.02177), small: one block, half of all pairs. Rates and decays are
// the best of about ten pairs each.
Preset modular_preset() {
    Spec spec;
    spec.name = "modular";
    spec.title = "Modular addition";
    spec.about =
        "a + b modulo 31 from half of all pairs. At step 400 both say every one of these right. Of "
        "the pairs never seen AdamW has .47 right, hardly more than the .46 of step 200, and Muon "
        "in the block .95; AdamW comes to .97 by step 900.";
    Experiment& experiment = spec.experiment;
    experiment = small_transformer(TaskKind::modular, 3);
    experiment.transformer.blocks = 1;
    experiment.task.batch = 128;
    experiment.task.held_out = 256;
    experiment.run = {.steps = 2000, .speed = 120};
    const OptimizerSpec outside = decayed(adamw(0.01), 0.5);
    spec.lanes = {lane("AdamW", outside),
                  inside_and_outside("Muon inside", experiment,
                                     decayed(muon_with_momentum(0.02), 1), outside)};
    Caption caption;
    caption.watch =
        "Dotted is the loss of pairs that are trained on: soon nearly nothing. The curve is that "
        "of "
        "pairs never seen: it stays high, as what is known by heart says little of them, and falls "
        "later, once weight decay has left a rule that holds for all. AdamW jolts on its way.";
    caption.attempts = {
        {.label = "No weight decay",
         .expect = "What is known by heart stays, and the other half is found late or never.",
         .settings = {{"lanes.0.optimizer.decay", "none"},
                      {"lanes.1.layers.inside.optimizer.decay", "none"},
                      {"lanes.1.layers.outside.optimizer.decay", "none"}}},
        {.label = "Seven tenths to train on",
         .expect = "The more is given, the sooner the rule follows the rote.",
         .settings = {{"task.training", "0.7"}}},
        {.label = "Accuracy",
         .expect = "Of the pairs never seen nearly half come early: b + a was among the others.",
         .choices = {"loss_accuracy"}},
    };
    caption.arrows = {
        {.lane = 0, .channel = Channel::training_loss, .level = 0.1, .words = "AdamW, by heart"},
        {.lane = 0, .channel = Channel::loss, .level = 0.5, .words = "AdamW has the rule"},
        {.lane = 1, .channel = Channel::loss, .level = 0.5, .words = "Muon has the rule"},
    };
    return {std::move(spec), nets, "loss", std::move(caption)};
}

}  // namespace muonscope

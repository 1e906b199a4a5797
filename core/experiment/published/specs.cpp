#include "core/experiment/published/specs.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace muonscope {
namespace {

constexpr double threshold = 0.05;  // relative error

int seed_of(int published, std::uint64_t shift) {
    // Beyond 31 bits the seeds begin again, as the spec holds no larger ones.
    return static_cast<int>((static_cast<std::uint64_t>(published) + shift) & 0x7fffffffU);
}

OptimizerSpec muon(double lr, int iterations) {
    OptimizerSpec optimizer;
    optimizer.kind = OptimizerKind::muon;
    optimizer.lr = lr;
    optimizer.momentum_style = MomentumStyle::ema;
    optimizer.norm_law = NormLaw::matched;
    optimizer.orthogonaliser.iterations = iterations;
    optimizer.orthogonaliser.precision = Precision::tensor_core;
    return optimizer;
}

// Width 64, A = randn_cpu(0)/8, W_l = randn_cuda(l - 1)/8.
Experiment square_problem(int depth, std::uint64_t shift) {
    Experiment experiment;
    experiment.seed = shift;
    experiment.network.depth = depth;
    experiment.network.width = 64;
    experiment.target.kind = TargetKind::gaussian;
    experiment.target.scale = 1;
    experiment.target.stream = Stream::torch_cpu;
    experiment.target.stream_seed = seed_of(0, shift);
    experiment.init.scale = 1;
    experiment.init.stream = Stream::torch_cuda;
    for (int layer = 1; layer <= depth; ++layer)
        experiment.init.stream_seeds.push_back(seed_of(layer - 1, shift));
    experiment.loss = LossKind::relative;
    experiment.probe.layer = 1;
    return experiment;
}

Phase first_layer(const OptimizerSpec& optimizer) {
    Phase phase;
    phase.name = "layer 1";
    phase.layers = {1};
    phase.objective = Objective::layer_target;
    phase.optimizer = optimizer;
    phase.until.steps = 600;
    return phase;
}

Recipe recipe(std::string name, std::vector<Phase> phases) {
    Recipe recipe;
    recipe.name = std::move(name);
    recipe.phases = std::move(phases);
    return recipe;
}

std::vector<Recipe> after_first_layer(const std::vector<Phase>& then) {
    std::vector<Recipe> lanes;
    for (const auto& [name, optimizer] :
         {std::pair{"SGD", plain_sgd(0.2)}, std::pair{"Muon", muon(0.2, 3)}}) {
        std::vector<Phase> phases{first_layer(optimizer)};
        phases.insert(phases.end(), then.begin(), then.end());
        lanes.push_back(recipe(name, std::move(phases)));
    }
    return lanes;
}

}  // namespace

Spec staged_spec(std::uint64_t shift) {
    Spec spec;
    spec.name = "staged";
    spec.title = "Paper: staged";
    spec.about =
        "Layer 1 is trained for 600 steps by SGD or by Muon towards its own target, then frozen; "
        "layer 2 follows by SGD in both lanes. Muon ends farther from that target, and layer 2 "
        "still needs 115 steps fewer: 13321 against 13436.";
    spec.experiment = square_problem(2, shift);
    spec.experiment.run = {.steps = 30000, .speed = 0};
    Phase second;
    second.name = "layer 2";
    second.layers = {2};
    second.optimizer = plain_sgd(0.02);
    second.until.relative_error = threshold;
    spec.lanes = after_first_layer({second});
    return spec;
}

Spec blackbox_spec(std::uint64_t shift) {
    Spec spec;
    spec.name = "black-box";
    spec.title = "Paper: black box";
    spec.about =
        "The same first layer, and on top of it a hidden layer with tanh and a readout, which know "
        "nothing of how it was trained. They need 11417 steps after Muon and 11518 after SGD.";
    Experiment& experiment = spec.experiment;
    experiment = square_problem(3, shift);
    experiment.network.activation = Activation::tanh;
    experiment.network.tanh_from = 2;
    experiment.target.factors = 2;
    experiment.init.stream_seeds = {seed_of(0, shift), seed_of(10, shift), seed_of(10, shift)};
    experiment.run = {.steps = 30000, .speed = 0};
    Phase downstream;
    downstream.name = "layers 2, 3";
    downstream.layers = {2, 3};
    downstream.optimizer = plain_sgd(0.04);
    downstream.until.relative_error = threshold;
    spec.lanes = after_first_layer({downstream});
    return spec;
}

Spec ce_spec(std::uint64_t shift) {
    Spec spec;
    spec.name = "ce-probe";
    spec.title = "Paper: softmax probe";
    spec.about =
        "The same first layer under a softmax regression to eight classes of a random teacher. "
        "After 80 steps from zero its cross-entropy is .7040 on Muon's layer and .7078 on SGD's.";
    spec.experiment = square_problem(2, shift);
    spec.experiment.probe = {.layer = 1,
                             .task = ProbeTask::softmax,
                             .steps = 80,
                             .lr = 0.5,
                             .threshold = 0.3,
                             .samples = 4096,
                             .stream = Stream::torch_cuda,
                             .stream_seed = seed_of(7, shift)};
    spec.experiment.run = {.steps = 600, .speed = 60};
    spec.lanes = after_first_layer({});
    return spec;
}

Spec tau_spec(int tau, std::uint64_t shift) {
    Spec spec;
    spec.name = "tau";
    spec.title = "Paper: taking turns";
    spec.about = fmt::format(
        "Layers 1 and 2 take turns of {} steps until the relative error is .05; layer 2 always "
        "uses SGD. Muon on layer 1 gets there in 12 % fewer steps.",
        tau);
    spec.experiment = square_problem(2, shift);
    spec.experiment.run = {.steps = 60000, .speed = 0};
    for (const auto& [name, first] :
         {std::pair{"SGD", plain_sgd(0.02)}, std::pair{"Muon", muon(0.02, 5)}}) {
        std::vector<Phase> phases(tau == 0 ? 1 : 2);
        phases[0].optimizer = first;
        if (tau == 0) {
            phases[0].name = "both layers";
            phases[0].layer_optimizers = {std::nullopt, plain_sgd(0.02)};
        }
        for (std::size_t i = 0; tau > 0 && i < 2; ++i) {
            phases[i].name = fmt::format("layer {}", i + 1);
            phases[i].layers = {static_cast<int>(i) + 1};
            phases[i].until.steps = tau;
        }
        if (tau > 0) phases[1].optimizer = plain_sgd(0.02);
        spec.lanes.push_back(recipe(name, std::move(phases)));
        spec.lanes.back().repeats = tau > 0;
        spec.lanes.back().until.loss = threshold * threshold;
    }
    return spec;
}

std::vector<Schedule> schedules() {
    constexpr std::array powers{1.0, 0.5, 0.0};
    std::vector<Schedule> all;
    for (double first : powers)
        for (double second : powers)
            for (double third : powers) all.push_back({first, second, third});
    return all;
}

std::span<const Schedule> screened_schedules() {
    static constexpr std::array<Schedule, 8> chosen{{{0.5, 0.5, 0.5},
                                                     {1, 0.5, 1},
                                                     {1, 1, 1},
                                                     {0.5, 0, 0.5},
                                                     {1, 0, 1},
                                                     {0, 0.5, 0},
                                                     {0, 1, 0},
                                                     {0, 0, 0}}};
    return chosen;
}

Recipe follow(const Schedule& schedule) {
    const auto with_power = [](double power) {
        OptimizerSpec optimizer = plain_sgd(0.02);
        if (power == 1) return optimizer;  // SGD itself
        optimizer.kind = OptimizerKind::spectral;
        optimizer.norm_law = NormLaw::matched;
        optimizer.orthogonaliser.power = power;
        return optimizer;
    };
    Phase phase;
    phase.optimizer = with_power(schedule[0]);
    for (double power : schedule)
        phase.layer_optimizers.push_back(power == schedule[0] ? std::nullopt
                                                              : std::optional(with_power(power)));
    return recipe(fmt::format("{}, {}, {}", schedule[0], schedule[1], schedule[2]), {phase});
}

Spec schedules_spec(std::span<const Schedule> chosen, std::uint64_t shift) {
    Spec spec;
    spec.name = "schedules";
    spec.title = "Paper: schedules of powers";
    spec.about =
        "Each layer's gradient with its singular values to the power 1 (SGD), 1/2 or 0 (the exact "
        "polar factor), rescaled to the gradient's length. After one step SGD is ahead; after 20 "
        "the square root on every layer has the lowest loss.";
    spec.experiment = square_problem(3, shift);
    spec.experiment.loss = LossKind::half;
    spec.experiment.run = {.steps = 100, .speed = 10};
    for (const Schedule& schedule : chosen) spec.lanes.push_back(follow(schedule));
    return spec;
}

Spec planned_spec() {
    struct Stretch {
        int steps;
        Schedule schedule;
    };
    const auto plan = [](std::string name, const std::vector<Stretch>& stretches) {
        Recipe planned = recipe(std::move(name), {});
        for (const Stretch& stretch : stretches) {
            Phase phase = follow(stretch.schedule).phases.front();
            phase.name = fmt::format("powers {}, {}, {}", stretch.schedule[0], stretch.schedule[1],
                                     stretch.schedule[2]);
            phase.until.steps = stretch.steps;
            planned.phases.push_back(std::move(phase));
        }
        return planned;
    };
    Spec spec = schedules_spec({});
    spec.name = "planned";
    spec.title = "Paper: planned schedules";
    spec.about =
        "Two planners choose each layer's power every 10 steps: one by trying all 27 schedules for "
        "15 steps ahead, one from a single step and its Jacobian. Square roots first, then SGD: "
        "2.083 after 100 steps against SGD's 2.260. The second takes polar factors first and is "
        "ahead of both at step 50.";
    spec.lanes = {plan("SGD", {{100, {1, 1, 1}}}),
                  plan("Rollout", {{10, {0.5, 0.5, 0.5}}, {90, {1, 1, 1}}}),
                  plan("Jacobian", {{30, {0, 0, 0}}, {10, {0.5, 0, 0.5}}, {10, {1, 0.5, 1}}})};
    return spec;
}

Spec adjacent_spec(int pair, std::uint64_t shift) {
    Spec spec;
    spec.name = "adjacent";
    spec.title = "Paper: one more layer of Muon";
    spec.about = fmt::format(
        "Five layers with tanh; a round updates layers 1 to {} and then the others. The lanes "
        "differ in layer {} alone: SGD in one, Muon in the other.",
        pair + 1, pair + 1);
    Experiment& experiment = spec.experiment;
    experiment.seed = shift;
    experiment.network.depth = 5;
    experiment.network.widths = {32, 32, 32, 32, 32, 8};
    experiment.network.activation = Activation::tanh;
    experiment.target.kind = TargetKind::teacher;
    experiment.target.scale = 1;
    experiment.target.stream = Stream::torch_cuda;
    experiment.target.stream_seed = seed_of(22, shift);
    experiment.init.scale = 1;
    experiment.init.stream = Stream::torch_cuda;
    experiment.init.stream_seeds = {seed_of(3, shift)};
    experiment.data = {.kind = DataKind::samples,
                       .samples = 512,
                       .stream = Stream::torch_cuda,
                       .stream_seed = seed_of(21, shift)};
    experiment.loss = LossKind::mean;
    experiment.run = {.steps = 300, .speed = 60};
    for (int more = 0; more < 2; ++more) {
        std::vector<Phase> phases(2);
        phases[0].name = "up";
        phases[1].name = "down";
        phases[0].until.steps = phases[1].until.steps = 1;
        for (int layer = 1; layer <= 5; ++layer)
            phases[layer <= pair + 1 ? 0 : 1].layers.push_back(layer);
        phases[1].optimizer = plain_sgd(0.03);
        phases[0].optimizer = plain_sgd(0.03);
        for (int layer = 1; layer <= pair + more; ++layer)
            phases[0].layer_optimizers.emplace_back(muon(0.03, 3));
        spec.lanes.push_back(
            recipe(pair + more == 0 ? "SGD" : fmt::format("Muon on 1 to {}", pair + more), phases));
        spec.lanes.back().repeats = true;
    }
    return spec;
}

}  // namespace muonscope

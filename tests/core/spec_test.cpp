#include "core/experiment/spec.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/experiment/presets.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

Spec two_lanes() {
    Spec spec;
    spec.lanes.resize(2);
    spec.lanes[1].name = "Muon";
    return spec;
}

TEST(Spec, widths_are_all_alike_unless_they_are_given_one_by_one) {
    EXPECT_EQ(layer_widths({.depth = 2, .width = 7, .widths = {}}), (std::vector<int>{7, 7, 7}));
    EXPECT_EQ(layer_widths({.depth = 2, .width = 7, .widths = {3, 4, 5}}),
              (std::vector<int>{3, 4, 5}));
}

TEST(Spec, a_layer_without_an_optimizer_of_its_own_takes_the_phases) {
    Phase phase;
    phase.optimizer.lr = 0.5;
    phase.layer_optimizers = {std::nullopt, OptimizerSpec{.lr = 0.25}};
    EXPECT_EQ(optimizer_of(phase, 1).lr, 0.5);
    EXPECT_EQ(optimizer_of(phase, 2).lr, 0.25);
    EXPECT_EQ(optimizer_of(phase, 3).lr, 0.5);
}

TEST(Spec, a_phase_without_layers_trains_all_of_them) {
    Phase phase;
    EXPECT_TRUE(trains(phase, 3));
    phase.layers = {1, 2};
    EXPECT_TRUE(trains(phase, 2));
    EXPECT_FALSE(trains(phase, 3));
}

TEST(Spec, every_preset_is_valid) {
    for (const Spec& preset : presets())
        EXPECT_EQ(error_of([&] { validate(preset); }), "") << preset.name;
}

TEST(Spec, no_lane_at_all_is_refused) {
    EXPECT_MESSAGE(validate(Spec{}), "lanes: 0 lanes");
}

TEST(Spec, widths_that_contradict_the_depth_are_refused_with_their_file) {
    Spec spec = two_lanes();
    spec.experiment.network.widths = {4, 4};
    EXPECT_MESSAGE(validate(spec, "my.json"), "my.json: network.widths: 2 widths contradict");
}

TEST(Spec, values_outside_the_table_are_refused_wherever_they_stand) {
    Spec spec = two_lanes();
    spec.experiment.network.width = 0;
    EXPECT_MESSAGE(validate(spec), "network.width: 0 is not allowed");
    spec = two_lanes();
    spec.lanes[1].phases[0].optimizer.lr = std::numeric_limits<double>::infinity();
    EXPECT_MESSAGE(validate(spec), "lanes.1.phases.0.optimizer.lr: inf");
    spec = two_lanes();
    spec.lanes[1].phases[0].layer_optimizers = {
        std::nullopt, OptimizerSpec{.orthogonaliser = {.iterations = 21}}};
    EXPECT_MESSAGE(validate(spec), "lanes.1.phases.0.layer_optimizers.2.iterations: 21");
    spec = two_lanes();
    spec.lanes[0].phases[0].until.loss = std::numeric_limits<double>::quiet_NaN();
    EXPECT_MESSAGE(validate(spec), "lanes.0.phases.0.until.loss: nan");
}

TEST(Spec, layers_beyond_the_depth_are_refused) {
    Spec spec = two_lanes();
    spec.lanes[0].phases[0].layers = {4};
    EXPECT_MESSAGE(validate(spec), "there is no layer 4; layers are counted from 1 to 3");
    spec = two_lanes();
    spec.lanes[0].phases[0].layers = {2, 2};
    EXPECT_MESSAGE(validate(spec), "lanes.0.phases.0.layers");
    spec = two_lanes();
    spec.lanes[0].phases[0].layer_optimizers.resize(4);
    EXPECT_MESSAGE(validate(spec), "lanes.0.phases.0.layer_optimizers");
}

TEST(Spec, a_phase_behind_one_that_never_ends_is_refused) {
    Spec spec = two_lanes();
    spec.lanes[1].phases.resize(2);
    EXPECT_MESSAGE(validate(spec), "lanes.1.phases.0.until");
    spec.lanes[1].phases[0].until.steps = 10;
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
}

TEST(Spec, layer_targets_need_linear_layers_that_share_the_target) {
    Spec spec = two_lanes();
    Phase& phase = spec.lanes[0].phases[0];
    phase.objective = Objective::layer_target;
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
    NetworkSpec& network = spec.experiment.network;
    network.activation = Activation::tanh;
    EXPECT_MESSAGE(validate(spec), "layer 1 has tanh");
    network.tanh_from = 2;
    EXPECT_MESSAGE(validate(spec), "layer 2 has tanh");
    spec.experiment.target.factors = 2;
    EXPECT_MESSAGE(validate(spec), "layer 3 has no target");
    phase.layers = {1, 2};
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
    network.widths = {32, 32, 40, 32};
    EXPECT_MESSAGE(validate(spec), "40 outputs");
    network.widths = {32, 31, 32, 32};
    EXPECT_MESSAGE(validate(spec), "hidden width (31)");
}

TEST(Spec, only_the_last_phase_of_a_run_that_does_not_repeat_may_never_end) {
    Spec spec = two_lanes();
    Recipe& recipe = spec.lanes[0];
    recipe.phases.resize(2);
    recipe.phases[0].until.steps = 3;
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
    recipe.repeats = true;
    EXPECT_MESSAGE(validate(spec), "lanes.0.phases.1.until");
    recipe.phases[1].until.steps = 3;
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
    recipe.until.loss = -1;
    EXPECT_MESSAGE(validate(spec), "lanes.0.until.loss");
}

TEST(Spec, files_that_are_needed_but_not_named_are_asked_for) {
    Spec spec = two_lanes();
    spec.experiment.target.kind = TargetKind::file;
    EXPECT_MESSAGE(validate(spec), "target.file");
    spec = two_lanes();
    spec.experiment.init.kind = InitKind::files;
    spec.experiment.init.files = {"a.npy"};
    EXPECT_MESSAGE(validate(spec), "init.files");
}

TEST(Spec, a_batch_larger_than_the_data_is_refused) {
    Spec spec = two_lanes();
    spec.experiment.data = {.kind = DataKind::samples, .samples = 10, .batch = 11};
    EXPECT_MESSAGE(validate(spec), "data.batch: 11 is more than the 10 samples");
}

TEST(Spec, data_that_cannot_fit_in_memory_is_refused) {
    Spec spec = two_lanes();
    spec.experiment.network.depth = 16;
    spec.experiment.network.width = 1024;
    spec.experiment.data = {.kind = DataKind::samples, .samples = 65536};
    EXPECT_MESSAGE(validate(spec), "data.samples");
}

// As a file says it: which layers have an optimiser of their own, not how long the list is.
TEST(Spec, equals_another_whose_list_of_layers_optimisers_ends_in_none) {
    Phase one, other;
    other.layer_optimizers.resize(3);
    EXPECT_EQ(one, other);
    EXPECT_EQ(other, one);
    other.layer_optimizers[1] = OptimizerSpec{};
    EXPECT_NE(one, other);
    EXPECT_NE(other, one);
    one.layer_optimizers = {std::nullopt, OptimizerSpec{}};
    EXPECT_EQ(one, other);
    one.layer_optimizers[1]->lr = 0.5;
    EXPECT_NE(one, other);
}

}  // namespace
}  // namespace muonscope

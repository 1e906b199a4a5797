#include "core/experiment/parameters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/experiment/presets.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

Spec two_lanes() {
    Spec spec;
    spec.lanes.resize(2);
    spec.lanes[1].name = "Muon";
    spec.lanes[1].phases.resize(2);
    spec.lanes[1].phases[0].until.steps = 5;
    return spec;
}

std::string with(const std::string& path, const std::string& text) {
    Spec spec = two_lanes();
    return error_of([&] { set(spec, path, text); });
}

// ---- the table ----

TEST(Parameters, every_field_of_the_experiment_and_the_optimizer_has_its_row) {
    std::set<std::string> keys;
    for (const Parameter& parameter : experiment_parameters()) keys.emplace(parameter.key);
    EXPECT_EQ(keys, (std::set<std::string>{"seed",
                                           "model",
                                           "transformer.blocks",
                                           "transformer.width",
                                           "transformer.heads",
                                           "transformer.hidden",
                                           "transformer.context",
                                           "transformer.positions",
                                           "transformer.mlp",
                                           "transformer.tied",
                                           "transformer.precision",
                                           "task.kind",
                                           "task.batch",
                                           "task.held_out",
                                           "task.file",
                                           "task.subjects",
                                           "task.relations",
                                           "task.objects",
                                           "task.exponent",
                                           "task.symbols",
                                           "task.modulus",
                                           "task.training",
                                           "target.signs",
                                           "target.signs_seed",
                                           "network.depth",
                                           "network.width",
                                           "network.widths",
                                           "target.kind",
                                           "target.scale",
                                           "target.decay",
                                           "target.exponent",
                                           "target.modes",
                                           "target.noise",
                                           "target.file",
                                           "init.kind",
                                           "init.scale",
                                           "init.condition",
                                           "init.files",
                                           "data.kind",
                                           "data.samples",
                                           "data.noise",
                                           "data.batch",
                                           "data.facts",
                                           "data.exponent",
                                           "data.keys",
                                           "data.values",
                                           "loss",
                                           "probe.layer",
                                           "probe.task",
                                           "probe.steps",
                                           "probe.lr",
                                           "probe.threshold",
                                           "classes.count",
                                           "classes.points",
                                           "classes.spread",
                                           "record.dense",
                                           "record.megabytes",
                                           "record.keyframes",
                                           "run.steps",
                                           "run.speed",
                                           "network.activation",
                                           "network.tanh_from",
                                           "target.stream",
                                           "target.stream_seed",
                                           "target.factors",
                                           "init.stream",
                                           "init.stream_seeds",
                                           "data.stream",
                                           "data.stream_seed",
                                           "probe.samples",
                                           "probe.stream",
                                           "probe.stream_seed"}));
    keys.clear();
    for (const Parameter& parameter : optimizer_parameters()) keys.emplace(parameter.key);
    EXPECT_EQ(keys, (std::set<std::string>{"kind",         "lr",
                                           "momentum",     "momentum_style",
                                           "nesterov",     "iterations",
                                           "precision",    "norm_law",
                                           "shape_scale",  "power",
                                           "flavour",      "bias_corrected",
                                           "engine",       "custom_a",
                                           "custom_b",     "custom_c",
                                           "low",          "floor",
                                           "engine_seed",  "beta1",
                                           "beta2",        "epsilon",
                                           "decay",        "weight_decay",
                                           "radial_only",  "schedule",
                                           "warmup",       "schedule_length",
                                           "last_share",   "spike_at",
                                           "spike_length", "spike",
                                           "sign_first",   "moments_corrected",
                                           "basis_every",  "basis_beta",
                                           "normalised",   "root",
                                           "root_every",   "statistics_summed",
                                           "grafted",      "radius",
                                           "constrained",  "rank_share",
                                           "transposed"}));
}

TEST(Parameters, defaults_are_those_of_a_new_spec) {
    EXPECT_EQ(std::get<std::int64_t>(parameter_at("network.depth").fallback), 3);
    EXPECT_EQ(std::get<double>(parameter_at("target.decay").fallback), 0.82);
    EXPECT_EQ(std::get<std::string>(parameter_at("target.kind").fallback), "exponential");
    EXPECT_EQ(std::get<std::string>(parameter_at("network.widths").fallback), "");
    EXPECT_EQ(std::get<double>(parameter_at("optimizer.lr").fallback), 0.02);
    EXPECT_EQ(std::get<bool>(parameter_at("optimizer.nesterov").fallback), false);
}

TEST(Parameters, only_the_probes_numbers_and_the_run_act_at_once) {
    std::set<std::string> live;
    for (const Parameter& parameter : experiment_parameters())
        if (!parameter.restarts()) live.emplace(parameter.key);
    EXPECT_EQ(live, (std::set<std::string>{"probe.layer", "probe.steps", "probe.lr",
                                           "probe.threshold", "run.steps", "run.speed"}));
    for (const Parameter& parameter : optimizer_parameters()) EXPECT_FALSE(parameter.restarts());
}

TEST(Parameters, every_row_says_what_a_slider_needs) {
    const auto check = [](const Parameter& parameter) {
        SCOPED_TRACE(parameter.key);
        EXPECT_FALSE(parameter.label.empty());
        EXPECT_GT(parameter.help.size(), 10u);
        EXPECT_LE(parameter.min, parameter.usual_min);
        EXPECT_LE(parameter.usual_max, parameter.max);
        const bool is_number =
            parameter.type == ParameterType::integer || parameter.type == ParameterType::real;
        EXPECT_EQ(is_number, parameter.usual_min < parameter.usual_max &&
                                 parameter.choices.empty() &&
                                 parameter.type != ParameterType::integers);
        if (parameter.scale == ParameterScale::logarithmic) {
            EXPECT_GT(parameter.usual_min, 0);
        }
        EXPECT_EQ(parameter.type == ParameterType::choice, !parameter.choices.empty());
        EXPECT_EQ(checked(parameter, parameter.key, parameter.fallback), parameter.fallback);
    };
    for (const Parameter& parameter : experiment_parameters()) check(parameter);
    for (const Parameter& parameter : optimizer_parameters()) check(parameter);
}

TEST(Parameters, every_choice_can_be_set_and_read_back) {
    Spec spec = two_lanes();
    for (const Parameter& parameter : experiment_parameters())
        for (const Choice& choice : parameter.choices) {
            set(spec, parameter.key, choice.slug);
            EXPECT_EQ(get(spec, parameter.key), Value(std::string(choice.slug))) << parameter.key;
        }
    for (const Parameter& parameter : optimizer_parameters())
        for (const Choice& choice : parameter.choices) {
            set(spec, "optimizer." + std::string(parameter.key), choice.slug);
            EXPECT_EQ(get(spec, "optimizer." + std::string(parameter.key)),
                      Value(std::string(choice.slug)));
        }
    set(spec, "target.kind", "power_law");
    EXPECT_EQ(spec.experiment.target.kind, TargetKind::power_law);
    set(spec, "optimizer.shape_scale", "rms");
    EXPECT_EQ(spec.lanes[1].phases[1].optimizer.shape_scale, ShapeScale::rms);
}

TEST(Parameters, ends_of_every_range_are_allowed_and_what_lies_beyond_is_not) {
    for (const Parameter& parameter : experiment_parameters()) {
        if (parameter.type != ParameterType::integer && parameter.type != ParameterType::real)
            continue;
        SCOPED_TRACE(parameter.key);
        const double beyond = parameter.max + std::max(1.0, parameter.max * 0.01);
        const double below = parameter.min - 1;
        for (const double good : {parameter.min, parameter.max})
            EXPECT_EQ(error_of([&] { checked(parameter, "x", good); }), "");
        EXPECT_NE(error_of([&] { checked(parameter, "x", beyond); }), "");
        EXPECT_NE(error_of([&] { checked(parameter, "x", below); }), "");
    }
}

// ---- paths ----

TEST(Parameters, a_path_without_a_scope_reaches_every_lane_phase_and_layer) {
    Spec spec = two_lanes();
    set(spec, "lanes.1.phases.1.layers.2.optimizer.lr", 0.5);
    set(spec, "optimizer.lr", 0.125);
    for (const Recipe& lane : spec.lanes)
        for (const Phase& phase : lane.phases)
            for (int layer = 1; layer <= 3; ++layer)
                EXPECT_EQ(optimizer_of(phase, layer).lr, 0.125);
}

TEST(Parameters, scopes_narrow_a_change_to_a_lane_a_phase_and_a_layer) {
    Spec spec = two_lanes();
    set(spec, "lanes.1.optimizer.lr", "0.1");
    EXPECT_EQ(spec.lanes[0].phases[0].optimizer.lr, 0.02);
    EXPECT_EQ(spec.lanes[1].phases[0].optimizer.lr, 0.1);
    EXPECT_EQ(spec.lanes[1].phases[1].optimizer.lr, 0.1);

    set(spec, "lanes.muon.phases.1.optimizer.lr", "0.2");
    EXPECT_EQ(spec.lanes[1].phases[0].optimizer.lr, 0.1);
    EXPECT_EQ(spec.lanes[1].phases[1].optimizer.lr, 0.2);

    set(spec, "lanes.Muon.layers.2.optimizer.lr", "0.3");
    for (const Phase& phase : spec.lanes[1].phases) {
        EXPECT_EQ(optimizer_of(phase, 2).lr, 0.3);
        EXPECT_NE(optimizer_of(phase, 1).lr, 0.3);
    }
    set(spec, "lanes.1.phases.0.layers.3.optimizer.lr", "0.4");
    EXPECT_EQ(optimizer_of(spec.lanes[1].phases[0], 3).lr, 0.4);
    EXPECT_EQ(optimizer_of(spec.lanes[1].phases[1], 3).lr, 0.2);
    EXPECT_EQ(get(spec, "lanes.1.phases.0.layers.3.optimizer.lr"), Value(0.4));
}

TEST(Parameters, a_lane_is_renamed_and_found_by_its_new_name_even_with_a_dot_in_it) {
    Spec spec = two_lanes();
    set(spec, "lanes.0.name", "SGD v1.5");
    EXPECT_EQ(spec.lanes[0].name, "SGD v1.5");
    set(spec, "lanes.sgd v1.5.optimizer.lr", "0.7");
    EXPECT_EQ(spec.lanes[0].phases[0].optimizer.lr, 0.7);
    EXPECT_EQ(spec.lanes[1].phases[0].optimizer.lr, 0.02);
    EXPECT_EQ(get(spec, "lanes.SGD v1.5.name"), Value(std::string("SGD v1.5")));
}

TEST(Parameters, an_unknown_key_is_named_beside_the_nearest_ones) {
    EXPECT_MESSAGE(parameter_at("network.widht"), "'network.widht'");
    EXPECT_MESSAGE(parameter_at("network.widht"), "did you mean network.width");
    EXPECT_MESSAGE(parameter_at("lr"), "optimizer.lr");
    EXPECT_MESSAGE(parameter_at("optimizer.nestrov"), "did you mean nesterov");
    EXPECT_MESSAGE(parameter_at("lanes.0.optimiser.lr"), "lanes.LANE.optimizer.KEY");
    EXPECT_MESSAGE(parameter_at("xyzzy"), "muonscope params");
    EXPECT_MESSAGE(parameter_at(""), "no parameter");
    EXPECT_MESSAGE(parameter_at("lanes.0.phases.x.optimizer.lr"), "not the path");
    EXPECT_MESSAGE(parameter_at(std::string(1 << 20, 'a')), "no parameter");
}

TEST(Parameters, a_lane_phase_or_layer_that_is_not_there_is_named) {
    EXPECT_TRUE(contains(with("lanes.2.optimizer.lr", "1"), "no lane '2'; the lanes are 0 (SGD)"));
    EXPECT_TRUE(contains(with("lanes.0.phases.1.optimizer.lr", "1"), "no phase 1"));
    EXPECT_TRUE(contains(with("lanes.0.layers.4.optimizer.lr", "1"), "no layer 4"));
    EXPECT_TRUE(contains(with("lanes.0.layers.0.optimizer.lr", "1"), "no layer 0"));
    EXPECT_TRUE(contains(with("lanes.0.layers.99999999999.optimizer.lr", "1"), "no layer 9999"));
    Spec none;
    EXPECT_MESSAGE(get(none, "optimizer.lr"), "no lane");
}

// ---- values ----

TEST(Parameters, a_value_out_of_range_is_named_with_what_is_allowed) {
    EXPECT_EQ(with("network.width", "0"),
              "network.width: 0 is not allowed; give an integer from 1 to 1024");
    EXPECT_EQ(with("network.depth", "17"),
              "network.depth: 17 is not allowed; give an integer from 1 to 16");
    EXPECT_EQ(with("optimizer.lr", "-1"),
              "optimizer.lr: -1 is not allowed; give a number from 0 to 100");
    EXPECT_EQ(with("loss", "hal"),
              "loss: 'hal' is not allowed; give one of half, relative, mean, cross_entropy");
    EXPECT_TRUE(contains(with("network.widths", "4,0,4"), "'0' in '4,0,4' is not allowed"));
    EXPECT_TRUE(contains(with("network.widths", "4"), "2 to 17 integers"));
    EXPECT_TRUE(contains(with("network.widths", "4,4,"), "is not allowed"));
}

TEST(Parameters, what_is_not_a_number_is_refused) {
    for (const char* text : {"abc", "", "1x", "0x10", "1,500", "--1", "1e", "nan", "inf", "-inf",
                             "1e999", "NaN", "true", "1 2"})
        for (const char* path : {"network.depth", "optimizer.lr", "seed", "probe.lr"})
            EXPECT_TRUE(contains(with(path, text), std::string(path) + ": "))
                << path << "=" << text;
    EXPECT_NE(with("network.depth", "2.5"), "");
    EXPECT_NE(with("seed", "99999999999999999999"), "");
}

TEST(Parameters, integers_may_be_written_as_powers_of_ten) {
    Spec spec = two_lanes();
    set(spec, "run.steps", "1e6");
    EXPECT_EQ(spec.experiment.run.steps, 1000000);
    set(spec, "optimizer.lr", " 1 ");
    EXPECT_EQ(get(spec, "optimizer.lr"), Value(1.0));
}

TEST(Parameters, texts_that_json_cannot_hold_are_refused) {
    EXPECT_NE(with("lanes.0.name", "\xff"), "");
    EXPECT_NE(with("lanes.0.name", "a\nb"), "");
    EXPECT_NE(with("lanes.0.name", ""), "");
    EXPECT_NE(with("target.file", "\xc3"), "");
    EXPECT_EQ(with("lanes.0.name", "Mü"), "");
}

TEST(Parameters, an_error_leaves_the_spec_as_it_was) {
    Spec spec = two_lanes();
    EXPECT_NE(error_of([&] { set(spec, "lanes.0.phases.1.optimizer.lr", "1"); }), "");
    EXPECT_NE(error_of([&] { set(spec, "optimizer.lr", "1000"); }), "");
    EXPECT_EQ(get(spec, "optimizer.lr"), Value(0.02));
    EXPECT_TRUE(spec.lanes[0].phases[0].layer_optimizers.empty());
}

TEST(Parameters, text_of_a_value_reads_back_to_the_same_bits) {
    const Parameter& lr = parameter_at("optimizer.lr");
    for (const double value : {0.1, 1.0 / 3, 5e-324, 99.999999999999986, 0.0})
        EXPECT_EQ(parse_value(lr, "lr", to_text(value)), Value(value));
}

TEST(Parameters, numbers_are_read_as_people_type_them) {
    const Parameter& lr = parameter_at("optimizer.lr");
    const std::pair<const char*, double> typed[]{
        {"0.02", 0.02},     {"0,02", 0.02}, {"5%", 0.05},     {" 7 % ", 0.07},  {"1e-3", 1e-3},
        {"1,5e-3", 1.5e-3}, {"+3", 3},      {"2,5 %", 0.025}, {"0,125", 0.125}, {",5", 0.5}};
    for (const auto& [text, value] : typed)
        EXPECT_EQ(parse_value(lr, "lr", text), Value(value)) << text;
    EXPECT_EQ(parse_value(parameter_at("run.steps"), "steps", "1e3"), Value(std::int64_t{1000}));
    EXPECT_EQ(parse_value(parameter_at("optimizer.power"), "power", "−0,5"), Value(-0.5));
}

TEST(Parameters, a_number_that_could_be_two_or_is_none_is_refused_with_what_is_allowed) {
    const Parameter& lr = parameter_at("optimizer.lr");
    for (const char* text :
         {"1,000", "1.000,5", "1,2,3", "5%%", "%", "", "0.02x", "1e", "--1", ","}) {
        const std::string said = error_of([&] { parse_value(lr, "Learning rate", text); });
        EXPECT_TRUE(said.starts_with("Learning rate: ")) << text << said;
        EXPECT_NE(said.find("give a number from 0 to 100"), std::string::npos) << said;
    }
    EXPECT_NE(error_of([&] { parse_value(parameter_at("run.steps"), "steps", "1,000"); }), "");
    EXPECT_NE(error_of([&] { parse_value(parameter_at("run.steps"), "steps", "0,5"); }), "");
}

// ---- fields that pull others along ----

TEST(Parameters, a_new_depth_drops_widths_that_no_longer_fit) {
    Spec spec = two_lanes();
    set(spec, "network.widths", "8,9,10,11");
    EXPECT_EQ(spec.experiment.network.depth, 3);
    set(spec, "network.depth", "3");
    EXPECT_EQ(layer_widths(spec.experiment.network), (std::vector<int>{8, 9, 10, 11}));
    set(spec, "network.depth", "2");
    EXPECT_EQ(layer_widths(spec.experiment.network), (std::vector<int>{32, 32, 32}));
}

TEST(Parameters, a_new_width_drops_widths_given_one_by_one) {
    Spec spec = two_lanes();
    set(spec, "network.widths", "8,9,10,11");
    set(spec, "network.width", "5");
    EXPECT_EQ(layer_widths(spec.experiment.network), (std::vector<int>{5, 5, 5, 5}));
}

TEST(Parameters, widths_set_the_depth) {
    Spec spec = two_lanes();
    set(spec, "network.widths", "8, 9");
    EXPECT_EQ(spec.experiment.network.depth, 1);
    EXPECT_EQ(get(spec, "network.widths"), Value(std::string("8,9")));
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
}

TEST(Parameters, optimizers_of_layers_that_are_gone_go_too) {
    Spec spec = two_lanes();
    set(spec, "lanes.0.layers.3.optimizer.lr", "1");
    set(spec, "network.depth", "2");
    EXPECT_EQ(error_of([&] { validate(spec); }), "");
}

TEST(Parameters, another_optimiser_takes_its_own_habit_of_momentum_and_keeps_the_rest) {
    OptimizerSpec optimizer{.lr = 0.5, .momentum = 0.9};
    set(optimizer, "kind", std::string("muon"));
    EXPECT_EQ(optimizer.momentum_style, MomentumStyle::ema);
    EXPECT_EQ(optimizer.lr, 0.5);
    EXPECT_EQ(optimizer.momentum, 0.9);
    set(optimizer, "kind", std::string("sgd"));
    EXPECT_EQ(optimizer.momentum_style, MomentumStyle::heavy_ball);
    set(optimizer, "momentum_style", std::string("ema"));
    set(optimizer, "kind", std::string("sgd"));
    EXPECT_EQ(optimizer.momentum_style, MomentumStyle::ema);
    set(optimizer, "kind", std::string("muon"));
    EXPECT_EQ(optimizer.momentum_style, MomentumStyle::ema);
}

TEST(Parameters, every_value_of_every_preset_can_be_set_again_as_text) {
    for (const Spec& preset : presets()) {
        Spec spec = preset;
        for (const Parameter& parameter : experiment_parameters()) {
            const Value value = get(preset, parameter.key);
            EXPECT_EQ(parse_value(parameter, parameter.key, to_text(value)), value)
                << preset.name << " " << parameter.key;
        }
    }
}

TEST(Parameters, one_that_another_makes_idle_does_not_apply) {
    OptimizerSpec spec;
    set(spec, "kind", std::string("shampoo"));
    EXPECT_FALSE(applies(spec, "beta2")) << "sums forget nothing";
    set(spec, "statistics_summed", false);
    EXPECT_TRUE(applies(spec, "beta2"));
}

}  // namespace
}  // namespace muonscope

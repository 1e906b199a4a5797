#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "core/documents/history_csv.h"
#include "core/documents/spec_json.h"
#include "core/documents/summary_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/problem.h"
#include "core/formats/files.h"
#include "core/model/chain.h"
#include "core/session/history.h"
#include "tests/core/small_tokens.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

Chain chain(std::vector<int> widths) {
    NetworkSpec network;
    network.depth = static_cast<int>(widths.size()) - 1;
    network.widths = std::move(widths);
    return Chain(network);
}

using Json = nlohmann::json;

Json tree_of(const Spec& spec) {
    return Json::parse(to_json(spec));
}

Spec two_lanes() {
    Spec spec;
    spec.lanes.resize(2);
    spec.lanes[1].name = "Muon";
    return spec;
}

// What reading says once `change` was made to a good spec.
template <class Change>
std::string after(Change change) {
    Json tree = tree_of(two_lanes());
    change(tree);
    return error_of([&] { spec_from_json(tree.dump(), "my.json"); });
}

TEST(SpecJson, every_preset_survives_the_round_trip_to_the_bit) {
    for (const Spec& preset : presets()) {
        const std::string text = to_json(preset);
        const Spec again = spec_from_json(text, "preset");
        EXPECT_EQ(to_json(again), text);
        for (const Parameter& parameter : experiment_parameters())
            EXPECT_EQ(get(again, parameter.key), get(preset, parameter.key)) << parameter.key;
        ASSERT_EQ(again.lanes.size(), preset.lanes.size());
        for (std::size_t lane = 0; lane < again.lanes.size(); ++lane) {
            const auto& phases = again.lanes[lane].phases;
            const auto& expected = preset.lanes[lane].phases;
            ASSERT_EQ(phases.size(), expected.size());
            EXPECT_EQ(again.lanes[lane].repeats, preset.lanes[lane].repeats);
            EXPECT_EQ(again.lanes[lane].until.loss, preset.lanes[lane].until.loss);
            for (std::size_t i = 0; i < phases.size(); ++i) {
                EXPECT_EQ(phases[i].name, expected[i].name);
                EXPECT_EQ(phases[i].layers, expected[i].layers);
                EXPECT_EQ(phases[i].objective, expected[i].objective);
                EXPECT_EQ(phases[i].optimizer, expected[i].optimizer);
                EXPECT_EQ(phases[i].until.steps, expected[i].until.steps);
                EXPECT_EQ(phases[i].until.loss, expected[i].until.loss);
                EXPECT_EQ(phases[i].until.relative_error, expected[i].until.relative_error);
            }
        }
    }
}

TEST(SpecJson, everything_a_spec_can_hold_survives_the_round_trip) {
    Spec spec = two_lanes();
    spec.name = "mine";
    spec.title = "Müßig \"quoted\" \\ title";
    spec.experiment.network = {.depth = 2, .width = 5, .widths = {3, 4, 5}};
    spec.experiment.init.files = {"a b.npy", "ü.npy"};
    spec.experiment.target.decay = 1.0 / 3;
    spec.experiment.seed = 9007199254740992u;
    spec.lanes[0].phases.resize(2);
    spec.lanes[0].phases[0].until = {.steps = 3, .loss = 1e-300, .relative_error = 0.1};
    spec.lanes[0].phases[0].layers = {2};
    spec.lanes[0].phases[1].optimizer.kind = OptimizerKind::muon;  // with SGD's habit of momentum
    spec.lanes[0].phases[1].layer_optimizers = {std::nullopt, OptimizerSpec{.lr = 5e-324}};
    const Spec again = spec_from_json(to_json(spec), "x");
    EXPECT_EQ(to_json(again), to_json(spec));
    EXPECT_EQ(again.title, spec.title);
    EXPECT_EQ(again.experiment.network.widths, spec.experiment.network.widths);
    EXPECT_EQ(again.experiment.init.files, spec.experiment.init.files);
    EXPECT_EQ(again.experiment.target.decay, 1.0 / 3);
    EXPECT_EQ(again.experiment.seed, spec.experiment.seed);
    EXPECT_EQ(again.lanes[0].phases[0].until.loss, 1e-300);
    EXPECT_EQ(again.lanes[0].phases[1].optimizer, spec.lanes[0].phases[1].optimizer);
    EXPECT_EQ(again.lanes[0].phases[1].layer_optimizers, spec.lanes[0].phases[1].layer_optimizers);
}

TEST(SpecJson, missing_keys_take_their_defaults) {
    const Spec spec = spec_from_json(
        R"({"version": 1, "lanes": [{"phases": [{"optimizer": {"kind": "muon", "lr": 0.5},
            "layer_optimizers": {"2": {"momentum": 0.5}}}]}]})",
        "x");
    EXPECT_EQ(spec.experiment.network.depth, NetworkSpec{}.depth);
    const Phase& phase = spec.lanes[0].phases[0];
    EXPECT_EQ(phase.optimizer.momentum_style, MomentumStyle::ema);  // Muon's habit
    EXPECT_EQ(optimizer_of(phase, 2).lr, 0.5);                      // the phase's
    EXPECT_EQ(optimizer_of(phase, 2).momentum, 0.5);
}

TEST(SpecJson, an_unknown_key_is_named_with_its_place_and_the_nearest_one) {
    EXPECT_EQ(after([](Json& t) { t["experiment"]["network"]["widht"] = 3; }),
              "my.json: experiment.network: the key 'widht' is unknown; did you mean width?");
    EXPECT_TRUE(contains(after([](Json& t) { t["lane"] = 3; }), "the key 'lane' is unknown"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][1]["x"] = 3; }), "my.json: lanes.1: "));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["optimizer"]["LRR"] = 3; }),
                         "lanes.0.phases.0.optimizer: the key 'LRR' is unknown"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["until"]["step"] = 3; }),
                         "did you mean steps?"));
    EXPECT_TRUE(contains(after([](Json& t) {
                             t["lanes"][0]["phases"][0]["layer_optimizers"]["17"] = Json::object();
                         }),
                         "'17' is unknown"));
}

TEST(SpecJson, a_bad_value_is_named_with_what_is_allowed) {
    EXPECT_EQ(
        after([](Json& t) { t["experiment"]["network"]["width"] = 0; }),
        "my.json: experiment.network.width: 0 is not allowed; give an integer from 1 to 1024");
    EXPECT_EQ(
        after([](Json& t) { t["experiment"]["network"]["depth"] = "three"; }),
        "my.json: experiment.network.depth: 'three' is not allowed; give an integer from 1 to "
        "16");
    const auto bad = [](const char* group, const char* key, const Json& value) {
        const std::string message = after([&](Json& t) { t["experiment"][group][key] = value; });
        EXPECT_TRUE(contains(message, std::string("my.json: experiment.") + group + "." + key))
            << message;
    };
    bad("network", "depth", 2.5);
    bad("network", "depth", nullptr);
    bad("network", "depth", "3");
    bad("network", "depth", Json::array({3}));
    bad("network", "widths", "8,8,8,8");
    bad("network", "widths", {8, 8, 0, 8});
    bad("network", "widths", {8, 8.5, 8, 8});
    bad("network", "widths", {8, 8});
    bad("network", "widths", Json::array({8}));
    bad("network", "activation", "relu");
    bad("network", "activation", 1);
    bad("target", "scale", true);
    bad("target", "scale", "1");
    bad("target", "scale", -1);
    bad("target", "scale", 18446744073709551615u);
    bad("target", "file", 3);
    bad("init", "files", {"a,b.npy"});
    bad("init", "files", {1});
    EXPECT_TRUE(contains(after([](Json& t) { t["experiment"]["seed"] = -1; }), "experiment.seed"));
    EXPECT_TRUE(contains(after([](Json& t) { t["experiment"]["network"] = 3; }),
                         "experiment.network: 3 is not allowed; give an object"));
    EXPECT_TRUE(contains(after([](Json& t) { t["experiment"] = Json::array(); }), "an object"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"] = 3; }), "give a list"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"] = Json::array(); }), "0 lanes"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"] = Json::array(); }),
                         "lanes.0.phases: 0 phases"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["name"] = ""; }), "lanes.0.name"));
    EXPECT_TRUE(contains(after([](Json& t) { t["title"] = 3; }), "my.json: title"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["objective"] = "x"; }),
                         "network, layer_target"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["until"]["steps"] = 0; }),
                         "lanes.0.phases.0.until.steps"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["until"]["loss"] = -1; }),
                         "lanes.0.phases.0.until.loss"));
    EXPECT_TRUE(contains(after([](Json& t) { t["lanes"][0]["phases"][0]["layers"] = {0}; }),
                         "lanes.0.phases.0.layers.0"));
}

TEST(SpecJson, another_version_or_none_is_refused) {
    EXPECT_TRUE(contains(after([](Json& t) { t["version"] = 2; }), "my.json: version: 2"));
    EXPECT_TRUE(contains(after([](Json& t) { t["version"] = "1"; }), "my.json: version: '1'"));
    EXPECT_TRUE(contains(after([](Json& t) { t.erase("version"); }), "version: is missing"));
}

TEST(SpecJson, a_session_file_is_told_from_a_spec) {
    EXPECT_MESSAGE(spec_from_json(R"({"version": 1, "spec": {}, "log": []})", "s.json"),
                   "muonscope replay");
}

TEST(SpecJson, malformed_json_is_refused_with_line_and_column) {
    const auto say = [](const std::string& text) {
        const std::string message = error_of([&] { spec_from_json(text, "my.json"); });
        EXPECT_FALSE(contains(message, "\n")) << message;
        return message;
    };
    EXPECT_TRUE(
        contains(say("{\n  \"version\": 1,\n  \"name\" 3\n}"), "my.json: line 3, column 10"));
    EXPECT_TRUE(contains(say(""), "my.json: line 1, column 1"));
    EXPECT_TRUE(contains(say("{"), "line 1, column 2"));
    EXPECT_TRUE(contains(say("{\"version\": 1}}"), "line 1, column 15"));
    EXPECT_TRUE(contains(say("{\"a\": \"\xff\"}"), "line 1"));
    EXPECT_TRUE(contains(say("{\"a\": 1,}"), "line 1, column 9"));
    EXPECT_TRUE(contains(say("[]"), "a list is not allowed"));
    EXPECT_TRUE(contains(say("{\"a\": 1, \"a\": 1}"), "'a' stands twice"));
}

TEST(SpecJson, numbers_that_are_not_finite_are_refused) {
    for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "-1e999"})
        EXPECT_MESSAGE(spec_from_json("{\"version\": 1, \"experiment\": {\"probe\": {\"lr\": " +
                                          std::string(number) + "}}}",
                                      "my.json"),
                       "my.json: ");
    Spec spec = two_lanes();
    spec.experiment.target.scale = std::numeric_limits<double>::quiet_NaN();
    EXPECT_MESSAGE(to_json(spec), "target.scale: nan");
}

TEST(SpecJson, deep_nesting_is_refused) {
    EXPECT_MESSAGE(spec_from_json(std::string(1 << 20, '['), "my.json"), "nested deeper than");
    std::string objects;
    for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
    EXPECT_MESSAGE(spec_from_json(objects, "my.json"), "nested deeper than");
}

TEST(SpecJson, a_gigabyte_is_refused_at_once) {
    const ScratchFolder folder;
    write_file(folder / "big.json", "{");
    ASSERT_EQ(::truncate((folder / "big.json").c_str(), off_t{1} << 30), 0);
    const auto started = std::chrono::steady_clock::now();
    EXPECT_MESSAGE(read_spec_file(folder / "big.json"), "holds 1073741824 bytes");
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::milliseconds(500));
    EXPECT_MESSAGE(spec_from_json(std::string((std::size_t{16} << 20) + 1, ' '), "text"),
                   "holds 16777217 bytes");
}

TEST(SpecJson, two_thousand_damaged_texts_give_a_spec_or_an_error) {
    const std::string whole = to_json(presets().back());
    const std::string spice = "{}[]\",:0123456789eE+-.tfn\\ \n\xff\x01";
    std::mt19937 random(21);
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string text = whole;
        for (unsigned change = 0; change <= random() % 3; ++change) {
            const std::size_t at = random() % text.size();
            const char c = spice[random() % spice.size()];
            switch (random() % 4) {
                case 0:
                    text[at] = c;
                    break;
                case 1:
                    text.erase(at, 1 + random() % 20);
                    break;
                case 2:
                    text.insert(at, 1 + random() % 3, c);
                    break;
                case 3:
                    text.insert(at, text.substr(random() % text.size(), random() % 40));
                    break;
            }
        }
        try {
            spec_from_json(text, "damaged");
        } catch (const Error& error) {
            ++refused;
            EXPECT_FALSE(contains(error.what(), "\n")) << error.what();
        }
    }
    EXPECT_GT(refused, 1000);
}

// ---- results ----

// One layer of 2 x 2 and two lanes of two samples.
Snapshot small_snapshot() {
    Snapshot snapshot;
    auto spec = std::make_shared<Spec>(two_lanes());
    spec->experiment.network = {.depth = 1, .width = 2, .widths = {}};
    snapshot.layout = Layout(chain({2, 2}), 1);
    snapshot.step = 8;
    for (int i = 0; i < 2; ++i) {
        History history(snapshot.layout.channels(), 100, SamplingRule{}, 0,
                        snapshot.layout.followed());
        std::vector<double> row(snapshot.layout.channels(),
                                std::numeric_limits<double>::quiet_NaN());
        row[snapshot.layout.loss()] = 1.0 / 3;
        row[snapshot.layout.product_sv(0)] = 2;
        history.append(0, row);
        row[snapshot.layout.loss()] = 0.25 + i;
        std::vector<double> low(snapshot.layout.followed(), INFINITY);
        std::vector<double> high(snapshot.layout.followed(), -INFINITY);
        low[snapshot.layout.loss()] = 0.125;
        high[snapshot.layout.loss()] = 0.5;
        history.append(1, row, low, high);
        LaneSnapshot lane;
        if (i == 1) {
            lane.now_step = 8;
            lane.now_low.assign(snapshot.layout.followed(), INFINITY);
            lane.now_high.assign(snapshot.layout.followed(), -INFINITY);
            lane.now_low[snapshot.layout.loss()] = 1;
            lane.now_high[snapshot.layout.loss()] = 3;
        }
        lane.name = i == 0 ? "SGD, \"plain\"" : "Muon";
        lane.step = 8;
        lane.phase_steps = {8};
        lane.now = row;
        lane.history = history.view();
        lane.state_hash = 0xabc;
        snapshot.lanes.push_back(lane);
        spec->lanes[i].name = lane.name;
    }
    spec->lanes[1].phases.resize(2);
    spec->lanes[1].phases[0].optimizer.kind = OptimizerKind::muon;
    spec->lanes[1].phases[0].until.steps = 3;
    snapshot.spec = spec;
    return snapshot;
}

TEST(HistoryCsv, has_one_line_a_step_and_lane_and_empty_cells_for_what_was_not_measured) {
    std::ostringstream stream;
    write_history_csv(stream, small_snapshot());
    std::istringstream lines(stream.str());
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line,
              "step,lane,steps,loss,loss_min,loss_max,relative_error,relative_error_min,"
              "relative_error_max,error_left,error_left_min,error_left_max,layer_1_norm,"
              "layer_1_norm_min,layer_1_norm_max,layer_1_expected_norm,layer_1_expected_norm_min,"
              "layer_1_expected_norm_max,layer_1_gradient_fidelity,layer_1_gradient_fidelity_min,"
              "layer_1_gradient_fidelity_max,layer_1_learning_rate,layer_1_learning_rate_min,"
              "layer_1_learning_rate_max,probe_floor,probe_after_k,probe_steps_to_threshold,"
              "probe_steps_searched,probe_critical_rate,"
              "product_sv_1,product_sv_2,mode_1,layer_1_sv_1,layer_1_sv_2,layer_1_gradient_sv_1,"
              "layer_1_gradient_sv_2,layer_1_update_sv_1,layer_1_update_sv_2,layer_1_preservation,"
              "layer_1_preservation_from_start,layer_1_update_along,layer_1_update_across,"
              "modes_learned,product_flatness_h,product_stable_rank,product_effective_rank,"
              "product_condition,product_numerical_rank,layer_1_flatness_h,layer_1_stable_rank,"
              "layer_1_effective_rank,layer_1_condition,layer_1_numerical_rank,layer_1_lambda_eff");
    const std::string empty(23, ','), after(24, ',');
    std::getline(lines, line);
    const std::string third = "0.3333333333333333";
    EXPECT_EQ(line, "0,\"SGD, \"\"plain\"\"\",1," + third + "," + third + "," + third + empty +
                        ",2" + after);
    std::getline(lines, line);
    EXPECT_EQ(line, "1,\"SGD, \"\"plain\"\"\",1,0.25,0.125,0.5" + empty + ",2" + after);
    std::getline(lines, line);
    std::getline(lines, line);
    EXPECT_EQ(line, "1,Muon,1,1.25,0.125,1.25" + empty + ",2" + after);
    std::getline(lines, line);
    EXPECT_EQ(line, "8,Muon,7,1.25,1,3" + empty + ",2" + after) << "where the lane stands";
    EXPECT_FALSE(std::getline(lines, line));
}

// The heading alone.
std::vector<std::string> columns_of(const Layout& layout) {
    std::ostringstream stream;
    Snapshot snapshot = small_snapshot();
    snapshot.layout = layout;
    snapshot.lanes.clear();
    write_history_csv(stream, snapshot);
    std::istringstream heading(stream.str().substr(0, stream.str().find('\n')));
    std::vector<std::string> names;
    for (std::string name; std::getline(heading, name, ',');) names.push_back(name);
    return names;
}

// Every name in the table, numbers as the letters that stand for them; of a transformer, whose
// matrices have names of their own, those that a chain has not.
TEST(HistoryCsv, every_column_has_a_word) {
    std::set<std::string> known, used;
    for (const ColumnWords& column : column_words()) {
        EXPECT_GT(column.words.size(), 10U) << column.name;
        known.insert(std::string(column.name));
    }
    for (std::string name : columns_of(Layout(chain({2, 2}), 1, 1))) {
        for (const char* end : {"_min", "_max"})
            if (name.ends_with(end)) name = "…_min, …_max";
        if (name.starts_with("layer_1")) name.replace(6, 1, "L");
        if (std::isdigit(static_cast<unsigned char>(name.back()))) name.back() = 'K';
        EXPECT_TRUE(known.contains(name)) << name;
        used.insert(name);
    }
    const auto tokens = make_problem(test::small_tokens());
    for (const std::string& name : columns_of(Layout(*tokens->model, tokens->modes)))
        if (known.contains(name)) used.insert(name);
    EXPECT_EQ(used, known);
}

TEST(HistoryCsv, every_channel_has_a_name_of_its_own) {
    auto names = channel_names(Layout(chain({3, 5, 4}), 2));
    std::sort(names.begin(), names.end());
    EXPECT_NE(names.front(), "");
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
    auto titles = channel_titles(Layout(chain({3, 5, 4}), 2));
    std::sort(titles.begin(), titles.end());
    EXPECT_NE(titles.front(), "");
    EXPECT_EQ(std::adjacent_find(titles.begin(), titles.end()), titles.end());
}

TEST(SummaryJson, has_the_documented_keys_and_null_for_what_does_not_exist) {
    const Json summary = Json::parse(summary_json(small_snapshot(), 2));
    EXPECT_EQ(summary["wall_seconds"], 2);
    EXPECT_EQ(summary["steps_per_second"], 4);
    EXPECT_EQ(summary["spec"]["experiment"]["network"]["depth"], 1);
    const Json& lane = summary["lanes"][1];
    EXPECT_EQ(lane["name"], "Muon");
    EXPECT_EQ(lane["optimizer"], "muon, then sgd");
    EXPECT_EQ(lane["step"], 8);
    EXPECT_EQ(lane["phase"], 0);
    EXPECT_EQ(lane["phase_steps"], Json::array({8}));
    EXPECT_EQ(lane["loss"], 1.25);
    EXPECT_TRUE(lane["relative_error"].is_null());
    EXPECT_TRUE(lane["probe"]["floor"].is_null());
    EXPECT_TRUE(lane["probe"].contains("after_k"));
    EXPECT_TRUE(lane["probe"].contains("steps_to_threshold"));
    EXPECT_TRUE(lane["probe"].contains("steps_searched"));
    EXPECT_TRUE(lane["probe"].contains("critical_rate"));
    EXPECT_EQ(lane["singular_values"]["product"][0], 2);
    EXPECT_EQ(lane["singular_values"]["layers"][0].size(), 2u);
    EXPECT_EQ(lane["state_hash"], "0000000000000abc");
    EXPECT_FALSE(lane.contains("diverged"));
}

TEST(SummaryJson, tells_where_a_lane_diverged_as_the_window_does) {
    Snapshot snapshot = small_snapshot();
    for (const auto& [layer, words] : {std::pair{1, "in layer 1: "}, {0, "at step 7: "}}) {
        snapshot.lanes[1].divergence = Divergence{7, layer, "update is not finite"};
        const Json summary = Json::parse(summary_json(snapshot, 2));
        EXPECT_EQ(summary["lanes"][1]["diverged"],
                  (Json{{"step", 7}, {"layer", layer}, {"what", "update is not finite"}}));
        EXPECT_TRUE(contains(divergence_text(snapshot.lanes[1], snapshot.layout), words));
        EXPECT_FALSE(summary["lanes"][0].contains("diverged"));
    }
}

}  // namespace
}  // namespace muonscope

// The program headless, as its users have it.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/checkpoints.h"
#include "core/formats/files.h"
#include "core/linalg/spectrum.h"
#include "core/model/chain.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr std::size_t enough = std::size_t{64} << 20;

Json json_file(const std::string& path) {
    return Json::parse(read_file(path, enough));
}

std::vector<std::string> sorted_names(const ScratchFolder& folder) {
    auto names = folder.names();
    std::sort(names.begin(), names.end());
    return names;
}

class Run : public testing::Test {
  protected:
    // Results of a run into a folder of this name, which must succeed.
    Json summary_of(const std::string& name, Arguments arguments, int code = 0) {
        arguments.insert(arguments.begin(), "run");
        arguments.insert(arguments.end(), {"--out", folder_ / name});
        outcome_ = run_program(arguments);
        EXPECT_EQ(outcome_.code, code) << outcome_.err;
        return json_file(folder_ / (name + "/summary.json"));
    }
    ScratchFolder folder_;
    Outcome outcome_;
};

TEST_F(Run, writes_all_results_and_prints_the_lanes) {
    const Json summary = summary_of("a/b", {"two-ways-up", "--steps", "30"});
    EXPECT_EQ(sorted_names(folder_),
              (std::vector<std::string>{
                  "a", "a/b", "a/b/history.csv", "a/b/lane-1-sgd", "a/b/lane-1-sgd/W1.npy",
                  "a/b/lane-1-sgd/W2.npy", "a/b/lane-1-sgd/W3.npy", "a/b/lane-2-muon",
                  "a/b/lane-2-muon/W1.npy", "a/b/lane-2-muon/W2.npy", "a/b/lane-2-muon/W3.npy",
                  "a/b/session.json", "a/b/summary.json"}));
    EXPECT_EQ(outcome_.err, "");  // no progress bar where there is no terminal
    EXPECT_TRUE(contains(outcome_.out, "SGD   sgd"));
    EXPECT_TRUE(contains(outcome_.out, "Muon  muon"));
    ASSERT_EQ(summary["lanes"].size(), 2u);
    EXPECT_EQ(summary["lanes"][0]["step"], 30);
    EXPECT_EQ(summary["lanes"][0]["phase_steps"], Json::array({30}));
    EXPECT_GT(summary["steps_per_second"], 0);
    EXPECT_EQ(summary["spec"]["experiment"]["run"]["steps"], 30);
}

TEST_F(Run, the_summary_tells_of_the_weights_beside_it) {
    const Json summary = summary_of("a", {"two-ways-up", "--steps", "25"});
    std::vector<Matrix> weights;
    for (int layer = 1; layer <= 3; ++layer)
        weights.push_back(read_npy(folder_ / ("a/lane-2-muon/W" + std::to_string(layer) + ".npy")));
    const Json& values = summary["lanes"][1]["singular_values"];
    for (std::size_t layer = 0; layer < 3; ++layer) {
        const Vector expected = singular_values(weights[layer]);
        for (std::size_t k = 0; k < 32; ++k)
            EXPECT_NEAR(values["layers"][layer][k].get<double>(),
                        expected(static_cast<Eigen::Index>(k)), 1e-12);
    }
    const Vector expected = singular_values(weights[2] * weights[1] * weights[0]);
    for (std::size_t k = 0; k < 32; ++k)
        EXPECT_NEAR(values["product"][k].get<double>(), expected(static_cast<Eigen::Index>(k)),
                    1e-11);
}

TEST_F(Run, the_history_ends_where_the_summary_does) {
    const Json summary = summary_of("a", {"two-ways-up", "--steps", "20"});
    std::istringstream lines(read_file(folder_ / "a/history.csv", enough));
    std::string heading, line, last;
    std::getline(lines, heading);
    EXPECT_TRUE(heading.starts_with("step,lane,steps,loss,loss_min,loss_max,"));
    std::size_t count = 0;
    while (std::getline(lines, line)) {
        ++count;
        last = line;
        EXPECT_EQ(std::count(line.begin(), line.end(), ','),
                  std::count(heading.begin(), heading.end(), ','));
    }
    EXPECT_EQ(count, 2u * 21u);  // steps 0 to 20 of both lanes
    std::string step, lane, stride, loss;
    std::istringstream cells(last);
    std::getline(cells, step, ',');
    std::getline(cells, lane, ',');
    std::getline(cells, stride, ',');
    std::getline(cells, loss, ',');
    EXPECT_EQ(step, "20");
    EXPECT_EQ(lane, "Muon");
    EXPECT_EQ(std::stod(loss), summary["lanes"][1]["loss"].get<double>());
}

TEST_F(Run, gives_the_same_bits_again_and_with_any_number_of_workers) {
    const std::string steps = sanitized ? "60" : "300";
    for (const std::string preset : {"two-ways-up", "minibatch"}) {
        Json first = summary_of(preset + "1", {preset, "--steps", steps, "--workers", "1"});
        Json second = summary_of(preset + "2", {preset, "--steps", steps, "--workers", "2"});
        const Json third = summary_of(preset + "3", {preset, "--steps", steps});
        EXPECT_EQ(first["lanes"], second["lanes"]);
        EXPECT_EQ(first["lanes"], third["lanes"]);
        EXPECT_NE(first["lanes"][0]["state_hash"], first["lanes"][1]["state_hash"]);
        EXPECT_EQ(read_file(folder_ / (preset + "1/history.csv"), enough),
                  read_file(folder_ / (preset + "2/history.csv"), enough));
    }
    const Json other = summary_of("other", {"two-ways-up", "--steps", steps, "--seed", "5"});
    EXPECT_NE(other["lanes"][0]["state_hash"],
              json_file(folder_ / "two-ways-up1/summary.json")["lanes"][0]["state_hash"]);
}

TEST_F(Run, a_spec_file_and_the_preset_it_was_saved_from_are_the_same_run) {
    write_file(folder_ / "saved spec.json", to_json(presets().front()));
    const Json a = summary_of("a", {folder_ / "saved spec.json", "--steps", "10"});
    const Json b = summary_of("b", {"two-ways-up", "--steps", "10"});
    EXPECT_EQ(a["lanes"], b["lanes"]);
    EXPECT_EQ(a["spec"], b["spec"]);
}

TEST_F(Run, the_spec_of_a_summary_runs_to_the_same_bits) {
    const Json a = summary_of("a", {"two-ways-up", "--steps", "10", "--seed", "3", "--set",
                                    "lanes.muon.layers.2.optimizer.kind=sgd"});
    write_file(folder_ / "again.json", a["spec"].dump());
    const Json b = summary_of("b", {folder_ / "again.json"});
    EXPECT_EQ(a["lanes"], b["lanes"]);
    EXPECT_EQ(a["lanes"][1]["optimizer"], "muon (sgd: layer 2)");
}

TEST_F(Run, set_and_seed_change_the_spec_in_order) {
    const Json summary =
        summary_of("a", {"two-ways-up", "--steps", "1", "--seed", "9", "--set", "network.width=6",
                         "--set", "optimizer.lr=0.5", "--set", "lanes.1.optimizer.lr=0.25"});
    const Json& spec = summary["spec"];
    EXPECT_EQ(spec["experiment"]["seed"], 9);
    EXPECT_EQ(spec["experiment"]["network"]["width"], 6);
    EXPECT_EQ(spec["lanes"][0]["phases"][0]["optimizer"]["lr"], 0.5);
    EXPECT_EQ(spec["lanes"][1]["phases"][0]["optimizer"]["lr"], 0.25);
    EXPECT_EQ(summary["lanes"][0]["singular_values"]["product"].size(), 6u);
}

TEST_F(Run, until_stops_at_the_first_recorded_step_where_every_lane_is_there) {
    const Json summary =
        summary_of("a", {"two-ways-up", "--steps", "200", "--until", "relative_error<=0.9"});
    const auto stopped = summary["lanes"][0]["step"].get<int>();
    EXPECT_LT(stopped, 200);
    EXPECT_EQ(summary["lanes"][1]["step"], stopped);
    for (const Json& lane : summary["lanes"]) EXPECT_LE(lane["relative_error"], 0.9);
    const Json before = summary_of("b", {"two-ways-up", "--steps", std::to_string(stopped - 1)});
    EXPECT_GT(std::max(before["lanes"][0]["relative_error"].get<double>(),
                       before["lanes"][1]["relative_error"].get<double>()),
              0.9);
    const Json same = summary_of("c", {"two-ways-up", "--steps", std::to_string(stopped)});
    EXPECT_EQ(same["lanes"], summary["lanes"]);
}

TEST_F(Run, a_folder_of_an_older_run_is_refused_and_left_as_it_is) {
    summary_of("a", {"two-ways-up", "--steps", "1"});
    const auto names = sorted_names(folder_);
    const Outcome outcome =
        run_program({"run", "two-ways-up", "--steps", "1e9", "--out", folder_ / "a/"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "of an older run; name another folder, or add --force"))
        << outcome.err;
    EXPECT_EQ(sorted_names(folder_), names);
    EXPECT_EQ(json_file(folder_ / "a/summary.json")["lanes"][0]["step"], 1);
    const std::string session = folder_ / "a/session.json";
    EXPECT_EQ(run_program({"replay", session, "--out", folder_ / "a"}).code, 2);
    EXPECT_EQ(run_program({"replay", session, "--out", folder_ / "a", "--force"}).code, 0);
    // Any one of its files is enough.
    for (const char* file : {"summary.json", "history.csv", "session.json", "lane-3-sgd/W1.npy"}) {
        const std::string other = folder_ / (std::string("of ") + file[0]);
        std::filesystem::create_directories(other + "/lane-3-sgd");
        write_file(other + "/" + file, "");
        EXPECT_EQ(run_program({"run", "two-ways-up", "--steps", "1", "--out", other}).code, 2)
            << file;
    }
}

TEST_F(Run, force_leaves_nothing_of_the_older_run_and_everything_else) {
    summary_of("a", {"two-ways-up", "--steps", "1", "--set", "network.depth=5", "--set",
                     "lanes.1.name=Old name"});
    write_file(folder_ / "a/notes.txt", "mine");
    write_file(folder_ / "a/lane-1-sgd/mine.npy", "mine");
    const Json summary = summary_of("a", {"two-ways-up", "--steps", "2", "--force"});
    EXPECT_EQ(summary["lanes"][0]["step"], 2);
    EXPECT_EQ(sorted_names(folder_),
              (std::vector<std::string>{
                  "a", "a/history.csv", "a/lane-1-sgd", "a/lane-1-sgd/W1.npy",
                  "a/lane-1-sgd/W2.npy", "a/lane-1-sgd/W3.npy", "a/lane-1-sgd/mine.npy",
                  "a/lane-2-muon", "a/lane-2-muon/W1.npy", "a/lane-2-muon/W2.npy",
                  "a/lane-2-muon/W3.npy", "a/notes.txt", "a/session.json", "a/summary.json"}));
}

TEST_F(Run, weights_are_saved_as_a_series_of_model_files_a_lane) {
    const Outcome outcome =
        run_program({"run", "two-ways-up", "--steps", "25", "--save-weights", folder_ / "c",
                     "--weights-every", "10", "--out", folder_ / "a"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::vector<Checkpoint> series = checkpoints_in(folder_ / "c/lane-2-muon");
    std::vector<std::uint64_t> steps;
    for (const Checkpoint& one : series) steps.push_back(*one.number);
    EXPECT_EQ(steps, (std::vector<std::uint64_t>{0, 10, 20, 25}));
    EXPECT_EQ(checkpoints_in(folder_ / "c/lane-1-sgd").size(), 4u);
    for (int layer = 0; layer < 3; ++layer) {
        const TensorFile file(series.back().path);
        const TensorEntry* entry = file.find("layers." + std::to_string(layer) + ".weight");
        ASSERT_NE(entry, nullptr);
        EXPECT_EQ(read_matrix(file, *entry),
                  read_npy(folder_ / ("a/lane-2-muon/W" + std::to_string(layer + 1) + ".npy")));
    }
    // On the way they are those of a run that ends there.
    summary_of("b", {"two-ways-up", "--steps", "10"});
    const TensorFile file(series[1].path);
    EXPECT_EQ(read_matrix(file, *file.find("layers.0.weight")),
              read_npy(folder_ / "b/lane-2-muon/W1.npy"));
    EXPECT_EQ(file.metadata().text("step"), "10");
}

TEST_F(Run, weights_of_an_older_run_are_refused_or_replaced_whole) {
    const auto run = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{
            "run", "two-ways-up", "--set", "lanes.1.name=Other", "--save-weights", folder_ / "c"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_program(arguments);
    };
    EXPECT_EQ(run({"--steps", "6", "--weights-every", "2"}).code, 0);
    const Outcome refused = run({"--steps", "3"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(contains(refused.err, "--save-weights")) << refused.err;
    EXPECT_EQ(run({"--steps", "3", "--force"}).code, 0);
    EXPECT_EQ(sorted_names(folder_),
              (std::vector<std::string>{"c", "c/lane-1-sgd", "c/lane-1-sgd/step-3.safetensors",
                                        "c/lane-2-other", "c/lane-2-other/step-3.safetensors"}));
    // In the folder of the results, and what was typed wrong.
    EXPECT_EQ(run({"--steps", "2", "--force", "--out", folder_ / "c"}).code, 0);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "c/lane-2-other/step-2.safetensors"));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "c/lane-2-other/W1.npy"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "c/lane-2-other/step-3.safetensors"));
    EXPECT_EQ(run({"--steps", "3", "--force", "--weights-every", "0"}).code, 2);
}

TEST_F(Run, no_steps_write_the_start) {
    const Json start = summary_of("a", {"two-ways-up", "--steps", "0"});
    EXPECT_EQ(start["lanes"][0]["step"], 0);
    EXPECT_EQ(start["lanes"][0]["singular_values"], start["lanes"][1]["singular_values"]);
    const Matrix w1 = read_npy(folder_ / "a/lane-1-sgd/W1.npy");
    EXPECT_EQ(w1, read_npy(folder_ / "a/lane-2-muon/W1.npy"));
    summary_of("b", {"two-ways-up", "--steps", "1"});
    EXPECT_NE(w1, read_npy(folder_ / "b/lane-1-sgd/W1.npy"));
    const std::string history = read_file(folder_ / "a/history.csv", enough);
    EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), 3);  // heading, a row a lane
    EXPECT_EQ(run_program({"replay", folder_ / "a/session.json"}).code, 0);
}

TEST_F(Run, divergence_is_said_written_and_exits_with_3) {
    const Json summary =
        summary_of("a", {"two-ways-up", "--set", "lanes.sgd.optimizer.lr=10", "--steps", "100"}, 3);
    EXPECT_TRUE(outcome_.err.starts_with("muonscope: lane 'SGD' diverged at step "))
        << outcome_.err;
    EXPECT_TRUE(contains(outcome_.err, "layer")) << outcome_.err;
    EXPECT_TRUE(contains(outcome_.err, "it was sound up to step ")) << outcome_.err;
    EXPECT_FALSE(contains(outcome_.err, "Muon")) << outcome_.err;
    EXPECT_TRUE(contains(outcome_.out, "diverged"));
    ASSERT_TRUE(summary["lanes"][0].contains("diverged"));
    EXPECT_FALSE(summary["lanes"][1].contains("diverged"));
    // The other goes on to the end.
    const std::int64_t fault = summary["lanes"][0]["diverged"]["step"];
    EXPECT_LT(fault, 100);
    EXPECT_EQ(summary["lanes"][0]["step"], fault);
    EXPECT_EQ(summary["lanes"][1]["step"], 100);
    EXPECT_LT(summary["lanes"][1]["relative_error"].get<double>(), 1);
    const std::string history = read_file(folder_ / "a/history.csv", enough);
    EXPECT_TRUE(contains(history, "\n" + std::to_string(fault) + ",SGD,"));
    EXPECT_FALSE(contains(history, "\n" + std::to_string(fault + 1) + ",SGD,"));
    EXPECT_TRUE(contains(history, "\n100,Muon,"));
    const Outcome again = run_program({"replay", folder_ / "a/session.json"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_TRUE(contains(again.out, "same bits: SGD"));
    for (int layer = 1; layer <= 3; ++layer)  // the last good weights, all finite
        EXPECT_NO_THROW(read_npy(folder_ / ("a/lane-1-sgd/W" + std::to_string(layer) + ".npy")));
}

// Hundredths of a second of processor time that a process has had.
long ticks(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(stat, text);
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    return user + system;
}

// Until the program has trained for a moment: it makes the folder just before, and then works.
void wait_for_training(pid_t child, const std::string& out) {
    const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
    for (int i = 0; i < 1000 && !std::filesystem::exists(out); ++i) pause();
    const long begun = ticks(child);
    for (int i = 0; i < 1000 && ticks(child) < begun + 50; ++i) pause();
}

// A run of hours into `out`, which has trained for a moment when `then` sees it.
Outcome endless_run(const std::string& out, const std::function<void(pid_t)>& then) {
    return run_program({"run", "two-ways-up", "--steps", "1e9", "--out", out}, {},
                       [&](pid_t child) {
                           wait_for_training(child, out);
                           then(child);
                       });
}

TEST_F(Run, interruption_stops_and_still_writes_everything) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        const std::string out = folder_ / std::to_string(signal);
        const Outcome outcome = endless_run(out, [&](pid_t child) { ::kill(child, signal); });
        EXPECT_EQ(outcome.code, 128 + signal) << outcome.err;
        EXPECT_TRUE(contains(outcome.err, "muonscope: interrupted at step ")) << outcome.err;
        const Json summary = json_file(out + "/summary.json");
        EXPECT_GT(summary["lanes"][0]["step"], 0);
        EXPECT_TRUE(std::filesystem::exists(out + "/history.csv"));
        EXPECT_EQ(run_program({"replay", out + "/session.json"}).code, 0);
    }
}

TEST_F(Run, two_runs_at_once_in_one_folder_are_refused) {
    const std::string out = folder_ / "a";
    Outcome second;
    const Outcome first = endless_run(out, [&](pid_t child) {
        second = run_program({"run", "two-ways-up", "--steps", "1", "--out", out, "--force"});
        ::kill(child, SIGINT);
    });
    EXPECT_EQ(second.code, 2);
    EXPECT_TRUE(contains(second.err, "another run is at work in this folder")) << second.err;
    EXPECT_EQ(first.code, 130) << first.err;
    EXPECT_TRUE(std::filesystem::exists(out + "/summary.json"));
}

TEST_F(Run, what_a_killed_run_left_is_cleared_by_the_next_and_named) {
    const std::string out = folder_ / "a";
    endless_run(out, [&](pid_t child) { ::kill(child, SIGKILL); });
    ASSERT_EQ(folder_.names().size(), 2u);  // the folder and the hidden one
    EXPECT_TRUE(contains(folder_.names().back(), "a/.muonscope-"));
    write_file(folder_ / "a/.muonscope-notes", "not of a run");
    outcome_ = run_program({"run", "two-ways-up", "--steps", "1", "--out", out});
    EXPECT_EQ(outcome_.code, 0);
    EXPECT_TRUE(contains(outcome_.err, "which a run that was killed left there")) << outcome_.err;
    EXPECT_EQ(std::count(outcome_.err.begin(), outcome_.err.end(), '\n'), 1);
    EXPECT_EQ(sorted_names(folder_)[1], "a/.muonscope-notes");
    EXPECT_EQ(sorted_names(folder_)[2], "a/history.csv");
}

TEST_F(Run, replay_is_interrupted_as_run_is) {
    summary_of("a", {"two-ways-up", "--steps", "10"});
    std::string text = read_file(folder_ / "a/session.json", enough);
    const std::size_t step = text.rfind("\"step\": 10,\n  \"ended\"");
    ASSERT_NE(step, std::string::npos);
    text.replace(step, 10, "\"step\": 1000000000");
    write_file(folder_ / "long.json", text);
    const std::string out = folder_ / "b";
    const Outcome outcome =
        run_program({"replay", folder_ / "long.json", "--out", out}, {}, [&](pid_t child) {
            wait_for_training(child, out);
            ::kill(child, SIGINT);
        });
    EXPECT_EQ(outcome.code, 130) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "of 1000000000; the bits were not compared")) << outcome.err;
    EXPECT_FALSE(contains(outcome.out, "same bits"));
    EXPECT_GT(json_file(out + "/summary.json")["lanes"][0]["step"], 0);
}

TEST_F(Run, replay_reaches_the_same_bits_and_notices_other_ones) {
    const Json summary = summary_of("a", {"two-ways-up", "--steps", "50"});
    Outcome outcome = run_program({"replay", folder_ / "a/session.json", "--out", folder_ / "b"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const std::string hash = summary["lanes"][1]["state_hash"];
    EXPECT_TRUE(contains(outcome.out, "same bits: Muon " + hash)) << outcome.out;
    EXPECT_EQ(json_file(folder_ / "b/summary.json")["lanes"], summary["lanes"]);

    // The model that was open beside it is no part of the run, and stays in the file.
    Json session = json_file(folder_ / "a/session.json");
    session["weights"] = {{"files", {"none.gguf"}},
                          {"shown", "none.gguf"},
                          {"edits", {"*:drop-top=1", "*:flatten,muted"}}};
    write_file(folder_ / "beside.json", session.dump());
    outcome = run_program({"replay", folder_ / "beside.json", "--out", folder_ / "c"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(json_file(folder_ / "c/session.json")["weights"], session["weights"]);

    std::string text = read_file(folder_ / "a/session.json", enough);
    text.replace(text.rfind(hash), hash.size(), "0123456789abcdef");
    write_file(folder_ / "other.json", text);
    outcome = run_program({"replay", folder_ / "other.json"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "0123456789abcdef")) << outcome.err;
}

TEST_F(Run, staged_spends_its_steps_phase_by_phase) {
    const Json summary = summary_of("a", {"staged", "--steps", "610", "--set", "network.width=8"});
    EXPECT_EQ(summary["lanes"][0]["phase"], 1);
    EXPECT_EQ(summary["lanes"][0]["phase_steps"], (Json::array({600, 10})));
    EXPECT_EQ(summary["lanes"][1]["optimizer"], "muon, then sgd");
}

// ---- lists and help ----

TEST(Lists, presets_are_named_with_what_to_look_for) {
    const Outcome outcome = run_program({"presets"});
    EXPECT_EQ(outcome.code, 0);
    for (const Spec& preset : presets()) {
        EXPECT_TRUE(contains(outcome.out, preset.name + "\n")) << preset.name;
        EXPECT_TRUE(contains(outcome.out, preset.about));
    }
}

TEST(Lists, params_give_the_table_for_people_and_for_programs) {
    const Outcome people = run_program({"params"}), programs = run_program({"params", "--json"});
    EXPECT_EQ(people.code, 0);
    const Json list = Json::parse(programs.out);
    EXPECT_EQ(list.size(), experiment_parameters().size() + optimizer_parameters().size());
    for (const Json& parameter : list) {
        EXPECT_TRUE(contains(people.out, parameter["key"].get<std::string>()));
        for (const char* key : {"label", "type", "default", "help", "unit", "restarts"})
            EXPECT_TRUE(parameter.contains(key)) << parameter["key"] << " " << key;
    }
    EXPECT_EQ(list[2]["key"], "network.depth");
    EXPECT_EQ(list[2]["default"], 3);
    EXPECT_EQ(list[2]["max"], 16);
}

TEST(Help, is_there_for_every_command_and_has_examples) {
    for (const Arguments& arguments : {Arguments{"--help"},
                                       {"run", "--help"},
                                       {"replay", "--help"},
                                       {"render", "--help"},
                                       {"params", "--help"},
                                       {"reproduce", "--help"},
                                       {"presets", "--help"}}) {
        const Outcome outcome = run_program(arguments);
        EXPECT_EQ(outcome.code, 0);
        EXPECT_EQ(outcome.err, "");
        EXPECT_TRUE(contains(outcome.out, "Usage: muonscope")) << outcome.out;
        EXPECT_TRUE(contains(outcome.out, "Example")) << arguments.front();
    }
    EXPECT_TRUE(contains(run_program({"run", "--help"}).out, "3 a lane diverged"));
    const std::string version = run_program({"--version"}).out;
    EXPECT_TRUE(std::regex_match(
        version, std::regex("muonscope \\d+\\.\\d+\\.\\d+, commit ([0-9a-f]{12}( with changes)?|"
                            "unknown), kernels for (x86-64|aarch64|avx2|avx512|amx)\\n")))
        << version;
}

}  // namespace
}  // namespace muonscope

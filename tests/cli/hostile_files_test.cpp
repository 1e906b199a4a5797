// Files that are made to do damage, given to the real program: one line within a second of the
// processor's time, in 100 MB beside what the program takes itself, whatever they hold.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/documents/checkpoint_file.h"
#include "core/documents/session_json.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/tensor_writer.h"
#include "core/session/session.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;
using Arguments = std::vector<std::string>;

class HostileFiles : public testing::Test {
  protected:
    void expect_refusal(const Arguments& arguments, const std::string& part) {
        const Outcome outcome = run_program(arguments, [] {
            // A sanitizer takes terabytes of addresses for itself.
            const rlimit limit{rlim_t{130} << 20, rlim_t{130} << 20};
            if (!sanitized) ::setrlimit(RLIMIT_AS, &limit);
        });
        EXPECT_EQ(outcome.code, 2) << outcome.err.substr(0, 300);
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("muonscope: ")) << outcome.err.substr(0, 300);
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1);
        EXPECT_LT(outcome.err.size(), 700U) << outcome.err.substr(0, 300);
        EXPECT_TRUE(contains(outcome.err, part)) << outcome.err.substr(0, 300);
        if (!sanitized) {
            EXPECT_LT(outcome.processor_seconds, 1) << outcome.err.substr(0, 300);
        }
    }
    // Whoever reads specs, sessions and studies.
    void expect_refusals(const std::string& text, const std::string& part) {
        const std::string path = folder_ / "my.json";
        write_file(path, text);
        for (const Arguments& command :
             {Arguments{"run", path}, {"replay", path}, {"study", "plan", path}})
            expect_refusal(command, part);
    }
    ScratchFolder folder_;
};

std::string many(const std::string& begin, const std::string& item, std::size_t bytes,
                 const std::string& end = {}) {
    std::string text = begin;
    while (text.size() < bytes) text += item;
    return text + end;
}

// As large as is read of a spec.
constexpr std::size_t size = (sanitized ? std::size_t{2} : std::size_t{15}) << 20U;

TEST_F(HostileFiles, of_many_values_deep_or_long) {
    expect_refusals(many("", "[", size), "nested deeper than 16 levels");
    expect_refusals(many("", "{\"a\":", size), "nested deeper than 16 levels");
    expect_refusals(many("{\"version\":\"", "x", size), "holds a text of more than");
    expect_refusals(many("{\"version\":", "1", size, "}"), "holds a word of more than");
    expect_refusals(many("{\"version\":1e", "9", 500, "}"), "overflow");
    if (sanitized) return;
    for (const char* item : {"0,", "[],", "\"\",", "{\"a\":0},", "{\"step\":0,\"swap\":true},"})
        expect_refusals(many("[", item, size, "0]"), "holds more than 800000 values");
}

TEST_F(HostileFiles, of_another_version_or_number) {
    Spec spec = presets().front();
    Json session = Json::parse(to_json(Session(spec).saved()));
    const auto expect_session = [&](const char* key, const Json& value, const std::string& part) {
        Json changed = session;
        changed[key] = value;
        write_file(folder_ / "my.json", changed.dump());
        for (const char* command : {"run", "replay"})
            expect_refusal({command, folder_ / "my.json"}, part);
    };
    expect_session("version", 99, "version: 99 instead of 1 to 2");
    expect_session("version", Json(std::vector<int>(100'000, 7)), "version: a list instead of");
    expect_session("step", -1, "step: -1 is not a step");
    expect_session("lanes", Json(std::vector<int>(100'000, 7)), "lanes: not one entry");
    expect_session("log", {{{"step", 0}, {"set", "optimizer.lr"}, {"to", Json::array({1})}}},
                   "log.0.to: a list is no value");
    expect_session("log", {{{"step", 0}, {"set", "network.width"}, {"to", 1'000'000'000}}},
                   "1000000000 is not allowed");
    for (const char* widths : {"[1000000,1000000,1000000,1000000]", "[1e300,1]"}) {
        Json huge = Json::parse(to_json(spec));
        huge["experiment"]["network"]["widths"] = Json::parse(widths);
        write_file(folder_ / "my.json", huge.dump());
        expect_refusal({"run", folder_ / "my.json"}, "experiment.network.widths");
    }
}

// All of it good, but for its last edit.
TEST_F(HostileFiles, a_session_of_as_many_edits_as_are_read) {
    const std::string none = to_json(Session(presets().front()).saved());
    const std::string empty = "\"log\": [";
    const auto expect_log = [&](const std::string& edit, std::size_t count, const std::string& last,
                                const std::string& part) {
        std::string log;
        for (std::size_t i = 0; i < count; ++i) log += "{\"step\":0," + edit + "},";
        std::string text = none;
        text.insert(text.find(empty) + empty.size(), log + "{\"step\":0," + last + "}");
        write_file(folder_ / "my.json", text);
        for (const char* command : {"run", "replay"})
            expect_refusal({command, folder_ / "my.json"}, part);
    };
    const std::size_t most = sanitized ? 500 : SessionFile::most_edits - 1;
    const std::string bad = "\"set\":\"nonsense\",\"to\":1";
    expect_log("\"swap\":true", most, bad, "no parameter has this name");
    expect_log("\"set\":\"optimizer.lr\",\"to\":0.1", most, bad, "no parameter has this name");
    expect_log("\"lane\":0,\"recipe\":{}", most / 9, bad, "no parameter has this name");
    if (!sanitized) expect_log("\"swap\":true", most + 1, "\"swap\":true", "that are read");
}

TEST_F(HostileFiles, a_checkpoint) {
    const std::string path = folder_ / "run/checkpoint.safetensors";
    std::filesystem::create_directory(folder_ / "run");
    const auto expect_checkpoint = [&](const std::string& part) {
        expect_refusal({"run", "--resume", folder_ / "run"}, part);
    };
    RunCheckpoint checkpoint;
    WorkerPool pool(1);
    Session session(presets().front());
    session.advance_to(3, pool);
    checkpoint.state = session.state();
    write_checkpoint(path, checkpoint);
    const std::string whole = read_file(path, std::size_t{64} << 20U);
    write_file(path, whole.substr(0, whole.size() / 2));
    expect_checkpoint("checkpoint.safetensors");
    write_file(path, whole.substr(0, 9));
    expect_checkpoint("checkpoint.safetensors");
    // Of a format to come, and of a state that says it has millions of layers.
    std::string newer = whole;
    newer.replace(newer.find("muonscope checkpoint 1"), 22, "muonscope checkpoint 2");
    write_file(path, newer);
    expect_checkpoint("is of the format");
    write_file(path,
               many(std::string("\x00\x00\x00\x01\x00\x00\x00\x00", 8), "{\"a\":", 1U << 24U));
    expect_checkpoint("checkpoint.safetensors");
}

}  // namespace
}  // namespace muonscope

// Specs, sessions, studies and checkpoints that are damaged, or made to do damage: one sentence,
// soon, in little memory.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "core/documents/checkpoint_file.h"
#include "core/documents/session_json.h"
#include "core/documents/spec_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "core/study/study_json.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;
using test::small_spec;

struct Document {
    const char* name;
    std::string text;
    std::function<void(const std::string&)> read;
};

Session small_session() {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(3, pool);
    session.apply(SetParameter{"optimizer.lr", 0.002, true});
    Recipe renamed = session.spec().lanes[1];
    renamed.name = "Other";
    session.apply(SetLane{1, renamed, true});
    session.apply(SwapOptimizers{false});
    session.advance_to(5, pool);
    return session;
}

std::string small_study() {
    Json json = {{"version", 1},
                 {"base", Json::parse(to_json(small_spec()))},
                 {"grid", {{"network.depth", {1, 2}}}},
                 {"list", {{{"target.modes", 2}}}},
                 {"seeds", {4, 7}},
                 {"budget", {{"steps", 5}}}};
    json["arms"] = {{{"name", "a"}, {"set", {{"optimizer.kind", "sgd"}}}, {"rates", {0.1, 0.2}}},
                    {{"name", "b"}, {"set", {{"optimizer.kind", "muon"}}}}};
    json["metrics"] = {{{"end", "loss"}}, {{"name", "n"}, {"steps_to", "loss<=0.5"}}};
    json["tuning"] = {{"by", "n"}, {"seeds", "same"}};
    return json.dump();
}

std::vector<Document> documents() {
    SessionFile session = small_session().saved();
    session.weights =
        SessionFile::Weights{{"m.gguf"}, "m.gguf", "", "blk.0.ffn_up.weight", {"*:drop-top=1"}};
    const auto short_text = [](const std::string& text) { return Json::parse(text).dump(); };
    return {{"spec", short_text(to_json(small_spec())),
             [](const std::string& text) { spec_from_json(text, "my.json"); }},
            {"session", short_text(to_json(session)),
             [](const std::string& text) { spec_or_session_from_json(text, "my.json"); }},
            {"study", small_study(),
             [](const std::string& text) { study_from_json(text, "my.json"); }}};
}

// Whether it is refused; nothing but an Error, in one line with the file's name, may come of it.
bool refused(const Document& document, const std::string& text, const std::string& part = {}) {
    const std::string message = error_of([&] { document.read(text); });
    if (message.empty()) return false;
    EXPECT_TRUE(contains(message, "my.json") && contains(message, part)) << message;
    EXPECT_FALSE(contains(message, "\n")) << message;
    EXPECT_LT(message.size(), 2000U) << document.name << message.substr(0, 300);
    return true;
}

TEST(HostileDocuments, one_that_is_cut_anywhere_is_refused) {
    for (const Document& document : documents()) {
        ASSERT_FALSE(refused(document, document.text)) << document.name;
        for (std::size_t size = 0; size < document.text.size(); size += sanitized ? 17 : 1)
            ASSERT_TRUE(refused(document, document.text.substr(0, size), "line 1, column"))
                << document.name << " cut at " << size;
    }
}

TEST(HostileDocuments, one_with_any_byte_changed_is_read_or_refused) {
    std::mt19937 random(5);
    for (const Document& document : documents()) {
        int refusals = 0;
        for (std::size_t at = 0; at < document.text.size(); at += sanitized ? 17 : 1) {
            std::string text = document.text;
            const char digits[] = "0123456789eE+-.\"[]{},:";
            text[at] =
                at % 2 == 0 ? static_cast<char>(random()) : digits[random() % (sizeof digits - 1)];
            if (refused(document, text)) ++refusals;
        }
        EXPECT_GT(refusals, int(document.text.size()) / (sanitized ? 34 : 2)) << document.name;
    }
}

// Every value in turn becomes one of another type, of another size, or goes.
void for_each_value(Json& root, Json& node, const std::function<void()>& look) {
    static const std::vector<Json> others{nullptr,
                                          true,
                                          -1,
                                          0.5,
                                          1e300,
                                          9223372036854775807,
                                          1ULL << 63,
                                          4294967296,
                                          "x",
                                          std::string(100'000, 'x'),
                                          "",
                                          Json::array(),
                                          Json::object(),
                                          Json::parse("[[[[[[[[1]]]]]]]]"),
                                          Json(std::vector<int>(1000, 7))};
    const Json was = node;
    for (const Json& other : others) {
        node = other;
        look();
    }
    node = was;
    if (node.is_structured())
        for (auto& child : node) for_each_value(root, child, look);
}

TEST(HostileDocuments, one_with_a_value_of_another_type_is_read_or_refused) {
    for (const Document& document : documents()) {
        Json tree = Json::parse(document.text);
        int refusals = 0, all = 0;
        for_each_value(tree, tree, [&] {
            if (++all % (sanitized ? 13 : 1) == 0 && refused(document, tree.dump())) ++refusals;
        });
        EXPECT_GT(refusals, all / (sanitized ? 26 : 2)) << document.name;
    }
}

TEST(HostileDocuments, numbers_that_are_none_are_refused) {
    for (const Document& document : documents())
        for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x1", "01"})
            EXPECT_TRUE(refused(document, fmt::format("{{\"version\":{}}}", number)))
                << document.name << number;
}

std::string many(const std::string& begin, const std::string& item, std::size_t count,
                 const std::string& end) {
    std::string text = begin;
    for (std::size_t i = 0; i < count; ++i) text += item;
    return text + end;
}

TEST(HostileDocuments, what_would_take_all_memory_or_time_is_refused_before) {
    constexpr std::size_t million = 1'000'000;
    std::string keys = "{\"k\":0";
    for (int i = 0; i < 1000; ++i) keys += fmt::format(",\"{}\":0", i);
    for (const Document& document : documents()) {
        EXPECT_TRUE(refused(document, std::string(million, '['), "nested deeper than 16"));
        EXPECT_TRUE(refused(document, many("", "{\"a\":", million, ""), "nested deeper than 16"));
        EXPECT_TRUE(refused(document, many("[", "0,", million, "0]"), "more than 800000 values"));
        EXPECT_TRUE(refused(document, many("[", "{\"a\":0},", million, "0]"), "800000 values"));
        EXPECT_TRUE(refused(document, keys + "}", "an object of more than 512 keys"));
        EXPECT_TRUE(refused(document, "{\"version\":" + std::string(million, '1') + "}",
                            "a word of more than 1000 characters"));
        EXPECT_TRUE(refused(document, "{\"version\":\"" + std::string(3 * million, 'x'),
                            "a text of more than 1048576 bytes"));
        EXPECT_TRUE(refused(document, "{\"version\":1,\"version\":1}", "stands twice"));
        EXPECT_TRUE(refused(document, "{\"version\":1,\"v\\u0065rsion\":1}", "stands twice"));
        Json newer = Json::parse(document.text);
        newer["version"] = 99;
        EXPECT_TRUE(refused(document, newer.dump(), "version: 99"));
    }
}

// Logs of more edits than are read, every one of them good.
TEST(HostileDocuments, a_log_of_too_many_edits_is_refused) {
    const Document session = documents()[1];
    const std::string none = to_json(Session(small_spec()).saved());
    const std::string empty = "\"log\": [";
    const std::size_t at = none.find(empty) + empty.size();
    const auto log_of = [&](const std::string& edit, std::size_t count) {
        std::string text = none;
        return text.insert(
            at, many("", "{\"step\":0," + edit + "},", count - 1, "{\"step\":0," + edit + "}"));
    };
    const std::string recipe = "\"lane\":0,\"recipe\":{}";
    EXPECT_TRUE(refused(session, log_of("\"swap\":true", SessionFile::most_edits + 1),
                        "log: 50001 edits are more than the 50000 that are read"));
    if (sanitized) return;
    EXPECT_FALSE(refused(session, log_of("\"swap\":true", SessionFile::most_edits)));
    EXPECT_FALSE(refused(session, log_of(recipe, SessionFile::most_edits / 9)));
    EXPECT_TRUE(refused(session, log_of(recipe, SessionFile::most_edits / 9 + 1),
                        "log: 5556 edits are more than the 50000 that are read"));
}

// A lane's number is not cut to the bits that an int has.
TEST(HostileDocuments, a_lane_beyond_all_numbers_is_none) {
    const Document session = documents()[1];
    for (const char* key : {"lane", "lower_rate"})
        for (const Json& number : {Json(4294967296), Json(-1), Json(1ULL << 63)}) {
            Json tree = Json::parse(session.text);
            Json edit = {{"step", 0}, {key, number}, {"by", 0.5}};
            edit["recipe"] = tree["spec"]["lanes"][0];
            tree["log"] = Json::array({edit});
            EXPECT_TRUE(refused(session, tree.dump(), "log.0")) << number;
        }
}

// Half a million values by few edits: whole recipes of many phases. What is done is what can be
// read again.
TEST(HostileDocuments, a_log_that_could_not_be_read_again_is_not_made) {
    Spec spec = small_spec();
    spec.experiment.network.depth = 12;
    for (Recipe& recipe : spec.lanes) {
        recipe.phases.resize(64, recipe.phases.front());
        for (Phase& phase : recipe.phases) {
            phase.until.steps = 1;
            phase.layer_optimizers.assign(12, phase.optimizer);
        }
    }
    Session session(spec);
    std::string message;
    int done = 0;
    for (; message.empty() && done < 100; ++done) {
        Recipe recipe = session.spec().lanes[0];
        recipe.name = fmt::format("lane {}", done);
        message = error_of([&] { session.apply(SetLane{0, recipe, true}); });
    }
    EXPECT_TRUE(contains(message, "its log is full: it holds ")) << message;
    EXPECT_GT(done, 10);
    const SessionFile read = session_file_from_json(to_json(session.saved()), "my.json");
    EXPECT_EQ(read.log.size() + 1, std::size_t(done));
}

TEST(HostileDocuments, a_checkpoint_cut_anywhere_is_refused) {
    const ScratchFolder folder;
    const std::string path = folder / "whole", cut = folder / "my.json";
    RunCheckpoint checkpoint;
    checkpoint.state = small_session().state();
    write_checkpoint(path, checkpoint);
    const std::string whole = read_file(path, 1U << 20U);
    EXPECT_EQ(error_of([&] { read_checkpoint(path); }), "");
    const Document document{"checkpoint", "", [&](const std::string& bytes) {
                                FILE* file = std::fopen(cut.c_str(), "wb");
                                std::fwrite(bytes.data(), 1, bytes.size(), file);
                                std::fclose(file);
                                read_checkpoint(cut);
                            }};
    std::mt19937 random(7);
    for (std::size_t size = 0; size < whole.size(); size += 1 + random() % (sanitized ? 400 : 20)) {
        ASSERT_TRUE(refused(document, whole.substr(0, size))) << "cut at " << size;
        std::string damaged = whole;
        damaged[size] = static_cast<char>(damaged[size] + 1 + random() % 255);
        ASSERT_TRUE(refused(document, damaged)) << "changed at " << size;
    }
}

}  // namespace
}  // namespace muonscope

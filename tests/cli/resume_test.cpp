// A run that is interrupted or killed, and goes on.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/documents/checkpoint_file.h"
#include "core/formats/files.h"
#include "tests/cli/program.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr std::size_t enough = std::size_t{64} << 20;
constexpr const char* kept_as = "checkpoint.safetensors";

class Resume : public testing::Test {
  protected:
    Outcome run(Arguments arguments, const std::function<void(pid_t)>& meanwhile = {}) {
        arguments.insert(arguments.begin(), "run");
        return run_program(arguments, {}, meanwhile);
    }
    std::string text_of(const std::string& name) { return read_file(folder_ / name, enough); }
    // Of a summary, whatever took a time of its own aside.
    Json summary_in(const std::string& folder) {
        Json json = Json::parse(text_of(folder + "/summary.json"));
        EXPECT_GT(json["wall_seconds"], 0);
        json.erase("wall_seconds");
        json.erase("steps_per_second");
        return json;
    }
    void expect_same_results(const std::string& one, const std::string& other) {
        EXPECT_EQ(summary_in(one), summary_in(other));
        for (const char* name : {"/history.csv", "/session.json", "/lane-1-sgd/W1.npy"})
            EXPECT_TRUE(text_of(one + name) == text_of(other + name)) << name;
    }
    std::string kept_in(const std::string& name) { return folder_ / (name + "/" + kept_as); }
    // Until something stands in the folder of a run, and a while.
    void wait_for(const std::string& name, int milliseconds) {
        for (int i = 0; i < 2000 && !std::filesystem::exists(folder_ / name); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    }
    ScratchFolder folder_;
};

const Arguments long_run{"two-ways-up", "--steps", sanitized ? "400" : "4000"};

Arguments operator+(Arguments one, const Arguments& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

TEST_F(Resume, an_interrupted_run_goes_on_to_the_same_results) {
    ASSERT_EQ(run(long_run + Arguments{"--out", folder_ / "whole"}).code, 0);
    EXPECT_FALSE(std::filesystem::exists(kept_in("whole")));
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
        const std::string name = std::to_string(signal), out = folder_ / name;
        const Outcome left = run(long_run + Arguments{"--out", out}, [&](pid_t child) {
            wait_for(name, 60);
            ::kill(child, signal);
        });
        ASSERT_EQ(left.code, 128 + signal) << left.err;
        EXPECT_TRUE(contains(left.err, "; go on by `muonscope run --resume " + out + "`"))
            << left.err;
        const std::int64_t step = read_checkpoint(out + "/" + kept_as).state.step;
        EXPECT_EQ(Json::parse(text_of(name + "/session.json"))["step"], step);
        const Outcome rest = run({"--resume", out, "--workers", signal == SIGINT ? "1" : "2"});
        ASSERT_EQ(rest.code, 0) << rest.err;
        EXPECT_EQ(rest.err, "");
        expect_same_results(name, "whole");
    }
}

// At twenty moments, some of them in the middle of writing: a checkpoint every few milliseconds.
TEST_F(Resume, a_killed_run_goes_on_to_the_same_results) {
    ASSERT_EQ(run(long_run + Arguments{"--out", folder_ / "whole"}).code, 0);
    std::mt19937 random(11);
    int killed = 0;
    std::int64_t furthest = 0;
    for (int i = 0; i < 20; ++i) {
        const bool stands = std::filesystem::exists(kept_in("a"));
        const Arguments begin = stands ? Arguments{"--resume", folder_ / "a"}
                                       : long_run + Arguments{"--out", folder_ / "a"};
        const Outcome outcome =
            run(begin + Arguments{"--checkpoint-every", "0.002"}, [&](pid_t child) {
                wait_for(std::string("a/") + kept_as, static_cast<int>(random() % 80));
                ::kill(child, SIGKILL);
            });
        if (outcome.code == 0) break;
        ASSERT_EQ(outcome.code, 128 + SIGKILL) << outcome.err;
        ++killed;
        const std::int64_t step = read_checkpoint(kept_in("a")).state.step;
        EXPECT_GE(step, furthest);
        furthest = step;
    }
    EXPECT_GT(killed, 3);
    const Outcome rest = run({"--resume", folder_ / "a"});
    ASSERT_EQ(rest.code, 0) << rest.err;
    expect_same_results("a", "whole");
    for (const std::string& name : folder_.names())
        EXPECT_FALSE(contains(name, ".tmp") || contains(name, ".muonscope-")) << name;
}

TEST_F(Resume, a_run_that_was_kept_goes_on_beyond_its_end) {
    ASSERT_EQ(run({"minibatch", "--steps", "300", "--out", folder_ / "whole"}).code, 0);
    ASSERT_EQ(
        run({"minibatch", "--steps", "120", "--out", folder_ / "a", "--checkpoint-every", "0.001"})
            .code,
        0);
    EXPECT_EQ(read_checkpoint(kept_in("a")).state.step, 120);
    EXPECT_EQ(run({"--resume", folder_ / "a"}).code, 0);  // there is nothing to do
    EXPECT_EQ(summary_in("a")["lanes"][0]["step"], 120);
    EXPECT_EQ(run({"--resume", folder_ / "a", "--steps", "300"}).code, 0);
    expect_same_results("a", "whole");
    EXPECT_EQ(run({"--resume", folder_ / "a", "--steps", "299"}).code, 2);
}

TEST_F(Resume, a_stop_rule_is_kept_until_it_is_met) {
    const Arguments begin{"two-ways-up", "--until", "relative_error<=0.5", "--checkpoint-every",
                          "0.001"};
    ASSERT_EQ(run(begin + Arguments{"--out", folder_ / "whole"}).code, 0);
    const auto met = summary_in("whole")["lanes"][0]["step"].get<std::int64_t>();
    RunCheckpoint checkpoint = read_checkpoint(kept_in("whole"));
    EXPECT_TRUE(checkpoint.until.empty());  // met: the run may go on beyond it
    ASSERT_EQ(
        run({"two-ways-up", "--steps", "30", "--checkpoint-every", "0.001", "--out", folder_ / "a"})
            .code,
        0);
    ASSERT_LT(30, met);
    checkpoint = read_checkpoint(kept_in("a"));
    checkpoint.until = {"relative_error<=0.5"};
    write_checkpoint(kept_in("a"), checkpoint);
    ASSERT_EQ(run({"--resume", folder_ / "a", "--steps", "2000"}).code, 0);
    EXPECT_EQ(summary_in("a")["lanes"], summary_in("whole")["lanes"]);
}

TEST_F(Resume, a_checkpoint_that_cannot_be_written_leaves_the_one_before_and_the_run_going) {
    ASSERT_EQ(
        run({"two-ways-up", "--steps", "40", "--out", folder_ / "a", "--checkpoint-every", "0.001"})
            .code,
        0);
    const auto size = std::filesystem::file_size(kept_in("a"));
    const Outcome outcome = run_program(
        {"run", "--resume", folder_ / "a", "--steps", "3000", "--checkpoint-every", "0.001"}, [&] {
            const rlimit limit{size, size};  // it grows with its history
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
    EXPECT_EQ(outcome.code, 2) << outcome.err;  // the last one is due, and does not fit either
    const std::string complaint = "muonscope: no checkpoint of step ";
    ASSERT_TRUE(outcome.err.starts_with(complaint)) << outcome.err;
    EXPECT_FALSE(contains(outcome.err.substr(1), complaint)) << outcome.err;  // said once
    EXPECT_TRUE(contains(outcome.err, "File too large")) << outcome.err;
    EXPECT_GE(read_checkpoint(kept_in("a")).state.step, 40);
    EXPECT_EQ(run({"--resume", folder_ / "a", "--steps", "60"}).code, 0);
}

TEST_F(Resume, a_checkpoint_of_another_program_is_named_and_may_be_replayed) {
    ASSERT_EQ(run({"two-ways-up", "--steps", "50", "--out", folder_ / "whole"}).code, 0);
    ASSERT_EQ(
        run({"two-ways-up", "--steps", "20", "--out", folder_ / "a", "--checkpoint-every", "0.001"})
            .code,
        0);
    RunCheckpoint checkpoint = read_checkpoint(kept_in("a"));
    checkpoint.program = {"0.0.9", "0123456789ab", "avx2"};
    write_checkpoint(kept_in("a"), checkpoint);
    const Outcome refused = run({"--resume", folder_ / "a", "--steps", "50"});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(contains(refused.err,
                         "version 0.0.9, commit 0123456789ab; use that one, or add "
                         "--replay"))
        << refused.err;
    EXPECT_EQ(run({"--resume", folder_ / "a", "--steps", "50", "--replay"}).code, 0);
    expect_same_results("a", "whole");
}

TEST_F(Resume, a_saved_session_is_replayed_and_goes_on) {
    ASSERT_EQ(run({"two-ways-up", "--steps", "90", "--out", folder_ / "whole"}).code, 0);
    ASSERT_EQ(run({"two-ways-up", "--steps", "40", "--out", folder_ / "a"}).code, 0);
    const std::string session = folder_ / "a/session.json";
    EXPECT_EQ(run({session, "--steps", "90", "--out", folder_ / "b"}).code, 0);
    expect_same_results("b", "whole");
    EXPECT_EQ(run({session, "--out", folder_ / "c"}).code, 0);
    EXPECT_EQ(summary_in("c"), summary_in("a"));
    const Outcome early = run({session, "--steps", "39"});
    EXPECT_EQ(early.code, 2);
    EXPECT_TRUE(contains(early.err, "`muonscope replay " + session + " --to 39`")) << early.err;
    EXPECT_EQ(run({session, "--set", "optimizer.lr=1"}).code, 2);
    EXPECT_EQ(run({session, "--seed", "1"}).code, 2);
    // One with other bits is no run to go on with.
    Json json = Json::parse(text_of("a/session.json"));
    json["lanes"][0]["state_hash"] = "0123456789abcdef";
    write_file(folder_ / "other.json", json.dump());
    const Outcome other = run({folder_ / "other.json", "--steps", "90"});
    EXPECT_EQ(other.code, 2);
    EXPECT_TRUE(contains(other.err, "instead of step 40 with 0123456789abcdef")) << other.err;
}

TEST_F(Resume, replay_stops_where_it_is_told_to) {
    ASSERT_EQ(run({"two-ways-up", "--steps", "40", "--out", folder_ / "a"}).code, 0);
    ASSERT_EQ(run({"two-ways-up", "--steps", "15", "--out", folder_ / "b"}).code, 0);
    const std::string session = folder_ / "a/session.json";
    const Outcome outcome = run_program({"replay", session, "--to", "15", "--out", folder_ / "c"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "muonscope: stopped at step 15 of 40; the bits were not compared\n");
    EXPECT_EQ(summary_in("c")["lanes"], summary_in("b")["lanes"]);
    EXPECT_TRUE(contains(run_program({"replay", session, "--to", "40"}).out, "same bits"));
    const Outcome beyond = run_program({"replay", session, "--to", "41"});
    EXPECT_EQ(beyond.code, 2);
    EXPECT_TRUE(contains(beyond.err, "`muonscope run " + session + " --steps 41`")) << beyond.err;
}

TEST_F(Resume, says_in_a_sentence_what_it_cannot_go_on_with) {
    const auto message = [&](const Arguments& arguments) {
        const Outcome outcome = run(arguments);
        EXPECT_EQ(outcome.code, 2) << arguments.front();
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
        return outcome.err;
    };
    EXPECT_TRUE(contains(message({}), "it does not say what to train"));
    EXPECT_TRUE(contains(message({"--resume", folder_ / "none"}), "holds no checkpoint"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
    ASSERT_EQ(run({"two-ways-up", "--steps", "3", "--out", folder_ / "short"}).code, 0);
    EXPECT_TRUE(contains(message({"--resume", folder_ / "short"}),
                         "by `muonscope run " + folder_ / "short/session.json" + " --steps N`"));
    std::filesystem::create_directory(folder_ / "a");
    write_file(kept_in("a"), "hello");
    EXPECT_TRUE(contains(message({"--resume", folder_ / "a"}), kept_as));
    EXPECT_TRUE(contains(message({"two-ways-up", "--steps", "1", "--out", folder_ / "a"}),
                         "go on with it by `muonscope run --resume " + folder_ / "a" + "`"));
    EXPECT_EQ(text_of(std::string("a/") + kept_as), "hello");
    for (const Arguments& with : std::vector<Arguments>{
             {"two-ways-up"}, {"--set", "optimizer.lr=1"}, {"--seed", "2"}, {"--out", "b"}})
        EXPECT_TRUE(contains(message(with + Arguments{"--resume", folder_ / "a"}),
                             "a run that goes on has its own"));
    EXPECT_TRUE(contains(message({"two-ways-up", "--replay"}), "--resume"));
    EXPECT_TRUE(contains(message({"two-ways-up", "--checkpoint-every", "-1"}),
                         "--checkpoint-every: '-1' is not allowed"));
    EXPECT_TRUE(contains(message({"two-ways-up", "--checkpoint-every", "5"}),
                         "--checkpoint-every: no folder is named"));
    // A run in its place takes the folder whole.
    ASSERT_EQ(run({"two-ways-up", "--steps", "1", "--out", folder_ / "a", "--force"}).code, 0);
    EXPECT_FALSE(std::filesystem::exists(kept_in("a")));
}

TEST_F(Resume, a_folder_that_cannot_be_written_to_is_refused_before_training) {
    ASSERT_EQ(
        run({"two-ways-up", "--steps", "20", "--out", folder_ / "a", "--checkpoint-every", "0.001"})
            .code,
        0);
    ::chmod(folder_.path().c_str(), 0755);
    ::chmod((folder_ / "a").c_str(), 0555);
    // Permissions do not bind root: as nobody in particular.
    const auto as_another = [] {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(126);
    };
    const Outcome outcome =
        run_program({"run", "--resume", folder_ / "a", "--steps", "1e9"}, as_another);
    ::chmod((folder_ / "a").c_str(), 0755);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "Permission denied")) << outcome.err;
    EXPECT_EQ(read_checkpoint(kept_in("a")).state.step, 20);
}

}  // namespace
}  // namespace muonscope

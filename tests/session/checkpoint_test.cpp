// A run that is kept in a file on the way and goes on from it comes to the bits, the history and
// the marks of one that was never left.

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <sstream>

#include "core/documents/checkpoint_file.h"
#include "core/documents/history_csv.h"
#include "core/documents/session_json.h"
#include "core/documents/summary_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/core/small_tokens.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

constexpr std::size_t enough = std::size_t{64} << 20;

struct Case {
    std::string name;
    Spec spec;
    std::vector<LoggedEdit> edits = {};  // made on the way
};

Spec staged() {
    Spec spec = test::turning_spec();
    for (Recipe& recipe : spec.lanes) {
        recipe.phases[0].objective = Objective::layer_target;
        recipe.phases[0].until.steps = 20;
        recipe.phases[1].until.steps = 60;
        recipe.repeats = false;
    }
    spec.lanes[1].phases[1].until.steps = 25;  // ends first
    return spec;
}

Spec noisy() {
    Spec spec = test::small_spec();
    spec.experiment.data = {DataKind::samples, 24, 0.1, 6};
    spec.lanes[0].phases[0].optimizer.kind = OptimizerKind::adamw;
    spec.lanes[1].phases[0].layer_optimizers.resize(2);
    spec.lanes[1].phases[0].layer_optimizers[1] = test::small_spec().lanes[0].phases[0].optimizer;
    return spec;
}

Spec transformer(TaskKind kind) {
    Spec spec = test::small_spec();
    spec.experiment = test::small_tokens(kind);
    spec.experiment.record.dense = 16;
    return spec;
}

std::vector<Case> cases() {
    Spec steep = test::small_spec();
    steep.lanes[0].phases[0].optimizer.lr = 3;  // diverges soon
    Spec crowded = test::small_spec();
    crowded.experiment.record.megabytes = 1;  // the history is thinned on the way
    std::vector<LoggedEdit> edits{
        {9, SetParameter{"lanes.0.optimizer.lr", 0.02}},
        {30, SwapOptimizers{}},
        {47, SetParameter{"lanes.1.optimizer.kind", std::string("adamw"), false}},
        {70, SetParameter{"optimizer.lr", 0.003}}};
    return {{"chain", test::small_spec()},
            {"minibatches", noisy()},
            {"staged", staged()},
            {"in turns", test::turning_spec()},
            {"a lane diverges", steep},
            {"a full history", crowded},
            {"facts in a transformer", transformer(TaskKind::facts)},
            {"copying in a transformer", transformer(TaskKind::copy)},
            {"edits and a swap", noisy(), edits}};
}

void go(Session& session, std::int64_t to, const std::vector<LoggedEdit>& edits, WorkerPool& pool) {
    for (const LoggedEdit& edit : edits) {
        if (edit.step < session.step() || edit.step >= to) continue;
        session.advance_to(edit.step, pool);
        session.apply(edit.edit);
    }
    session.advance_to(to, pool);
}

// Everything that leaves the program of it, and every mark.
std::string told(Session& session) {
    std::ostringstream text;
    const auto snapshot = session.snapshot();
    write_history_csv(text, *snapshot);
    text << summary_json(*snapshot, 1) << to_json(session.saved());
    for (const Event& event : session.events())
        text << event.step << ' ' << event.lane << ' ' << event.text << '\n';
    for (const LaneSnapshot& lane : snapshot->lanes) text << lane.sound_step << '\n';
    return text.str();
}

RunCheckpoint kept(const Session& session) {
    RunCheckpoint checkpoint;
    checkpoint.state = session.state();
    checkpoint.until = {"loss<=0.5", "relative_error<=0.1"};
    checkpoint.seconds = 0.1 + 0.2;
    return checkpoint;
}

TEST(Checkpoint, a_run_that_goes_on_from_its_file_comes_to_the_same_bits) {
    const ScratchFolder folder;
    WorkerPool one(1), two(2);
    const std::int64_t end = 120;
    for (const Case& each : cases()) {
        Session whole(each.spec);
        go(whole, end, each.edits, one);
        const std::string expected = told(whole);
        for (const std::int64_t at : {0, 1, 7, 24, 30, 47, 83, 120}) {
            if (sanitized && at % 2 == 0) continue;
            const std::string where = each.name + " left at " + std::to_string(at);
            const std::string path = folder / "checkpoint.safetensors";
            {
                Session first(each.spec);
                go(first, at, each.edits, two);
                write_checkpoint(path, kept(first));
            }
            const RunCheckpoint read = read_checkpoint(path);
            Session session = Session::resumed(read.state);
            EXPECT_TRUE(of_this_program(read.program));
            EXPECT_EQ(read.seconds, 0.1 + 0.2);
            EXPECT_EQ(read.until, kept(session).until);
            go(session, end, each.edits, two);
            ASSERT_EQ(told(session), expected) << where;
        }
    }
}

TEST(Checkpoint, edits_that_are_still_to_come_come) {
    const Case lively = cases().back();
    WorkerPool pool(1);
    Session whole(lively.spec);
    go(whole, 100, lively.edits, pool);
    const ScratchFolder folder;
    const std::string path = folder / "one.safetensors";
    Session replaying(whole.saved());
    replaying.advance_to(40, pool);
    write_checkpoint(path, kept(replaying));
    Session session = Session::resumed(read_checkpoint(path).state);
    session.advance_to(100, pool);
    EXPECT_EQ(told(session), told(whole));
    session.verify(whole.saved());
}

TEST(Checkpoint, going_back_leads_to_steps_before_it) {
    WorkerPool pool(1);
    Session whole(noisy());
    whole.advance_to(90, pool);
    Session session = Session::resumed(whole.state());
    session.advance_to(130, pool);
    for (const std::int64_t step : {100, 90, 33, 0}) {
        session.go_back_to(step, pool);
        whole.go_back_to(step, pool);
        ASSERT_EQ(told(session), told(whole)) << step;
    }
}

TEST(Checkpoint, a_stop_rule_finds_the_step_it_would_have_found) {
    Spec spec = noisy();
    WorkerPool pool(1);
    Session whole(spec);
    const std::vector<Bound> bounds{{whole.layout().error_left(), 0.985}};
    ASSERT_TRUE(whole.advance_until(400, bounds, pool));
    const std::int64_t met = whole.step();
    ASSERT_GT(met, 2);
    for (const std::int64_t at : {met - 1, met / 2}) {
        Session first(spec);
        ASSERT_FALSE(first.advance_until(at, bounds, pool));
        Session session = Session::resumed(first.state());
        ASSERT_TRUE(session.advance_until(400, bounds, pool));
        EXPECT_EQ(session.step(), met) << "left at " << at;
        EXPECT_EQ(told(session), told(whole));
    }
}

// What an infinity, a NaN with a mark of its own, -0 and the smallest number come back as.
TEST(Checkpoint, keeps_every_bit_of_every_number) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(3, pool);
    RunCheckpoint checkpoint = kept(session);
    std::vector<double>& row = checkpoint.state.lanes[0].measured.values;
    const std::vector<std::uint64_t> marked{0x7ff8000000000123, 0xfff0000000000000,
                                            0x8000000000000000, 1};
    std::memcpy(row.data(), marked.data(), sizeof(double) * marked.size());
    const ScratchFolder folder;
    write_checkpoint(folder / "a.safetensors", checkpoint);
    const RunCheckpoint read = read_checkpoint(folder / "a.safetensors");
    const std::vector<double>& back = read.state.lanes[0].measured.values;
    ASSERT_EQ(back.size(), row.size());
    EXPECT_EQ(std::memcmp(back.data(), row.data(), sizeof(double) * row.size()), 0);
}

class Damaged : public testing::Test {
  protected:
    Damaged() {
        WorkerPool pool(1);
        Session session(test::turning_spec());
        session.advance_to(11, pool);
        checkpoint_ = kept(session);
        write_checkpoint(path_, checkpoint_);
        bytes_ = read_file(path_, enough);
    }
    std::string message_of(const std::string& bytes) {
        write_file(path_, bytes);
        return error_of([&] { read_checkpoint(path_); });
    }
    void expect_one_sentence(const std::string& message, const std::string& where) {
        EXPECT_FALSE(message.empty()) << where << " is read";
        EXPECT_FALSE(contains(message, "\n")) << message;
        EXPECT_TRUE(contains(message, path_)) << message;
        EXPECT_LT(message.size(), 600U) << message;
    }
    // What comes of a state that a session cannot be in, in a file that is whole.
    std::string refusal_of(const std::function<void(SessionState&)>& spoil) {
        RunCheckpoint spoiled = checkpoint_;
        spoil(spoiled.state);
        return error_of([&] {
            write_checkpoint(path_, spoiled);
            Session::resumed(read_checkpoint(path_).state);
        });
    }
    ScratchFolder folder_;
    std::string path_ = folder_ / "c.safetensors", bytes_;
    RunCheckpoint checkpoint_;
};

TEST_F(Damaged, a_file_that_is_cut_is_refused) {
    for (std::size_t size = 0; size < bytes_.size(); size += 1 + bytes_.size() / 211)
        expect_one_sentence(message_of(bytes_.substr(0, size)), "cut at " + std::to_string(size));
}

TEST_F(Damaged, a_file_with_any_bit_changed_is_refused) {
    std::mt19937 random(3);
    for (int i = 0; i < (sanitized ? 60 : 400); ++i) {
        std::string changed = bytes_;
        // Half of them in the header, which is a small part of it.
        const std::size_t at = random() % (i % 2 == 0 ? 6000 : bytes_.size());
        changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
        expect_one_sentence(message_of(changed), "changed at " + std::to_string(at));
    }
}

TEST_F(Damaged, what_is_no_checkpoint_says_so) {
    EXPECT_TRUE(contains(message_of("hello"), path_));
    EXPECT_TRUE(
        contains(message_of(std::string("\x02\0\0\0\0\0\0\0{}", 10)), "is no checkpoint of a run"));
    EXPECT_MESSAGE(read_checkpoint(folder_.path()), "is a folder");
    EXPECT_MESSAGE(read_checkpoint(folder_ / "none"), "cannot be read");
}

TEST_F(Damaged, another_programs_file_gives_its_spec_and_no_state) {
    checkpoint_.program = {"0.0.1", "abcdef", "avx2"};
    write_checkpoint(path_, checkpoint_);
    const RunCheckpoint read = read_checkpoint(path_);
    EXPECT_FALSE(of_this_program(read.program));
    EXPECT_EQ(read.program.commit, "abcdef");
    EXPECT_EQ(read.state.spec, checkpoint_.state.spec);
    EXPECT_EQ(read.state.step, 11);
    EXPECT_TRUE(read.state.lanes.empty());
}

TEST_F(Damaged, a_state_that_no_session_of_its_spec_can_be_in_is_refused) {
    using Spoil = std::function<void(SessionState&)>;
    const std::vector<std::pair<std::string, Spoil>> spoils{
        {"a lane too few", [](SessionState& s) { s.lanes.pop_back(); }},
        {"another shape", [](SessionState& s) { s.lanes[0].now.weights[0].resize(3, 4); }},
        {"a layer too few", [](SessionState& s) { s.lanes[1].now.weights.pop_back(); }},
        {"other weights", [](SessionState& s) { s.lanes[1].now.weights[1](0, 0) += 1; }},
        {"a step of its own", [](SessionState& s) { s.lanes[0].now.step = 10; }},
        {"steps of no phase", [](SessionState& s) { s.lanes[0].now.phase_steps[0] = 3; }},
        {"a phase too many", [](SessionState& s) { s.lanes[0].now.phase = 2; }},
        {"a phase beyond", [](SessionState& s) { s.lanes[0].now.newest_phase = 9; }},
        {"finished half way",
         [](SessionState& s) { s.lanes[0].now.status = Lane::Status::finished; }},
        {"diverged of nothing",
         [](SessionState& s) { s.lanes[0].now.status = Lane::Status::diverged; }},
        {"no optimisers", [](SessionState& s) { s.lanes[0].now.trained[1] = {}; }},
        {"a layer that does not train",
         [](SessionState& s) { s.lanes[0].now.trained[1].layers = {1}; }},
        {"momentum of another shape",
         [](SessionState& s) { s.lanes[0].now.trained[1].optimizers[0].momentum.resize(2, 2); }},
        {"a buffer too many",
         [](SessionState& s) { s.lanes[0].now.trained[1].optimizers[0].own.emplace_back(6, 6); }},
        {"a move of another shape",
         [](SessionState& s) { s.lanes[0].newest.updates[1].resize(1, 1); }},
        {"a short row", [](SessionState& s) { s.lanes[0].measured.values.pop_back(); }},
        {"no history", [](SessionState& s) { s.lanes[0].history = {}; }},
        {"a history in disorder", [](SessionState& s) { s.lanes[0].history.steps[3] = 2; }},
        {"a history beyond", [](SessionState& s) { s.lanes[0].history.steps.back() = 12; }},
        {"short rows", [](SessionState& s) { s.lanes[0].history.values.pop_back(); }},
        {"an odd thinning", [](SessionState& s) { s.lanes[0].history.thinning = 3; }},
        {"a net of gigabytes",
         [](SessionState& s) {
             s.spec.experiment.network.width = 512;
             s.spec.experiment.network.depth = 64;
         }},
        {"another hash", [](SessionState& s) { s.lanes[0].hash ^= 1; }},
        {"edits that were not made", [](SessionState& s) { s.applied = s.marked = 1; }},
    };
    EXPECT_EQ(refusal_of([](SessionState&) {}), "");
    for (const auto& [what, spoil] : spoils) {
        const std::string message = refusal_of(spoil);
        EXPECT_FALSE(message.empty()) << what;
        EXPECT_FALSE(contains(message, "\n")) << message;
    }
}

}  // namespace
}  // namespace muonscope

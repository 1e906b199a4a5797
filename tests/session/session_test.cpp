#include "core/session/session.h"
#include "core/documents/session_json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/program.h"
#include "core/documents/spec_json.h"
#include "core/experiment/presets.h"
#include "core/linalg/kernels/level.h"
#include "core/session/session_file.h"
#include "tests/errors.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

std::vector<std::uint64_t> hashes(const Session& session) {
    std::vector<std::uint64_t> result;
    for (int i = 0; i < session.lanes(); ++i) result.push_back(session.lane(i).state_hash());
    return result;
}

// Bits, because a gradient before the first step is NaN.
void expect_same_history(const Session& a, const Session& b) {
    for (int lane = 0; lane < a.lanes(); ++lane) {
        const HistoryView x = a.history(lane), y = b.history(lane);
        ASSERT_EQ(x.size(), y.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            ASSERT_EQ(x.step(i), y.step(i));
            for (std::size_t c = 0; c < x.channels(); ++c)
                ASSERT_TRUE(x.value(i, c) == y.value(i, c) ||
                            (std::isnan(x.value(i, c)) && std::isnan(y.value(i, c))))
                    << "lane " << lane << " step " << x.step(i) << " channel " << c;
            for (std::size_t c = 0; c < x.followed(); ++c) {
                ASSERT_TRUE(x.low(i, c) == y.low(i, c) || std::isnan(x.low(i, c)))
                    << "lane " << lane << " step " << x.step(i) << " channel " << c;
                ASSERT_EQ(std::isnan(x.low(i, c)), std::isnan(y.low(i, c)));
                ASSERT_TRUE(x.high(i, c) == y.high(i, c) || std::isnan(x.high(i, c)));
            }
        }
    }
}

Spec noisy_spec() {
    Spec spec = small_spec();
    spec.experiment.data = {DataKind::samples, 40, 0.1, 8};
    return spec;
}

TEST(Session, one_thread_and_two_give_the_same_bits) {
    for (const Spec& spec : {small_spec(), noisy_spec()}) {
        WorkerPool one(1), two(2);
        Session a(spec), b(spec);
        a.advance_to(500, one);
        b.advance_to(500, two);
        EXPECT_EQ(hashes(a), hashes(b));
        expect_same_history(a, b);
    }
}

TEST(Session, how_the_run_is_cut_into_stretches_changes_neither_bits_nor_samples) {
    WorkerPool pool(1);
    Session a(noisy_spec()), b(noisy_spec());
    a.advance_to(400, pool);
    for (std::int64_t step = 0; step < 400; step += 1 + step % 7) {
        b.advance_to(step, pool);
        b.snapshot();  // measures out of turn
    }
    b.advance_to(400, pool);
    EXPECT_EQ(hashes(a), hashes(b));
    expect_same_history(a, b);
}

TEST(Session, step_0_is_the_first_sample_and_lanes_start_alike) {
    Session session(small_spec());
    for (int lane = 0; lane < 2; ++lane) {
        ASSERT_EQ(session.history(lane).size(), 1u);
        EXPECT_EQ(session.history(lane).step(0), 0);
        EXPECT_EQ(session.history(lane).value(0, 0), session.history(0).value(0, 0));
        EXPECT_TRUE(std::isfinite(session.history(lane).value(0, 0)));
    }
    EXPECT_EQ(session.lane(0).weights(), session.lane(1).weights());
}

// A run with edits of every kind at several steps.
void run_with_edits(Session& session, WorkerPool& pool, std::int64_t last) {
    const auto at = [&](std::int64_t step, const Edit& edit) {
        if (step > last) return;
        session.advance_to(step, pool);
        session.apply(edit);
    };
    at(20, SetParameter{"lanes.0.optimizer.lr", 0.02});
    at(75, SwapOptimizers{});
    at(130, SetParameter{"lanes.0.optimizer.kind", std::string("sgd"), false});
    at(130, SetParameter{"optimizer.momentum", 0.8});
    at(200, SetParameter{"probe.steps", std::int64_t{5}});
    Recipe recipe = session.spec().lanes[1];
    recipe.phases[0].optimizer.nesterov = true;
    at(210, SetLane{1, recipe});
    session.advance_to(last, pool);
}

TEST(Session, going_back_and_forward_again_gives_the_same_bits) {
    WorkerPool pool(1);
    Session session(noisy_spec());
    run_with_edits(session, pool, 300);
    const auto at_300 = hashes(session);
    for (const std::int64_t step : {290, 205, 131, 130, 75, 64, 1, 0}) {
        Session expected(noisy_spec());
        run_with_edits(expected, pool, step);
        session.go_back_to(step, pool);
        EXPECT_EQ(session.step(), step);
        EXPECT_EQ(hashes(session), hashes(expected)) << "step " << step;
        EXPECT_EQ(to_json(session.spec()), to_json(expected.spec())) << "step " << step;
        EXPECT_EQ(session.events().size(), expected.events().size());
        for (int lane = 0; lane < 2; ++lane)
            EXPECT_LE(session.history(lane).step(session.history(lane).size() - 1), step);
    }
    run_with_edits(session, pool, 300);
    EXPECT_EQ(hashes(session), at_300);
    Session straight(noisy_spec());
    run_with_edits(straight, pool, 300);
    expect_same_history(session, straight);
}

TEST(Session, an_edit_in_the_past_forgets_the_later_edits) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(50, pool);
    session.apply(SetParameter{"optimizer.lr", 0.001});
    session.advance_to(90, pool);
    session.rewind(80);  // at a keyframe before: the edit at 50 waits
    session.apply(SwapOptimizers{});
    session.advance_to(90, pool);
    Session expected(small_spec());
    expected.go_back_to(0, pool);
    WorkerPool two(2);
    const Session replayed = Session::replay(session.saved(), two);
    EXPECT_EQ(hashes(session), hashes(replayed));
}

TEST(Session, a_session_file_replays_to_the_same_bits) {
    WorkerPool one(1), two(2);
    for (const std::int64_t last : {0, 130, 300}) {
        Session session(noisy_spec());
        run_with_edits(session, one, last);
        const Session replayed = Session::replay(session.saved(), two);
        EXPECT_EQ(hashes(session), hashes(replayed));
        EXPECT_EQ(replayed.step(), last);
        EXPECT_EQ(to_json(replayed.saved()), to_json(session.saved()));
    }
}

TEST(Session, a_file_names_the_program_that_wrote_it_and_opens_without_that) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(5, pool);
    const std::string text = to_json(session.saved());
    const SessionFile file = session_file_from_json(text);
    EXPECT_EQ(file.program.version, program_version());
    EXPECT_EQ(file.program.commit, program_commit());
    EXPECT_EQ(file.program.level, level_name(level()));

    auto json = nlohmann::ordered_json::parse(text);
    json["lanes"][0]["state_hash"] = "0";
    try {
        Session::replay(session_file_from_json(json.dump()), pool);
        FAIL() << "another hash was taken for the same";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find(program_commit()), std::string::npos)
            << error.what();
    }
    json = nlohmann::ordered_json::parse(text);
    json.erase("program");
    EXPECT_EQ(session_file_from_json(json.dump()).program.version, "");
    EXPECT_EQ(Session::replay(session_file_from_json(json.dump()), pool).step(), 5);
    for (const auto& bad : {nlohmann::ordered_json(3), nlohmann::ordered_json::object()}) {
        json["program"] = bad;
        EXPECT_THROW(session_file_from_json(json.dump()), Error) << bad;
    }
}

TEST(Session, a_file_holds_the_model_that_was_open_and_its_edits) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(5, pool);
    SessionFile file = session.saved();
    EXPECT_EQ(to_json(file).find("weights\": {"), std::string::npos);
    EXPECT_FALSE(session_file_from_json(to_json(file)).weights);  // nor do older files have it
    file.weights = {{"/models/a.gguf", "b.gguf"},
                    "/models/a.gguf",
                    std::string(64, 'a'),
                    "blk.1.up.weight",
                    {"blk.1.up:drop-top=1", "*:scale=2-4:0.5,muted"}};
    const std::string text = to_json(file);
    EXPECT_EQ(session_file_from_json(text).weights, file.weights);
    EXPECT_EQ(Session::replay(session_file_from_json(text), pool).step(), 5);
    const auto says = [&](const char* key, const nlohmann::ordered_json& value) {
        auto json = nlohmann::ordered_json::parse(text);
        json["weights"][key] = value;
        return error_of([&] { session_file_from_json(json.dump(), "my.json"); });
    };
    const auto list = [](auto... values) { return nlohmann::ordered_json::array({values...}); };
    EXPECT_TRUE(contains(says("files", "a.gguf"), "weights.files")) << says("files", "a.gguf");
    EXPECT_TRUE(contains(says("files", list()), "0 paths"));
    EXPECT_TRUE(contains(says("files", list(3)), "weights.files.0")) << says("files", list(3));
    EXPECT_TRUE(contains(says("shown", 3), "weights.shown"));
    EXPECT_TRUE(contains(says("matrix", 3), "weights.matrix"));
    EXPECT_TRUE(contains(says("sha256", "abc"), "weights.sha256"));
    const std::string bad = says("edits", list("*:drop-top=1", "*:drop=1"));
    EXPECT_TRUE(contains(bad, "my.json") && contains(bad, "weights.edits.1")) << bad;
    EXPECT_TRUE(contains(says("edits", list("a-:drop-top=1,")), "weights.edits.0"));
    auto json = nlohmann::ordered_json::parse(text);
    json["weights"].erase("edits");
    EXPECT_MESSAGE(session_file_from_json(json.dump()), "\"edits\" is missing");
    json["weights"] = 3;
    EXPECT_MESSAGE(session_file_from_json(json.dump()), "weights");
}

TEST(Session, a_damaged_file_is_named_with_the_place_of_its_fault) {
    const auto says = [](const std::string& text) {
        return error_of([&] { session_file_from_json(text, "my.json"); });
    };
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(5, pool);
    const std::string good = to_json(session.saved());
    EXPECT_TRUE(contains(says("{\n  \"version\" 1}"), "my.json: line 2, column 13: "));
    EXPECT_TRUE(contains(says(good.substr(0, good.size() / 2)), "my.json: line "));
    EXPECT_TRUE(
        contains(says("{\"log\": [], \"log\": []}"), "my.json: the key 'log' stands twice"));
    EXPECT_TRUE(contains(says("{\"version\": 1, \"log\": []}"), "my.json: \"spec\" is missing"));
    EXPECT_TRUE(contains(says(to_json(small_spec())), "is a spec, not a session file"));
    EXPECT_TRUE(
        std::holds_alternative<Spec>(spec_or_session_from_json(to_json(small_spec()), "my.json")));
    EXPECT_TRUE(std::holds_alternative<SessionFile>(spec_or_session_from_json(good, "my.json")));
}

TEST(Session, a_file_with_another_hash_or_edit_is_refused) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(10, pool);
    session.apply(SetParameter{"optimizer.lr", 0.002});
    session.advance_to(20, pool);
    const std::string good = to_json(session.saved());
    std::string other_edit = good;
    const std::size_t at = other_edit.find("0.002", other_edit.find("\"log\""));
    ASSERT_NE(at, std::string::npos);
    other_edit.replace(at, 5, "0.003");
    EXPECT_THROW(Session::replay(session_file_from_json(other_edit), pool), Error);
    for (const std::string bad : {"", "{}", "[1", "{\"version\": 1}", "{\"version\": 99}", "null",
                                  "{\"version\": 1, \"spec\": 3}"})
        EXPECT_THROW(Session::replay(session_file_from_json(bad), pool), Error) << bad;
    EXPECT_THROW(Session::replay(session_file_from_json(good.substr(0, good.size() / 2)), pool),
                 Error);
}

TEST(Session, of_several_settings_of_one_parameter_at_one_step_the_last_is_logged) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(10, pool);
    for (const double lr : {0.02, 0.03, 0.04}) session.apply(SetParameter{"optimizer.lr", lr});
    const std::string json = to_json(session.saved());
    const std::string log = json.substr(json.find("\"log\""));
    EXPECT_EQ(log.find("0.03,"), std::string::npos);
    EXPECT_NE(log.find("0.04,"), std::string::npos);
    ASSERT_EQ(session.events().size(), 1u);
    EXPECT_EQ(session.events()[0].text, "learning rate 0.01 → 0.04");
    session.advance_to(40, pool);
    EXPECT_EQ(hashes(Session::replay(session.saved(), pool)), hashes(session));
}

TEST(Session, momentum_taken_to_zero_and_back_at_one_step_replays_too) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(10, pool);
    for (const double momentum : {0.9, 0.0, 0.9})
        session.apply(SetParameter{"optimizer.momentum", momentum});
    session.advance_to(40, pool);
    EXPECT_EQ(hashes(Session::replay(session.saved(), pool)), hashes(session));
}

TEST(Session, marks_say_what_changed_for_whom) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(10, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.1});
    session.advance_to(20, pool);
    session.apply(SwapOptimizers{});
    session.advance_to(30, pool);
    session.apply(SetParameter{"lanes.0.optimizer.kind", std::string("sgd")});
    const auto& events = session.events();
    ASSERT_EQ(events.size(), 4u);
    EXPECT_EQ(events[0].text, "SGD: learning rate 0.01 → 0.1");
    EXPECT_EQ(events[0].lane, 0);
    EXPECT_EQ(events[1].text, "SGD → Muon, momentum flushed");  // the other has none
    EXPECT_EQ(events[2].text, "Muon → SGD");
    EXPECT_EQ(events[2].lane, 1);
    EXPECT_EQ(events[3].text, "Muon → SGD");
    EXPECT_EQ(events[3].step, 30);
    // The other lane is called SGD already.
    EXPECT_EQ(session.spec().lanes[0].name, "SGD 2");
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.005});  // as it was
    EXPECT_EQ(session.events().size(), 4u);
}

TEST(Session, swapping_exchanges_optimisers_and_names) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(30, pool);
    const auto weights = session.lane(0).weights();
    session.apply(SwapOptimizers{});
    EXPECT_EQ(session.lane(0).recipe().name, "Muon");
    EXPECT_EQ(session.lane(0).recipe().phases[0].optimizer.kind, OptimizerKind::muon);
    EXPECT_EQ(session.lane(1).recipe().name, "SGD");
    EXPECT_EQ(session.lane(0).weights(), weights);
    EXPECT_EQ(session.step(), 30);
}

TEST(Session, a_parameter_that_restarts_begins_again_at_step_0) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(50, pool);
    session.apply(SetParameter{"optimizer.lr", 0.003});
    const auto generation = session.history(0).generation();
    session.apply(SetParameter{"network.width", std::int64_t{9}});
    EXPECT_EQ(session.step(), 0);
    EXPECT_EQ(session.lane(0).weights()[0].rows(), 9);
    EXPECT_EQ(session.spec().lanes[0].phases[0].optimizer.lr, 0.003);
    EXPECT_TRUE(session.events().empty());
    EXPECT_EQ(session.history(0).size(), 1u);
    EXPECT_GT(session.history(0).generation(), generation);
    session.advance_to(20, pool);
    EXPECT_EQ(hashes(Session::replay(session.saved(), pool)), hashes(session));
}

TEST(Session, restarting_keeps_the_start_and_the_parameters) {
    WorkerPool pool(1);
    Session session(small_spec());
    const auto start = hashes(session);
    session.advance_to(50, pool);
    session.apply(SetParameter{"optimizer.lr", 0.003});
    session.restart();
    EXPECT_EQ(session.step(), 0);
    EXPECT_EQ(hashes(session), start);
    EXPECT_EQ(session.spec().lanes[0].phases[0].optimizer.lr, 0.003);
    EXPECT_TRUE(session.events().empty());
    session.advance_to(20, pool);
    EXPECT_EQ(hashes(Session::replay(session.saved(), pool)), hashes(session));
}

TEST(Session, a_bad_edit_changes_nothing) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(30, pool);
    const auto before = hashes(session);
    const std::string spec = to_json(session.spec());
    Recipe no_phases;
    no_phases.phases.clear();
    for (const Edit& edit : std::vector<Edit>{
             SetParameter{"optimizer.lr", -1.0}, SetParameter{"optimizer.lr", std::nan("")},
             SetParameter{"nonsense", 1.0}, SetParameter{"lanes.7.optimizer.lr", 0.1},
             SetParameter{"network.width", std::int64_t{0}},
             SetParameter{"network.depth", std::string("deep")},
             SetParameter{"target.kind", std::string("file")}, SetLane{5, {}}, SetLane{-1, {}},
             SetLane{0, no_phases}}) {
        EXPECT_THROW(session.apply(edit), Error);
        EXPECT_EQ(hashes(session), before);
        EXPECT_EQ(to_json(session.spec()), spec);
        EXPECT_EQ(session.step(), 30);
    }
}

TEST(Session, lanes_that_finish_wait_for_the_others) {
    Spec spec = small_spec();
    spec.lanes[0].phases[0].until.steps = 20;
    spec.lanes[1].phases[0].until.steps = 50;
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(30, pool);
    EXPECT_FALSE(session.finished());
    EXPECT_EQ(session.lane(0).step(), 20);
    EXPECT_EQ(session.step(), 30);
    session.advance_to(1000, pool);
    EXPECT_TRUE(session.finished());
    EXPECT_TRUE(session.ended());
    EXPECT_EQ(session.step(), 50);
    // Where a lane ended is a sample, though none was due.
    EXPECT_EQ(session.history(0).step(session.history(0).size() - 1), 20);
    EXPECT_EQ(session.history(1).step(session.history(1).size() - 1), 50);
    EXPECT_TRUE(Session::replay(session.saved(), pool).finished());
}

TEST(Session, history_and_keyframes_stay_bounded) {
    Spec spec = small_spec();
    spec.experiment.record.megabytes = 1;
    WorkerPool pool(1);
    Session session(spec);
    const std::int64_t steps = sanitized ? 12000 : 60000;
    session.advance_to(steps, pool);
    for (int lane = 0; lane < 2; ++lane) {
        const HistoryView view = session.history(lane);
        EXPECT_LE(view.size(), History::max_rows);
        const std::size_t row = (view.channels() + 2 * view.followed()) * sizeof(double);
        EXPECT_LE(view.size() * row, 1u << 19);
        EXPECT_GT(8 * view.size() * row, 1u << 19) << view.size() << " rows of " << row;
        EXPECT_EQ(view.step(0), 0);
    }
    const auto before = hashes(session);
    session.go_back_to(steps - 1000, pool);
    session.advance_to(steps, pool);
    EXPECT_EQ(hashes(session), before);
}

TEST(Session, a_snapshot_shows_the_step_it_is_at) {
    WorkerPool pool(1);
    Session session(small_spec());
    session.advance_to(1001, pool);
    const auto stale = session.snapshot({.fresh = false}), fresh = session.snapshot();
    EXPECT_LT(stale->lanes[0].now_step, 1001);
    EXPECT_EQ(fresh->lanes[0].now_step, 1001);
    EXPECT_EQ(*fresh->lanes[0].weights, session.lane(0).weights());
    const auto error = (product(session.lane(0).weights()) - session.problem()->target).norm();
    EXPECT_NEAR(fresh->lanes[0].now[session.layout().relative_error()],
                error / session.problem()->target.norm(), 1e-12);
}

TEST(Session, probe_parameters_act_at_once_and_leave_the_path_alone) {
    WorkerPool pool(1);
    Session a(small_spec()), b(small_spec());
    a.advance_to(50, pool);
    b.advance_to(50, pool);
    const double before = a.snapshot()->lanes[0].now[a.layout().probe_after_k()];
    a.apply(SetParameter{"probe.steps", std::int64_t{200}});
    EXPECT_EQ(a.step(), 50);
    EXPECT_LT(a.snapshot()->lanes[0].now[a.layout().probe_after_k()], before);
    a.advance_to(80, pool);
    b.advance_to(80, pool);
    EXPECT_EQ(hashes(a), hashes(b));
}

TEST(WorkerPool, passes_on_the_first_exception_after_all_have_ended) {
    for (const int workers : {1, 3}) {
        WorkerPool pool(workers);
        EXPECT_EQ(pool.workers(), workers);
        for (int round = 0; round < 100; ++round) {
            std::atomic<int> calls = 0;
            try {
                pool.for_each(8, [&](int i) {
                    ++calls;
                    if (i == 3 || i == 6) throw std::runtime_error(std::to_string(i));
                });
                FAIL();
            } catch (const std::runtime_error& error) {
                EXPECT_STREQ(error.what(), "3");
            }
            EXPECT_EQ(calls, 8);
        }
    }
}

}  // namespace
}  // namespace muonscope

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/experiment/presets.h"
#include "core/session/command_queue.h"
#include "core/session/session.h"
#include "tests/session/small_specs.h"

// Optimisers that are switched while they run: what the buffers do, what the log keeps of it and
// what the marks say.
namespace muonscope {
namespace {

constexpr auto ball = MomentumStyle::heavy_ball, ema = MomentumStyle::ema;

OptimizerSpec& optimizer(Spec& spec, std::size_t lane) {
    return spec.lanes[lane].phases[0].optimizer;
}

std::vector<std::uint64_t> hashes(const Session& session) {
    std::vector<std::uint64_t> result;
    for (int i = 0; i < session.lanes(); ++i) result.push_back(session.lane(i).state_hash());
    return result;
}

void expect_replay(const Session& session, WorkerPool& pool) {
    const Session replayed = Session::replay(session.saved(), pool);
    EXPECT_EQ(hashes(replayed), hashes(session));
}

// SGD's heavy ball, which has run for 100 steps, becomes Muon. Its buffer used to be taken for an
// average, 20 times too large: at step 140 the loss was .41, where an empty buffer gives .011.
TEST(Switching, muon_takes_over_a_heavy_balls_average) {
    WorkerPool pool(2);
    const auto momentum = [] {
        Spec spec = preset("momentum");
        spec.experiment.record.dense = 1;  // its rows are not looked at
        return spec;
    };
    const auto loss_at_140 = [&](bool keep) {
        Session session(momentum());
        session.advance_to(100, pool);
        session.apply(SetParameter{"lanes.1.optimizer.kind", std::string("muon"), keep});
        session.advance_to(140, pool);
        EXPECT_EQ(session.events().back().text, keep ? "Heavy ball: SGD → Muon, momentum converted"
                                                     : "Heavy ball: SGD → Muon, momentum flushed");
        expect_replay(session, pool);
        return session.snapshot()->lanes[1].now[session.layout().loss()];
    };
    // A lane that has kept averages all along, with a rate that makes SGD's steps as long.
    const auto loss_with_averages = [&] {
        Spec spec = momentum();
        optimizer(spec, 1).momentum_style = ema;
        optimizer(spec, 1).lr /= 1 - optimizer(spec, 1).momentum;
        Session session(spec);
        session.advance_to(100, pool);
        session.apply(SetParameter{"lanes.1.optimizer.kind", std::string("muon")});
        session.apply(SetParameter{"lanes.1.optimizer.lr", 0.004});
        session.advance_to(140, pool);
        return session.snapshot()->lanes[1].now[session.layout().loss()];
    };
    const double kept = loss_at_140(true);
    EXPECT_NEAR(kept, loss_with_averages(), 1e-3 * kept);
    EXPECT_LT(kept, 0.04);
    EXPECT_LT(loss_at_140(false), 0.012);
}

// What a new Muon lane makes of the same average: the promise of the help text, in a session.
TEST(Switching, muons_path_in_a_session_is_the_same_with_average_and_heavy_ball) {
    Spec spec = test::small_spec();
    spec.experiment.target.scale = 1e5;  // beside it the 1e-7 of Muon's prescale is nothing
    for (std::size_t lane : {0, 1}) {
        optimizer(spec, lane).kind = OptimizerKind::muon;
        optimizer(spec, lane).lr = 0.005;
        optimizer(spec, lane).momentum = 0.9;
        optimizer(spec, lane).momentum_style = ema;
        optimizer(spec, lane).orthogonaliser.precision = Precision::float64;
    }
    WorkerPool pool(1);
    Session session(spec);
    const auto run = [&](std::int64_t steps) {
        session.advance_to(session.step() + steps, pool);
        for (std::size_t l = 0; l < 2; ++l)
            EXPECT_LT((session.lane(0).weights()[l] - session.lane(1).weights()[l]).norm(), 1e-10)
                << session.step();
    };
    const auto set = [&](const char* key, const Value& value) {
        session.apply(SetParameter{key, value});
    };
    run(10);
    set("lanes.0.optimizer.momentum_style", std::string("heavy_ball"));
    run(10);
    set("optimizer.momentum", 0.5);
    run(10);
    set("lanes.0.layers.2.optimizer.momentum_style", std::string("ema"));
    run(10);
    set("lanes.0.optimizer.momentum_style", std::string("ema"));
    set("lanes.1.optimizer.momentum_style", std::string("heavy_ball"));
    set("optimizer.nesterov", true);
    run(10);
    session.apply(SwapOptimizers{});
    run(10);
    Recipe recipe = session.spec().lanes[0];
    recipe.phases[0].optimizer.momentum_style = ema;
    session.apply(SetLane{0, recipe});
    run(10);
    expect_replay(session, pool);
}

TEST(Switching, marks_say_what_became_of_the_momentum_for_every_kind_of_edit) {
    Spec spec = test::small_spec();
    optimizer(spec, 1).momentum = 0.9;
    optimizer(spec, 1).momentum_style = ema;
    WorkerPool pool(1);
    Session session(spec);
    // The newest `count` marks after the edit and some steps.
    const auto texts = [&](const Edit& edit, std::size_t count = 1) {
        session.apply(edit);
        std::vector<std::string> result;
        const auto& events = session.events();
        for (std::size_t i = events.size() - count; i < events.size(); ++i)
            result.push_back(events[i].text);
        session.advance_to(session.step() + 30, pool);
        return result;
    };
    const auto text = [&](const Edit& edit) { return texts(edit).front(); };
    const auto set = [&](const char* key, const Value& value, bool keep = true) {
        return text(SetParameter{key, value, keep});
    };
    using Texts = std::vector<std::string>;
    // Nothing to remember yet.
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("muon")), "SGD → Muon");
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("spectral")),
              "Muon 2: Muon → Spectral power, momentum converted");
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("sgd")),
              "Spectral power → SGD, momentum kept");
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("muon"), false),
              "SGD → Muon, momentum flushed");
    EXPECT_EQ(set("lanes.0.optimizer.momentum_style", std::string("heavy_ball")),
              "Muon 2: momentum style EMA → Heavy ball, buffer converted");
    EXPECT_EQ(set("lanes.0.optimizer.lr", 0.002), "Muon 2: learning rate 0.01 → 0.002");
    EXPECT_EQ(set("lanes.0.optimizer.momentum", 0.8),
              "Muon 2: momentum 0.5 → 0.8, buffer converted");
    EXPECT_EQ(set("lanes.1.optimizer.momentum", 0.8), "Muon: momentum 0.9 → 0.8");
    EXPECT_EQ(texts(SwapOptimizers{}, 2),
              (Texts{"Muon 2 → Muon, momentum converted", "Muon → Muon 2, momentum converted"}));
    EXPECT_EQ(set("lanes.0.optimizer.flavour", std::string("torch")),
              "Muon: conventions Own → torch.optim.Muon, momentum kept");
    EXPECT_EQ(set("lanes.0.optimizer.flavour", std::string("moonlight")),
              "Muon: conventions torch.optim.Muon → Moonlight, momentum converted");
    EXPECT_EQ(set("lanes.0.layers.2.optimizer.momentum_style", std::string("ema")),
              "Muon: momentum style Heavy ball → EMA, buffer converted");
    Recipe recipe = session.spec().lanes[0];
    recipe.phases[0].optimizer.momentum_style = ema;  // of layer 1; layer 2 has its own
    recipe.phases[0].layer_optimizers[1]->lr = 0.0015;
    EXPECT_EQ(text(SetLane{0, recipe}),
              "Muon: new recipe, momentum kept in layer 2, converted in layer 1");
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("adamw")),
              "Muon → AdamW, momentum flushed");
    EXPECT_EQ(set("lanes.0.optimizer.kind", std::string("muon")),
              "AdamW → Muon, momentum converted");
    EXPECT_EQ(set("lanes.0.optimizer.momentum", 0.0), "Muon: momentum 0.95 → 0, buffer flushed");
    EXPECT_EQ(set("optimizer.momentum_style", std::string("heavy_ball")),
              "Muon: momentum style EMA → Heavy ball");
}

// A mark that stands for several settings says the gravest thing that happened.
TEST(Switching, a_slider_dragged_through_zero_says_that_the_buffer_was_flushed) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(500, pool);
    for (const double momentum : {0.3, 0.0, 0.4}) {
        session.apply(SetParameter{"lanes.0.optimizer.momentum", momentum});
        session.advance_to(session.step() + 1, pool);
    }
    ASSERT_EQ(session.events().size(), 1u);
    EXPECT_EQ(session.events()[0].text, "SGD: momentum 0.5 → 0.4, buffer flushed");
    expect_replay(session, pool);
}

TEST(Switching, a_mark_for_all_lanes_says_whose_momentum_went_which_way) {
    Spec spec = test::small_spec();
    optimizer(spec, 1).momentum = 0.9;
    optimizer(spec, 1).momentum_style = ema;
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(20, pool);
    session.apply(SetParameter{"optimizer.kind", std::string("spectral")});
    EXPECT_EQ(session.events()[0].text,
              "SGD → Spectral power, momentum kept in Spectral power; converted in Spectral "
              "power 2");
}

TEST(Switching, settings_of_one_step_merge_in_the_log_unless_one_flushes) {
    WorkerPool pool(1);
    const auto logged = [](const Session& session) { return session.saved().log; };
    const auto at_20 = [&] {
        Session session(test::small_spec());
        session.advance_to(20, pool);
        return session;
    };
    const auto style = [](const char* slug, bool keep) {
        return SetParameter{"lanes.0.optimizer.momentum_style", std::string(slug), keep};
    };
    Session kept = at_20();
    for (const char* slug : {"ema", "heavy_ball", "ema"}) kept.apply(style(slug, true));
    EXPECT_EQ(logged(kept).size(), 1u);
    // To and fro, flushed on the way: the last alone would keep it.
    Session flushed = at_20();
    flushed.apply(style("ema", false));
    flushed.apply(style("heavy_ball", true));
    EXPECT_EQ(logged(flushed).size(), 2u);
    flushed.advance_to(40, pool);
    expect_replay(flushed, pool);
    Session never = at_20();
    never.advance_to(40, pool);
    EXPECT_NE(hashes(never)[0], hashes(flushed)[0]);
}

// Between two settings of one path another lane may have taken the name in it.
TEST(Switching, a_setting_does_not_merge_across_a_switch) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(20, pool);
    session.apply(SetParameter{"lanes.SGD.optimizer.lr", 0.02});  // the first lane
    session.apply(SwapOptimizers{});
    session.apply(SetParameter{"lanes.SGD.optimizer.lr", 0.03});  // the second
    EXPECT_EQ(session.saved().log.size(), 3u);
    session.advance_to(40, pool);
    expect_replay(session, pool);
}

TEST(Switching, queued_settings_merge_up_to_another_kind_of_command_and_remember_a_flush) {
    const auto kind = [](const char* slug, bool keep) {
        return SetParameter{"optimizer.kind", std::string(slug), keep};
    };
    CommandQueue queue;
    queue.push(kind("muon", false));
    queue.push(SetParameter{"optimizer.lr", 0.1});
    queue.push(kind("adamw", true));
    auto commands = queue.take();
    ASSERT_EQ(commands.size(), 2u);
    EXPECT_FALSE(std::get<SetParameter>(commands[1]).keep_momentum);
    EXPECT_EQ(std::get<std::string>(std::get<SetParameter>(commands[1]).value), "adamw");
    for (const Command& between : std::vector<Command>{Reset{}, SwapOptimizers{}, Pause{}}) {
        queue.push(SetParameter{"optimizer.lr", 0.1});
        queue.push(between);
        queue.push(SetParameter{"optimizer.lr", 0.2});
        commands = queue.take();
        ASSERT_EQ(commands.size(), 3u);
        EXPECT_EQ(std::get<double>(std::get<SetParameter>(commands[0]).value), 0.1);
    }
}

TEST(Switching, swapping_takes_the_optimisers_of_single_layers_along) {
    Spec spec = test::small_spec();
    WorkerPool pool(1);
    Session session(spec);
    session.apply(SetParameter{"lanes.0.layers.2.optimizer.lr", 0.25});
    session.apply(SetParameter{"lanes.1.layers.1.optimizer.kind", std::string("adamw")});
    const std::vector<Recipe> before = session.spec().lanes;
    session.advance_to(10, pool);
    session.apply(SwapOptimizers{});
    for (std::size_t lane : {0, 1})
        for (int layer : {1, 2})
            EXPECT_EQ(optimizer_of(session.spec().lanes[lane].phases[0], layer),
                      optimizer_of(before[1 - lane].phases[0], layer))
                << lane << layer;
    session.advance_to(30, pool);
    expect_replay(session, pool);
    session.apply(SwapOptimizers{});
    for (std::size_t lane : {0, 1})
        for (int layer : {1, 2})
            EXPECT_EQ(optimizer_of(session.spec().lanes[lane].phases[0], layer),
                      optimizer_of(before[lane].phases[0], layer));
}

// Only momentum is looked at: weights and clocks are the same in both.
TEST(Switching, a_file_whose_log_says_flush_is_replayed_with_a_flush) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(20, pool);
    session.apply(SetParameter{"lanes.0.optimizer.kind", std::string("spectral"), false});
    const std::string saved = to_json(session.saved());
    EXPECT_EQ(hashes(Session::replay(session_file_from_json(saved), pool)), hashes(session));
    std::string other = saved;
    const std::size_t at = other.find("\"keep_momentum\": false");
    ASSERT_NE(at, std::string::npos);
    other.replace(at, 22, "\"keep_momentum\": true");
    EXPECT_THROW(Session::replay(session_file_from_json(other), pool), Error);
}

TEST(Switching, an_old_session_is_read_and_its_other_bits_are_explained) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(20, pool);
    session.apply(SetParameter{"lanes.0.optimizer.momentum", 0.9});
    session.advance_to(40, pool);
    std::string old = to_json(session.saved());
    old.replace(old.find("\"version\": 2"), 12, "\"version\": 1");
    EXPECT_EQ(hashes(Session::replay(session_file_from_json(old), pool)), hashes(session));
    const std::size_t hash = old.find("state_hash\": \"") + 14;
    old[hash] = old[hash] == '0' ? '1' : '0';
    try {
        Session::replay(session_file_from_json(old), pool);
        FAIL();
    } catch (const Error& fault) {
        EXPECT_NE(std::string(fault.what()).find("before switches converted the momentum"),
                  std::string::npos)
            << fault.what();
    }
}

TEST(Switching, a_file_with_an_edit_that_cannot_be_made_is_refused_before_it_runs) {
    WorkerPool pool(1);
    Session session(test::small_spec());
    session.advance_to(20, pool);
    session.apply(SetParameter{"optimizer.lr", 0.125});
    const std::string good = to_json(session.saved());
    const auto refused = [&](std::string from, const std::string& to, const char* why) {
        std::string bad = good;
        bad.replace(bad.find(from, bad.find("\"log\"")), from.size(), to);
        try {
            session_file_from_json(bad);
            ADD_FAILURE() << to;
        } catch (const Error& fault) {
            EXPECT_NE(std::string(fault.what()).find("log.0"), std::string::npos);
            EXPECT_NE(std::string(fault.what()).find(why), std::string::npos) << fault.what();
        }
    };
    refused("0.125", "-1", "-1");
    refused("optimizer.lr", "optimizer.l", "optimizer.l");
    refused("\"optimizer.lr\",\n      \"to\": 0.125", "\"network.width\",\n      \"to\": 9",
            "starts over");
}

}  // namespace
}  // namespace muonscope

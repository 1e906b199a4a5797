#include "app/gui/why_now.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/theme.h"
#include "app/gui/watched_run.h"
#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/jacobi_svd.h"

namespace muonscope::gui {
namespace {

const Panel& why_panel_of_list() {
    for (const Panel& panel : panels())
        if (std::string_view(panel.title) == "Why") return panel;
    throw std::runtime_error("no panel is called Why");
}

// The five numbers of a table's row, by the word that it begins with.
std::vector<std::string> row_of(const Drawing& drawing, const std::string& name) {
    for (const Word& word : drawing.words) {
        if (word.text != name || word.min.x > 60) continue;
        std::vector<Word> line = drawing.line_of(word);
        std::sort(line.begin(), line.end(),
                  [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
        std::vector<std::string> texts;
        for (const Word& cell : line)
            if (cell.min.x > word.min.x && texts.size() < 5) texts.push_back(cell.text);
        return texts;
    }
    return {};
}

// On a run that has gone its first steps; threadless, so that frames do the work.
class WhyPanel : public testing::Test {
  protected:
    void open(std::int64_t steps = 30) {
        harness.train(spec);
        run_to(steps);
        settle();
    }
    void run_to(std::int64_t step) {
        harness.context().send(RunTo{step});
        harness.now();
    }
    // Until what is shown is of the newest state and of what is chosen.
    void settle() {
        for (int i = 0; i < 400; ++i) {
            harness.panel_frame(panel);
            harness.work(0.01);
            if (i > 3 && now().answer.ready() && !now().work.busy()) break;
        }
        ASSERT_TRUE(now().answer.ready());
        for (int i = 0; i < 30; ++i) harness.panel_frame(panel);  // axes come to rest
    }
    void look_back(std::int64_t step) {
        WatchedRun& run = harness.kept<WatchedRun>();
        run.look_at(*run.at(step));
    }
    WhyNow& now() { return harness.kept<WhyNow>(); }
    const StepTrade& trade(std::string_view name) {
        for (std::size_t i = 0; i < now().answer.compared.size(); ++i)
            if (now().answer.wish.compared[i].name == name) return now().answer.compared[i];
        throw std::runtime_error("no such step");
    }

    Spec spec = preset("two-ways-up");
    const Panel& panel = why_panel_of_list();
    Harness harness{{1300, 700}};
};

TEST_F(WhyPanel, compares_steps_of_one_length_from_the_chosen_lanes_weights) {
    number_of(harness.preferences, "why_lane") = 1;
    number_of(harness.preferences, "why_layer") = 1;
    open();
    const WhyAnswer& answer = now().answer;
    const Snapshot& snapshot = harness.now();
    EXPECT_EQ(answer.wish.states[1].step, snapshot.lanes[1].step);
    StepTrades trades(snapshot.problem, *snapshot.lanes[1].weights, 2,
                      snapshot.spec->experiment.probe);
    EXPECT_EQ(answer.loss, trades.loss());
    const double length = trades.step_of(snapshot.spec->lanes[1].phases[0].optimizer).norm();
    ASSERT_EQ(answer.compared.size(), 6U);
    for (const StepTrade& each : answer.compared) EXPECT_NEAR(each.length, length, 1e-12);
    EXPECT_EQ(trade("SGD").given_up, 0);
    EXPECT_NEAR(trade("exact polar").loss, trades.of(trades.spectral_step(0, length)).loss, 1e-10);
    EXPECT_NEAR(answer.followed.loss, trades.of(trades.spectral_step(0.25, length)).loss, 1e-12);
    EXPECT_EQ(answer.front.front().power, 1);
    EXPECT_EQ(answer.front.back().power, -0.5);
}

TEST_F(WhyPanel, takes_each_step_as_long_as_it_is_set_where_that_is_asked) {
    switch_of(harness.preferences, "why_as_set") = true;
    open();
    const Snapshot& snapshot = harness.now();
    StepTrades trades(snapshot.problem, *snapshot.lanes[0].weights, 1,
                      snapshot.spec->experiment.probe);
    ASSERT_EQ(now().answer.compared.size(), 2U);
    for (int l = 0; l < 2; ++l) {
        const OptimizerSpec& own = snapshot.spec->lanes[l].phases[0].optimizer;
        EXPECT_EQ(now().answer.compared[l].length, trades.of(trades.step_of(own)).length);
    }
}

// Plain, heavy ball and Nesterov: two of three remember.
TEST_F(WhyPanel, takes_the_steps_that_the_lanes_take_next) {
    spec = preset("momentum");
    switch_of(harness.preferences, "why_as_set") = true;
    number_of(harness.preferences, "why_lane") = 1;
    open(25);
    const Snapshot& snapshot = harness.now();
    const WhyAnswer& answer = now().answer;
    ASSERT_EQ(answer.own.size(), snapshot.lanes.size());
    std::vector<double> firsts;
    for (std::size_t l = 0; l < snapshot.lanes.size(); ++l) {
        Lane lane(snapshot.problem, spec.lanes[l]);
        while (lane.step() < 25) lane.advance();
        const Matrix before = lane.weights()[0];
        ASSERT_EQ(before, snapshot.lanes[l].weights->at(0));
        StepTrades trades(snapshot.problem, lane.weights(), 1, snapshot.spec->experiment.probe);
        firsts.push_back(trades.step_of(spec.lanes[l].phases[0].optimizer).norm());
        lane.advance();
        const StepTrade taken = trades.of(lane.weights()[0] - before);
        EXPECT_NEAR(answer.own[l].length, taken.length, 1e-12 * taken.length) << l;
        EXPECT_NEAR(answer.own[l].loss, taken.loss, 1e-12 * taken.loss) << l;
    }
    EXPECT_NEAR(answer.own[0].length, firsts[0], 1e-12 * firsts[0]) << "plain";
    EXPECT_GT(answer.own[1].length, 2 * firsts[1]);
    EXPECT_EQ(answer.compared[1].loss, answer.own[1].loss) << "from its own state";
    // The plain one from there is that lane after a switch to it.
    EXPECT_NEAR(answer.compared[0].fidelity, 1, 1e-12);
}

TEST_F(WhyPanel, takes_first_steps_where_that_is_asked) {
    spec = preset("momentum");
    number_of(harness.preferences, "why_lane") = 1;
    switch_of(harness.preferences, "why_first_step") = true;
    open(25);
    const Snapshot& snapshot = harness.now();
    const auto own = [&](std::size_t l) { return spec.lanes[l].phases[0].optimizer; };
    StepTrades trades(snapshot.problem, *snapshot.lanes[1].weights, 1,
                      snapshot.spec->experiment.probe);
    const Matrix first = trades.step_of(own(1));
    for (std::size_t l = 0; l < 3; ++l) {
        EXPECT_NEAR(now().answer.compared[l].loss,
                    trades.of(StepTrades::at_length(trades.step_of(own(l)), first.norm())).loss,
                    1e-14);
        StepTrades from(snapshot.problem, *snapshot.lanes[l].weights, 1,
                        snapshot.spec->experiment.probe);
        EXPECT_EQ(now().answer.own[l].loss, from.of(from.step_of(own(l))).loss);
    }
    EXPECT_NEAR(trade("exact polar").loss, trades.of(trades.spectral_step(0, first.norm())).loss,
                1e-10);
}

TEST_F(WhyPanel, takes_the_polar_factor_of_the_momentum) {
    spec = preset("momentum");
    number_of(harness.preferences, "why_lane") = 1;
    open(25);
    const Snapshot& snapshot = harness.now();
    Lane lane(snapshot.problem, spec.lanes[1]);
    while (lane.step() < 25) lane.advance();
    StepTrades trades(snapshot.problem, lane.weights(), 1, snapshot.spec->experiment.probe);
    const double mu = spec.lanes[1].phases[0].optimizer.momentum;
    ASSERT_GT(mu, 0);
    const Matrix momentum = trades.gradient() + mu * lane.optimizer_in(0, 1)->momentum().buffer;
    const Eigen::JacobiSVD<Matrix> svd(momentum, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const auto rank = svd.rank();
    const Matrix polar = -(svd.matrixU().leftCols(rank) * svd.matrixV().leftCols(rank).transpose());
    const double length = now().answer.own[1].length;
    const StepTrade wanted = trades.of(StepTrades::at_length(polar, length));
    EXPECT_NEAR(trade("exact polar").loss, wanted.loss, 1e-9 * wanted.loss);
    EXPECT_GT(std::abs(wanted.loss - trades.of(trades.spectral_step(0, length)).loss),
              1e-6 * wanted.loss)
        << "the gradient's own polar factor is another";
}

TEST_F(WhyPanel, begins_the_way_along_the_run_anew_with_other_steps) {
    spec = preset("momentum");
    open(20);
    run_to(40);
    settle();
    ASSERT_EQ(now().ways[1].sums().steps, (std::vector<std::int64_t>{20, 40}));
    const double with = now().ways[1].sums().given_up.back();
    switch_of(harness.preferences, "why_first_step") = true;
    settle();
    const WhyWay::Sums sums = now().ways[1].sums();
    EXPECT_EQ(sums.steps, (std::vector<std::int64_t>{40}));
    EXPECT_EQ(sums.given_up.back(), 40 * now().answer.own[1].given_up);
    EXPECT_NE(sums.given_up.back(), with);
}

// An optimiser that was turned since its newest step has taken none yet, and one that was lost is
// known no more.
TEST_F(WhyPanel, goes_on_from_what_is_held_after_a_switch_and_from_nothing_where_a_lane_is_lost) {
    spec = preset("momentum");
    open(20);
    harness.context().send(SetParameter{"lanes.1.optimizer.kind", std::string("muon")});
    harness.now();
    settle();
    const Snapshot& snapshot = harness.now();
    const LayerOptimizer::State* held = now().answer.wish.states[1].held.get();
    ASSERT_NE(held, nullptr);
    EXPECT_EQ(held->spec.kind, OptimizerKind::muon);
    EXPECT_GT(held->momentum.norm(), 0);
    StepTrades trades(snapshot.problem, *snapshot.lanes[1].weights, 1,
                      snapshot.spec->experiment.probe);
    EXPECT_EQ(now().answer.own[1].loss, trades.of(trades.step_of(held->spec, held)).loss);

    harness.context().send(SetParameter{"lanes.0.optimizer.lr", 50.0});
    run_to(60);
    settle();
    ASSERT_TRUE(harness.now().lanes[0].lost());
    EXPECT_EQ(now().answer.wish.states[0].held, nullptr);
    EXPECT_NE(now().answer.wish.states[1].held, nullptr);
}

// The plot's scales, read off its labels.
struct Plane {
    Scale x, y;
    ImVec2 corner;  // upper left, legend and axis title above it
};
Plane plane_of(const Drawing& drawing) {
    const auto up = drawing.word("usability gained  ↑");
    const auto across = drawing.word("descent given up, share of the loss  →");
    EXPECT_TRUE(up && across) << drawing.text();
    if (!up || !across) return {};
    return {Scale::across(drawing, {up->min.x + 30, across->min.y - 16},
                          {across->max.x + 20, across->min.y - 2}),
            Scale::up(drawing, {up->min.x - 10, up->max.y + 10}, {up->max.x, across->min.y - 14}),
            up->max};
}

// Where two tips lie close together.
TEST_F(WhyPanel, writes_no_name_over_a_tip) {
    spec = preset("momentum");
    number_of(harness.preferences, "why_lane") = 1;
    open(24);
    const Drawing drawing = muonscope::gui::drawing();
    const Plane plane = plane_of(drawing);
    const WhyAnswer& answer = now().answer;
    const auto within = [](const Word& word, ImVec2 at) {
        return at.x > word.min.x && at.x < word.max.x && at.y > word.min.y && at.y < word.max.y;
    };
    int names = 0;
    for (const ComparedStep& named : answer.wish.compared)
        for (const Word& word : drawing.all(named.name)) {
            if (word.min.x < plane.corner.x || word.min.y < plane.corner.y + 40) continue;
            ++names;
            for (const StepTrade& trade : answer.compared)
                EXPECT_FALSE(within(word, {plane.x.pixel(trade.given_up / answer.loss),
                                           plane.y.pixel(trade.gained / answer.probe.after_k)}))
                    << word.text;
        }
    EXPECT_GE(names, 5) << drawing.text();
}

TEST_F(WhyPanel, draws_each_tip_where_its_trade_says) {
    for (const bool to_threshold : {false, true}) {
        switch_of(harness.preferences, "why_to_threshold") = to_threshold;
        open(300);
        const Drawing drawing = muonscope::gui::drawing();
        const auto [x, y, corner] = plane_of(drawing);
        ASSERT_GE(x.labels(), 2) << drawing.text();
        ASSERT_GE(y.labels(), 2) << drawing.text();
        const WhyAnswer& answer = now().answer;
        const StepTrade& muon = trade("Muon");
        const double gained = to_threshold ? 1 - muon.probe.steps / answer.probe.steps
                                           : muon.gained / answer.probe.after_k;
        const Theme theme = theme_for(harness.preferences, 1);
        EXPECT_LE(drawing.distance(u32(theme.lane(1)),
                                   {x.pixel(muon.given_up / answer.loss), y.pixel(gained)}),
                  2.5F)
            << to_threshold;
    }
}

TEST_F(WhyPanel, says_in_its_table_what_was_worked_out) {
    open();
    const Drawing drawing = muonscope::gui::drawing();
    const auto text = [](double value) { return fmt::format("{:.3g}", value); };
    for (const char* name : {"Muon", "exact polar", "floored polar", "random spectrum"}) {
        EXPECT_EQ(row_of(drawing, name),
                  (std::vector<std::string>{
                      text(trade(name).fidelity), text(trade(name).preservation),
                      text(trade(name).descent), text(trade(name).gained),
                      threshold_text(trade(name).probe.steps, trade(name).probe.searched)}))
            << name;
    }
}

TEST_F(WhyPanel, keeps_a_held_state_while_training_goes_on) {
    open(20);
    now().held = true;
    run_to(40);
    settle();
    EXPECT_EQ(now().answer.wish.states[0].step, 20);
    const StepTrade before = now().answer.followed;
    real_of(harness.preferences, "why_power") = 0.75;
    settle();
    EXPECT_EQ(now().answer.wish.power, 0.75);
    EXPECT_EQ(now().answer.wish.states[0].step, 20);
    EXPECT_LT(now().answer.followed.given_up, before.given_up);
    now().held = false;
    settle();
    EXPECT_EQ(now().answer.wish.states[0].step, 40);
}

// ---- at the end of a phase ----

// The lane has not been asked for it yet.
TEST_F(WhyPanel, shows_the_optimiser_that_takes_the_next_step_at_the_end_of_a_phase) {
    Recipe& recipe = spec.lanes[0];
    recipe.phases.resize(2, recipe.phases[0]);
    recipe.phases[0].until.steps = 20;
    recipe.phases[1].optimizer = spec.lanes[1].phases[0].optimizer;
    switch_of(harness.preferences, "why_as_set") = true;
    open(20);
    const Snapshot& snapshot = harness.now();
    ASSERT_EQ(snapshot.lanes[0].phase, 0);
    Lane lane(snapshot.problem, recipe);
    while (lane.step() < 20) lane.advance();
    const Matrix before = lane.weights()[0];
    StepTrades trades(snapshot.problem, lane.weights(), 1, snapshot.spec->experiment.probe);
    const StepTrade ended = trades.of(trades.step_of(recipe.phases[0].optimizer));
    lane.advance();
    const StepTrade taken = trades.of(lane.weights()[0] - before);
    ASSERT_GT(std::abs(taken.fidelity - ended.fidelity), 0.1);
    EXPECT_NEAR(now().answer.own[0].loss, taken.loss, 1e-12 * taken.loss);
    EXPECT_NEAR(now().answer.own[0].length, taken.length, 1e-12 * taken.length);
    EXPECT_EQ(now().answer.wish.compared[0].optimizer, recipe.phases[1].optimizer);
}

// ---- a state that was seen ----

TEST_F(WhyPanel, of_a_state_that_was_seen_is_what_its_lanes_took_there) {
    spec = preset("momentum");
    switch_of(harness.preferences, "why_as_set") = true;
    number_of(harness.preferences, "why_lane") = 1;
    open(15);
    run_to(20);
    settle();
    harness.context().send(SetParameter{"lanes.1.optimizer.kind", std::string("muon")});
    run_to(40);
    settle();
    look_back(15);
    settle();
    const Snapshot& snapshot = harness.now();
    const WhyAnswer& answer = now().answer;
    ASSERT_TRUE(answer.wish.past);
    for (std::size_t l = 0; l < spec.lanes.size(); ++l) {
        EXPECT_EQ(answer.wish.states[l].step, 15);
        EXPECT_EQ(answer.wish.compared[l].optimizer, spec.lanes[l].phases[0].optimizer);
        Lane lane(snapshot.problem, spec.lanes[l]);
        while (lane.step() < 15) lane.advance();
        const Matrix before = lane.weights()[0];
        StepTrades trades(snapshot.problem, lane.weights(), 1, snapshot.spec->experiment.probe);
        lane.advance();
        const StepTrade taken = trades.of(lane.weights()[0] - before);
        EXPECT_NEAR(answer.own[l].length, taken.length, 1e-12 * taken.length) << l;
        EXPECT_NEAR(answer.own[l].loss, taken.loss, 1e-12 * taken.loss) << l;
    }
    const std::string name = fmt::format("{}, step 15", spec.lanes[1].name);
    EXPECT_EQ(drawing().all(name).size(), 1U) << drawing().text();
    // What is gathered along the run has it in its place, and goes on from the newest.
    EXPECT_EQ(now().ways[0].sums().steps, (std::vector<std::int64_t>{15, 20, 40}));
    harness.kept<WatchedRun>().follow_newest();
    settle();
    EXPECT_EQ(now().answer.wish.states[1].step, 40);
    EXPECT_TRUE(drawing().all(name).empty());
    EXPECT_EQ(now().answer.wish.compared[1].optimizer.kind, OptimizerKind::muon);
}

TEST_F(WhyPanel, holds_a_state_of_the_past_until_that_is_let_go) {
    open(15);
    run_to(20);
    settle();
    run_to(40);
    settle();
    look_back(15);
    settle();
    run_to(60);
    settle();
    EXPECT_EQ(now().answer.wish.states[0].step, 15);
    const auto hold = drawing().word("hold");
    ASSERT_TRUE(hold) << drawing().text();
    ImGui::GetIO().AddMousePosEvent(hold->middle().x, hold->middle().y);
    for (const bool down : {false, true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(0, down);
        harness.panel_frame(panel);
    }
    settle();
    EXPECT_EQ(harness.kept<WatchedRun>().past(), nullptr);
    EXPECT_FALSE(now().held);
    EXPECT_EQ(now().answer.wish.states[0].step, 60);
}

TEST_F(WhyPanel, shows_nothing_of_another_problem) {
    open(20);
    now().held = true;
    Spec other = spec;
    other.experiment.seed = 11;
    harness.context().send(SetSpec{other});
    harness.now();
    harness.panel_frame(panel);
    EXPECT_FALSE(now().answer.ready()) << "of a problem that is gone";
    EXPECT_TRUE(now().ways.empty());
    settle();
    EXPECT_EQ(now().answer.wish.problem, harness.now().problem);
}

// ---- along the run ----

StepTrade trade_of(double given_up, double gained) {
    StepTrade trade;
    trade.given_up = given_up;
    trade.gained = gained;
    return trade;
}

TEST(WhyWay, sums_what_every_step_gave_up_and_gained) {
    WhyWay way;
    way.add(30, trade_of(2, 0.5));
    way.add(10, trade_of(1, 0.25));  // seen before, known later
    EXPECT_EQ(way.sums().steps, (std::vector<std::int64_t>{10, 30}));
    EXPECT_EQ(way.sums().given_up, (std::vector<double>{10, 50}));
    EXPECT_EQ(way.sums().gained, (std::vector<double>{2.5, 12.5}));
    way.forget_after(20);
    way.add(20, trade_of(1, 0.5));
    EXPECT_EQ(way.sums().steps, (std::vector<std::int64_t>{10, 20}));
    EXPECT_EQ(way.sums().given_up, (std::vector<double>{10, 20}));
}

TEST(WhyWay, keeps_its_sums_where_it_drops_states) {
    WhyWay way;
    double sum = 0;
    std::int64_t step = 0;
    for (std::size_t i = 0; i <= WhyWay::longest; ++i) {
        const std::int64_t since = 1 + static_cast<std::int64_t>(i % 3);
        const double given_up = static_cast<double>(i % 7);
        step += since;
        sum += static_cast<double>(since) * given_up;
        way.add(step, trade_of(given_up, -given_up));
    }
    EXPECT_LE(way.states(), WhyWay::longest / 2 + 1);
    EXPECT_EQ(way.sums().steps.back(), step);
    EXPECT_NEAR(way.sums().given_up.back(), sum, 1e-9 * sum);
    EXPECT_NEAR(way.sums().gained.back(), -sum, 1e-9 * sum);
}

}  // namespace
}  // namespace muonscope::gui

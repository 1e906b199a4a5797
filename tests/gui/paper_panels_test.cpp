#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "app/gui/paper_runs.h"
#include "app/gui/plots/phases.h"
#include "app/gui/staged_plans.h"
#include "core/experiment/presets.h"
#include "tests/gui/harness.h"
#include "tests/toy_jobs.h"

namespace muonscope::gui {
namespace {

using namespace std::chrono_literals;

std::atomic<bool> released{false};

Work<std::vector<Figure>> when_released(Watch& watch) {
    while (!released) {
        co_await watch.at(0.5);
        std::this_thread::sleep_for(1ms);
    }
    co_return std::vector<Figure>(
        1, {"staged/muon/phase2_steps", "Steps after Muon", 13300, "{:.0f}"});
}

// "first" ends at once, "second" when it is released or cancelled.
PublishedExperiment toy() {
    PublishedExperiment experiment;
    experiment.name = experiment.section = "staged";
    experiment.title = "A toy";
    experiment.preset = "staged";
    experiment.jobs = [](std::uint64_t) {
        return std::vector<Job>{
            {"first", 2,
             [](Watch& watch) {
                 return test::given(
                     {{"staged/sgd/phase2_steps", "Steps | of phase 2", 13436, "{:.0f}"}}, watch);
             }},
            {"second", 1, when_released}};
    };
    return experiment;
}

class Results : public testing::Test {
  protected:
    Results() {
        released = false;
        harness.show(made_by_hand(2, 2, 10, 1));
        harness.frames(4);
        ImGui::SetWindowFocus("Results");
        harness.frames(3);
        runs().experiments = {toy()};
        harness.frames(2);
    }
    PaperRuns& runs() { return harness.kept<PaperRuns>(); }
    void press_run() {
        ImGuiWindow* window = harness.window("Results");
        harness.click(harness.find(window, window->GetID("###run")));
    }

    Harness harness{{1600, 900}, 1, 2};  // with the threads that the window has
};

TEST_F(Results, fill_in_while_they_run_and_say_their_verdicts) {
    press_run();
    ASSERT_TRUE(runs().busy());
    harness.frames_until([&] { return runs().kept.at("staged").progress.figures.size() == 1; });
    EXPECT_TRUE(runs().kept.at("staged").running);
    EXPECT_EQ(outcome_text(&runs().kept.at("staged")),
              "running; 1 of 1 figures as published so far");
    harness.view.working = false;
    harness.frame();
    EXPECT_TRUE(harness.view.working);  // or the window would sleep

    released = true;
    harness.frames_until([&] { return !runs().busy(); });
    harness.view.working = false;
    harness.frames(3);
    EXPECT_FALSE(harness.view.working);
    const auto& figures = runs().kept.at("staged").progress.figures;
    ASSERT_EQ(figures.size(), 10U);  // eight were published and are not given
    EXPECT_EQ(figures[0].verdict, Verdict::exact);
    EXPECT_EQ(figures[1].verdict, Verdict::failed);
    EXPECT_EQ(figures[2].verdict, Verdict::missing);

    const std::string text = results_markdown(runs(), runs().experiments);
    EXPECT_NE(text.find("| Steps \\| of phase 2 | 13436 | 13436 | 0 | exact as printed |"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("| Steps after Muon | 13321 | 13300 | -21 | FAILED |"), std::string::npos);
    EXPECT_NE(text.find(std::string(verdict_rule)), std::string::npos);

    const plots::TextTable table = results_table(runs(), runs().experiments);
    ASSERT_EQ(table.rows.size(), 10U);
    EXPECT_EQ(std::vector(table.rows[0].begin() + 1, table.rows[0].end()),
              (std::vector<std::string>{"Steps | of phase 2", "13436", "13436", "0",
                                        "exact as printed"}));
    EXPECT_NE(plots::to_latex(table).find("& Steps $|$ of phase 2 & 13436 & 13436 & 0 & exact"),
              std::string::npos);
    EXPECT_NE(plots::to_markdown(table).find("| Steps \\| of phase 2 | 13436 |"),
              std::string::npos);
}

TEST_F(Results, are_cancelled_by_the_button_that_began_them) {
    press_run();
    harness.frames_until([&] { return runs().kept.at("staged").progress.figures.size() == 1; });
    press_run();
    harness.frames_until([&] { return !runs().busy(); });
    const PaperRuns::Kept& kept = runs().kept.at("staged");
    EXPECT_TRUE(kept.cancelled);
    EXPECT_FALSE(kept.running);
    EXPECT_EQ(kept.progress.figures.size(), 1U);  // what was there stays, what never came is absent
    EXPECT_TRUE(outcome_text(&kept).starts_with("cancelled at"));
}

TEST_F(Results, of_all_experiments_end_with_the_window) {
    press_run();
    EXPECT_TRUE(runs().busy());
}

TEST_F(Results, begin_nothing_while_a_sweep_runs) {
    PanelContext context = harness.context();
    begin_sweep(context, runs(), 1000);
    begin_experiments(context, runs(), {toy()});
    EXPECT_TRUE(runs().sweeping());
    harness.frames_until([&] { return !runs().seeds.empty(); });
    runs().run->cancel();
    harness.frames_until([&] { return !runs().busy(); });
    EXPECT_GE(runs().seeds.size(), 1U);
    EXPECT_EQ(runs().seeds.front().difference(Budget::fixed), 115);
    EXPECT_TRUE(runs().kept.at("sweep").cancelled);
    ImGui::SetWindowFocus("Staged planner");
    for (const int budget : {0, 1, 2}) {
        harness.kept<StagedPlans>().budget = budget;
        harness.frames(3);
    }
    EXPECT_TRUE(harness.window("Staged planner")->DockTabIsVisible);
    EXPECT_NE(sweep_markdown(runs().seeds, Budget::fixed).find("| 13436 | 13321 | +115 |"),
              std::string::npos);
}

TEST(staged_planner, counts_phase_2_before_and_during_it) {
    Harness harness;
    Trainer& trainer = harness.train(preset("staged"));
    ImGui::SetWindowFocus("Staged planner");
    for (const std::int64_t step : {600, 700}) {
        trainer.send(RunTo{step});
        ASSERT_EQ(harness.now().step, step);
        harness.frames(20);
        const auto& lanes = harness.kept<StagedPlans>().lanes;
        ASSERT_EQ(lanes.size(), 2U);
        EXPECT_EQ(lanes[0].taken, static_cast<double>(step - 600));
        EXPECT_EQ(lanes[0].taken + lanes[0].plan.remaining, 13436);
        EXPECT_EQ(lanes[1].taken + lanes[1].plan.remaining, 13321);
        EXPECT_NEAR(lanes[1].plan.distance, 0.0447, 5e-5);
    }
}

// Two phases, `first` and then as many steps as were taken.
std::shared_ptr<Snapshot> in_two_phases(std::int64_t first_of_lane_2) {
    const auto snapshot = made_by_hand(2, 2, 101, 1);
    auto spec = std::make_shared<Spec>(*snapshot->spec);
    for (std::size_t l = 0; l < 2; ++l) {
        Phase first, second;
        first.name = "one";
        second.name = "two";
        first.until.steps = l == 0 ? 30 : first_of_lane_2;
        spec->lanes[l].phases = {first, second};
        snapshot->lanes[l].phase = 1;
        snapshot->lanes[l].phase_steps = {*first.until.steps, 100 - *first.until.steps};
    }
    snapshot->spec = spec;
    return snapshot;
}

TEST(phases, lie_on_the_step_axis_where_they_were) {
    const auto snapshot = in_two_phases(40);
    const auto spans = plots::phase_spans(*snapshot, 0, 0, 200);
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0].to, 30);
    EXPECT_EQ(spans[1].from, 30);
    EXPECT_EQ(spans[1].to, 100);
    EXPECT_EQ(plots::phase_note(*snapshot, 0, 35), ", two");
    EXPECT_EQ(plots::phase_note(*snapshot, 1, 35), ", one");
    EXPECT_EQ(plots::phase_note(*snapshot, -1, 35), "");  // the lanes differ there
    EXPECT_EQ(plots::phase_note(*snapshot, -1, 20), ", one");
    EXPECT_TRUE(plots::phase_spans(*made_by_hand(2, 2, 10, 1), 0, 0, 200).empty());
}

TEST(phases, that_come_again_are_told_apart_where_they_are_in_sight) {
    const auto snapshot = in_two_phases(30);
    auto spec = std::make_shared<Spec>(*snapshot->spec);
    spec->lanes[0].repeats = true;
    spec->lanes[0].phases[1].until.steps = 10;
    snapshot->spec = spec;
    const auto spans = plots::phase_spans(*snapshot, 0, 45, 75);
    ASSERT_EQ(spans.size(), 2U);  // 40–70 and 70–80, of rounds of 40 steps
    EXPECT_EQ(spans[0].from, 40);
    EXPECT_EQ(spans[0].phase, 0);
    EXPECT_EQ(spans[1].from, 70);
    EXPECT_EQ(spans[1].phase, 1);
    spec->lanes[0].phases[1].until = {};  // until never: no telling where the next round begins
    EXPECT_TRUE(plots::phase_spans(*snapshot, 0, 45, 75).empty());
}

TEST(phases, are_drawn_behind_the_curves_alike_or_not) {
    const auto indices_with = [](std::shared_ptr<Snapshot> snapshot) {
        Harness harness;
        harness.show(std::move(snapshot));
        harness.frames(8);
        return ImGui::GetDrawData()->TotalIdxCount;
    };
    const auto none = in_two_phases(30);
    for (auto& lane : none->lanes) lane.phase_steps = {0, 0};  // nothing to shade, the rest alike
    EXPECT_GT(indices_with(in_two_phases(30)), indices_with(none));
    EXPECT_GT(indices_with(in_two_phases(40)), indices_with(none));
}

}  // namespace
}  // namespace muonscope::gui

// Any state that was seen can be drawn, by one slider for all panels that draw weights or steps.
// What they draw of it is held against another run that was stopped there.

#include "app/gui/drawn_step.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "app/gui/alignment_now.h"
#include "app/gui/conditioning_now.h"
#include "app/gui/frame.h"
#include "app/gui/likeness_now.h"
#include "app/gui/panels/alignment.h"
#include "app/gui/panels/maps.h"
#include "app/gui/panels/panels.h"
#include "app/gui/panels/representations.h"
#include "app/gui/panels/update.h"
#include "app/gui/path_dialog.h"
#include "app/gui/theme.h"
#include "app/gui/why_now.h"
#include "app/render/renderer.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/small_run.h"
#include "tests/jacobi_svd.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

Spec small() {
    Spec spec = narrow();
    for (Recipe& recipe : spec.lanes) recipe.phases[0].optimizer.momentum = 0.9;
    return spec;
}

class DrawnStep : public testing::Test {
  protected:
    DrawnStep() : harness({1100, 700}) {}

    // Looks at the run at each of these steps, in one panel.
    void run_through(const Panel& panel, std::initializer_list<std::int64_t> steps) {
        for (const std::int64_t step : steps) {
            session.advance_to(step, pool);
            look_at_newest(panel);
        }
    }
    void look_at_newest(const Panel& panel) {
        snapshot = session.snapshot({.show = Session::Show::what_is_sound});
        harness.show(snapshot);
        look(panel);
    }
    Drawing look(const Panel& panel) { return look_at_panel(harness, panel); }
    void press(const Panel& panel, ImVec2 at, int times = 1, int button = 0) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        harness.panel_frame(panel);
        for (int i = 0; i < times; ++i)
            for (const bool down : {true, false}) {
                ImGui::GetIO().AddMouseButtonEvent(button, down);
                harness.panel_frame(panel);
            }
        look(panel);
    }
    // What another run has there that was led no further.
    static std::shared_ptr<const Snapshot> stopped_at(std::int64_t step) {
        return trained(small(), step);
    }
    // From the panel's own menu.
    std::string saved_values(const Panel& panel, ImVec2 at, const ScratchFolder& folder) {
        press(panel, at, 1, 1);
        const auto item = drawing().word("Save values as CSV…");
        if (!item) return {};
        press(panel, item->middle());
        if (!harness.view.path_dialog) return {};
        offered = harness.view.path_dialog->request.path;
        const std::string path = folder / "values.csv";
        harness.view.path_dialog->request.done(path);
        harness.view.path_dialog.reset();
        return read_file(path, std::size_t{1} << 24U);
    }
    std::int64_t past() {
        const WatchedState* state = watched().past();
        return state == nullptr ? -1 : state->step;
    }
    void look_back(std::int64_t step) { watched().look_at(*watched().at(step)); }
    WatchedRun& watched() { return harness.kept<WatchedRun>(); }

    WorkerPool pool{1};
    Session session{small()};
    std::shared_ptr<const Snapshot> snapshot;
    Harness harness;
    std::string offered;  // where values would be saved
};

const std::vector<const Panel*>& panels_with_it() {
    static const std::vector<const Panel*> panels{&maps_panel, &alignment_panel, &update_panel,
                                                  &representations_panel, &why_panel};
    return panels;
}

TEST_F(DrawnStep, is_the_same_in_all_panels_and_kept_once) {
    run_through(maps_panel, {10, 20, 30});
    look_back(20);
    for (const Panel* panel : panels_with_it()) {
        SCOPED_TRACE(panel->title);
        EXPECT_GE(look(*panel).starting("SGD, step 20").size(), 1U) << drawing().text();
        EXPECT_EQ(watched().states().size(), 3U);
    }
}

// ---- what is drawn ----

TEST_F(DrawnStep, of_maps_has_the_singular_values_of_a_run_that_stopped_there) {
    run_through(maps_panel, {15, 30, 60});
    look_back(15);
    look(maps_panel);
    const auto then = stopped_at(15);
    const auto lengths = [&](std::size_t pane) {
        const Scene& scene = harness.renderer().picture("maps")->panes.at(pane).scene;
        return Eigen::Vector3f(
            Eigen::JacobiSVD<Eigen::Matrix3f>(scene.ellipsoids.at(0).axes).singularValues());
    };
    const auto film = [&](std::size_t pane) {
        return 0.0125 * static_cast<double>(
                            harness.renderer().picture("maps")->panes.at(pane).scene.camera.reach);
    };
    for (std::size_t lane = 0; lane < 2; ++lane) {
        const std::vector<Matrix>& w = *then->lanes[lane].weights;
        const Matrix maps[] = {w[0], w[1], w[2], w[2] * w[1] * w[0]};
        for (std::size_t m = 0; m < 4; ++m) {
            const Vector s = values_of(maps[m]);
            const std::size_t pane = 4 * lane + m;
            for (int k = 0; k < 3; ++k)
                EXPECT_NEAR(static_cast<double>(lengths(pane)(k)), std::max(s(k), 0.0),
                            film(pane) > s(k) ? film(pane) : 2e-5)
                    << lane << ", " << m << ", " << k;
        }
    }
    // What leaves has these numbers to the last digit, and says of which step they are.
    const ScratchFolder folder;
    const std::string csv = saved_values(maps_panel, {300, 300}, folder);
    EXPECT_NE(offered.find("maps-step-15.csv"), std::string::npos) << offered;
    const Vector s = values_of((*then->lanes[1].weights)[2]);
    EXPECT_NE(csv.find("lane,layer,step,body,index,length"), std::string::npos) << csv;
    bool met = false;
    for (std::size_t from = 0; (from = csv.find("\n2,3,15,0,1,", from)) != std::string::npos;) {
        from += 12;
        EXPECT_NEAR(std::stod(csv.substr(from)), s(0), 1e-12);
        met = true;
    }
    EXPECT_TRUE(met) << csv;
}

TEST_F(DrawnStep, of_maps_has_the_move_of_a_run_that_stopped_there) {
    harness.chosen<MapsChoices>().update = true;
    run_through(maps_panel, {15, 30, 60});
    look_back(15);
    look(maps_panel);
    const auto then = stopped_at(15);
    const MapsView& kept = harness.kept<MapsView>();
    for (int lane = 0; lane < 2; ++lane) {
        const SeenMove& move = *then->lanes[static_cast<std::size_t>(lane)].move;
        int met = 0;
        for (const MapBody& body : kept.lanes.at(lane).bodies) {
            if (body.source == 0) continue;
            const auto layer = static_cast<std::size_t>(body.source - 1);
            EXPECT_EQ(body.state.step, 15);
            if (body.body != Body::descent) continue;
            ++met;
            EXPECT_NEAR(body.image.lengths(0), values_of(move.gradients[layer])(0), 1e-12);
        }
        EXPECT_EQ(met, 3);
    }
}

TEST_F(DrawnStep, of_maps_says_where_a_step_was_not_kept) {
    session.advance_to(10, pool);
    snapshot = session.snapshot({.moves = false});
    harness.show(snapshot);
    look(maps_panel);
    run_through(maps_panel, {20, 30});
    harness.chosen<MapsChoices>().update = true;
    look(maps_panel);
    EXPECT_TRUE(drawing().starting("step not kept").empty());
    look_back(10);
    EXPECT_GE(look(maps_panel).starting("step not").size(), 4U) << drawing().text();
    EXPECT_GE(look(update_panel).all("step not kept").size(), 2U) << drawing().text();
    // And draws again what there is.
    watched().follow_newest();
    EXPECT_TRUE(look(maps_panel).starting("step not").empty()) << drawing().text();
    EXPECT_EQ(harness.renderer().picture("maps")->panes.at(0).scene.ellipsoids.size(), 1U);
    EXPECT_TRUE(look(update_panel).starting("step not").empty());
}

TEST_F(DrawnStep, of_alignment_has_the_cosines_of_a_run_that_stopped_there) {
    run_through(alignment_panel, {15, 30, 60});
    look_back(15);
    const auto then = stopped_at(15);
    const Problem& problem = *then->problem;
    const AlignmentNow& now = harness.kept<AlignmentNow>();
    for (int view = 0; view < 3; ++view) {
        number_of(harness.preferences, "alignment_view") = view;
        look(alignment_panel);
        EXPECT_GE(drawing().starting("SGD, step 15").size(), 1U) << drawing().text();
        for (std::size_t lane = 0; lane < 2; ++lane) {
            const std::vector<Matrix>& w = *then->lanes[lane].weights;
            const Matrix product = w[2] * w[1] * w[0];
            const Matrix basis = problem.target_svd.u.transpose() * product * problem.target_svd.v;
            const Eigen::JacobiSVD<Matrix> one(w[0], Eigen::ComputeThinU),
                two(w[1], Eigen::ComputeThinV), all(product, Eigen::ComputeThinU);
            if (view == 0) {
                EXPECT_LT(
                    (now.lanes[lane].basis.topLeftCorner(5, 5) - basis.topLeftCorner(5, 5)).norm(),
                    1e-12);
            }
            if (view == 1) {
                const Matrix left = (all.matrixU().transpose() * problem.target_svd.u).cwiseAbs();
                EXPECT_LT((now.lanes[lane].left - left).topLeftCorner(3, 5).norm(), 1e-7);
            }
            if (view == 2) {
                const Matrix pair = (two.matrixV().transpose() * one.matrixU()).cwiseAbs();
                EXPECT_LT((now.lanes[lane].neighbours[0] - pair).norm(), 1e-9);
            }
        }
    }
    const ScratchFolder folder;
    const auto title = drawing().word("SGD, step 15: V2ᵀ U1");
    ASSERT_TRUE(title) << drawing().text();
    const std::string csv =
        saved_values(alignment_panel, {title->min.x + 30, title->max.y + 40}, folder);
    EXPECT_NE(offered.find("alignment-step-15.csv"), std::string::npos) << offered;
    EXPECT_EQ(csv.rfind("lane,step,pair,row,", 0), 0U) << csv.substr(0, 60);
    EXPECT_NE(csv.find("\n2,15,2,1,"), std::string::npos) << csv.substr(0, 200);
}

TEST_F(DrawnStep, of_alignment_leaves_what_is_gathered_over_steps_to_the_newest) {
    number_of(harness.preferences, "alignment_view") = static_cast<int>(AlignmentView::conserved);
    run_through(alignment_panel, {15, 30});
    run_through(maps_panel, {40, 50});
    look_back(40);
    run_through(alignment_panel, {60});
    const auto& samples = harness.kept<AlignmentNow>().traces.at(0).samples();
    ASSERT_FALSE(samples.empty());
    EXPECT_EQ(samples.back().step, 60);
}

TEST_F(DrawnStep, of_update_has_the_spectra_of_a_run_that_stopped_there) {
    run_through(update_panel, {15, 30, 60});
    look_back(15);
    const Drawing all = look(update_panel);
    const auto then = stopped_at(15);
    for (int lane = 0; lane < 2; ++lane) {
        const LaneUpdate& update = harness.kept<UpdateView>().lanes.at(lane);
        const SeenMove& move = *then->lanes[static_cast<std::size_t>(lane)].move;
        EXPECT_EQ(update.state.step, 15);
        EXPECT_LT((update.seen.gradient - values_of(move.gradients[0])).norm(), 1e-12);
        EXPECT_LT((update.seen.momentum - values_of(move.optimizers[0]->momentum)).norm(), 1e-12);
        EXPECT_NEAR(update.seen.step_norm, move.updates[0].norm(), 1e-14);
        // The numbers beside the pictures are of that step too.
        const double fidelity = -move.gradients[0].cwiseProduct(move.updates[0]).sum() /
                                (move.gradients[0].norm() * move.updates[0].norm());
        EXPECT_NE(all.text().find(fmt::format("{:.3g}", fidelity)), std::string::npos)
            << all.text();
        EXPECT_NE(all.text().find(fmt::format("{:.3g}", move.updates[0].norm())),
                  std::string::npos);
    }
    EXPECT_EQ(all.all("Muon, step 15").size(), 1U) << all.text();
    for (const bool directions : {false, true}) {
        switch_of(harness.preferences, "update_directions") = directions;
        look(update_panel);
        const ScratchFolder folder;
        const std::string csv = saved_values(update_panel, {200, 250}, folder);
        EXPECT_NE(offered.find("-step-15.csv"), std::string::npos) << offered;
        EXPECT_EQ(csv.rfind("lane,layer,step,", 0), 0U) << csv.substr(0, 60);
        EXPECT_NE(csv.find("\n2,1,15,"), std::string::npos) << csv.substr(0, 200);
    }
}

TEST_F(DrawnStep, of_why_leaves_with_its_number) {
    run_through(why_panel, {15, 30, 60});
    look_back(15);
    look(why_panel);
    const ScratchFolder folder;
    const std::string csv = saved_values(why_panel, {800, 300}, folder);
    EXPECT_NE(offered.find("trade-of-a-step-step-15.csv"), std::string::npos) << offered;
    EXPECT_EQ(csv.rfind("lane,layer,step,", 0), 0U) << csv.substr(0, 60);
    EXPECT_NE(csv.find("\n1,1,15,"), std::string::npos) << csv.substr(0, 200);
    watched().follow_newest();
    look(why_panel);
    EXPECT_NE(saved_values(why_panel, {800, 300}, folder).find("\n1,1,60,"), std::string::npos);
    EXPECT_NE(offered.find("trade-of-a-step-step-60.csv"), std::string::npos) << offered;
}

TEST_F(DrawnStep, of_why_says_where_it_is_not_known_what_an_optimiser_held) {
    session.advance_to(10, pool);
    snapshot = session.snapshot({.moves = false});
    harness.show(snapshot);
    look(maps_panel);
    run_through(why_panel, {20, 30});
    EXPECT_TRUE(drawing().starting("What its optimiser held").empty()) << drawing().text();
    look_back(10);
    EXPECT_EQ(look(why_panel).starting("What its optimiser held").size(), 1U) << drawing().text();
    const WhyNow& now = harness.kept<WhyNow>();
    const auto then = stopped_at(10);
    StepTrades trades(then->problem, *then->lanes[0].weights, 1, then->spec->experiment.probe);
    const Matrix first = trades.step_of(then->spec->lanes[0].phases[0].optimizer);
    EXPECT_EQ(now.answer.wish.states[0].step, 10);
    EXPECT_EQ(now.answer.own[0].loss, trades.of(first).loss);
}

TEST_F(DrawnStep, of_likeness_is_worked_out_for_the_state_that_is_drawn) {
    harness.chosen<RepresentationsChoices>().view = static_cast<int>(RepresentationsAs::likeness);
    run_through(representations_panel, {15, 30, 60});
    look_back(15);
    const Drawing all = look(representations_panel);
    EXPECT_EQ(all.all("SGD, step 15").size(), 1U) << all.text();
    const auto then = stopped_at(15);
    const auto centred = [](const Matrix& points) {
        return Matrix(points.colwise() - Vector(points.rowwise().mean()));
    };
    const Problem& problem = *then->problem;
    const std::vector<Matrix>& w = *then->lanes[0].weights;
    const Matrix& points = harness.kept<RepresentationsView>().shown->inputs;
    const Matrix x = centred(w[2] * w[1] * w[0] * points);
    const Matrix y = centred(problem.target * points);
    const double cka = (y * x.transpose()).squaredNorm() /
                       ((x * x.transpose()).norm() * (y * y.transpose()).norm());
    EXPECT_NE(all.text().find(fmt::format("{:.3f}", cka)), std::string::npos) << cka << "\n"
                                                                              << all.text();
}

TEST_F(DrawnStep, of_a_swapped_lane_has_the_name_of_then) {
    run_through(maps_panel, {10, 20});
    session.apply(SwapOptimizers{});
    run_through(maps_panel, {30});
    ASSERT_EQ(snapshot->lanes[0].name, "Muon");
    look_back(10);
    for (const Panel* panel : panels_with_it()) {
        const Drawing all = look(*panel);
        const Theme theme = theme_for(harness.preferences, 1);
        const std::vector<Word> names = all.starting("SGD, step 10");
        ASSERT_FALSE(names.empty()) << panel->title << all.text();
        EXPECT_EQ(names[0].colour, u32(theme.lane_text(0))) << panel->title;
    }
}

// ---- what it costs ----

TEST_F(DrawnStep, keeps_and_asks_for_nothing_while_no_panel_shows_it) {
    const Panel& loss = panel_by_slug("loss");
    run_through(loss, {10, 20, 30});
    EXPECT_TRUE(watched().states().empty());
    EXPECT_FALSE(harness.view.weights_shown);
    snapshot = session.snapshot();
    harness.show(snapshot);
    const long held = snapshot->lanes[0].weights.use_count();
    look(loss);
    EXPECT_EQ(snapshot->lanes[0].weights.use_count(), held);
    // Nor in views that gather over steps.
    number_of(harness.preferences, "alignment_view") = static_cast<int>(AlignmentView::descent);
    run_through(alignment_panel, {40, 50});
    EXPECT_TRUE(watched().states().empty());
    // What was seen before takes no more when it is hidden again.
    run_through(maps_panel, {60, 70});
    const std::size_t bytes = watched().bytes();
    EXPECT_EQ(watched().states().size(), 2U);
    run_through(loss, {80, 90});
    EXPECT_EQ(watched().states().size(), 2U);
    EXPECT_EQ(watched().bytes(), bytes);
}

TEST_F(DrawnStep, that_four_panels_show_is_kept_once) {
    run_through(maps_panel, {10});
    const std::size_t bytes = watched().bytes();
    std::size_t expected = 0;
    for (const LaneSnapshot& lane : snapshot->lanes) {
        for (const Matrix& weight : *lane.weights)
            expected += static_cast<std::size_t>(weight.size()) * sizeof(double);
        for (const auto* matrices : {&lane.move->gradients, &lane.move->updates})
            for (const Matrix& matrix : *matrices)
                expected += static_cast<std::size_t>(matrix.size()) * sizeof(double);
        for (const auto& optimizer : lane.move->optimizers)
            expected += static_cast<std::size_t>(optimizer->momentum.size()) * sizeof(double);
    }
    EXPECT_EQ(bytes, expected);
    for (const Panel* panel : panels_with_it()) look(*panel);
    EXPECT_EQ(watched().bytes(), bytes);
}

// In the whole window a run that is no more is forgotten though no panel that draws states is
// shown.
TEST_F(DrawnStep, of_a_run_that_is_no_more_is_forgotten_behind_other_panels) {
    run_through(maps_panel, {10, 20, 30});
    session.go_back_to(15, pool);
    harness.preferences.presentation = true;
    harness.preferences.presented = {"loss"};
    harness.show(session.snapshot());
    harness.frames(3);
    ASSERT_EQ(watched().states().size(), 1U);
    EXPECT_EQ(watched().states()[0].step, 10);
}

// ---- what is gathered over steps ----

class GatheredUnseen : public DrawnStep {
  protected:
    // Forward under one panel's eyes, then back and on another way while it is hidden.
    void go_another_way(const Panel& panel) {
        run_through(panel, {20, 40, 60, 80});
        session.go_back_to(50, pool);
        session.apply(SetParameter{"lanes.0.optimizer.lr", 0.05});
        run_through(panel, {100});
    }
};

TEST_F(GatheredUnseen, trails_go_no_way_that_was_left) {
    harness.chosen<RepresentationsChoices>().trail = 8;
    harness.chosen<RepresentationsChoices>().directions = static_cast<int>(FramesOf::start);
    go_another_way(representations_panel);
    std::vector<std::int64_t> steps;
    for (const TrailSample& sample : harness.kept<RepresentationsView>().lanes[0].trail)
        steps.push_back(sample.step);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{20, 40, 100}));
}

TEST_F(GatheredUnseen, likeness_is_of_one_run) {
    harness.chosen<RepresentationsChoices>().view = static_cast<int>(RepresentationsAs::likeness);
    go_another_way(representations_panel);
    std::vector<std::int64_t> steps;
    for (const auto& [step, likeness] : harness.kept<LikenessNow>().steps) steps.push_back(step);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{20, 40, 100}));
}

TEST_F(GatheredUnseen, what_neighbours_keep_is_of_one_run) {
    number_of(harness.preferences, "alignment_view") = static_cast<int>(AlignmentView::conserved);
    go_another_way(alignment_panel);
    std::vector<std::int64_t> steps;
    for (const ValueTrace::Sample& sample : harness.kept<AlignmentNow>().traces.at(0).samples())
        steps.push_back(sample.step);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{20, 40, 100}));
}

TEST_F(GatheredUnseen, what_steps_came_to_along_the_run_is_of_one_run) {
    go_another_way(why_panel);
    EXPECT_EQ(harness.kept<WhyNow>().ways.at(0).sums().steps,
              (std::vector<std::int64_t>{20, 40, 100}));
}

TEST_F(GatheredUnseen, what_was_still_worked_out_of_a_run_that_is_no_more_is_dropped) {
    run_through(why_panel, {20, 40});
    session.advance_to(80, pool);
    harness.show(session.snapshot({.show = Session::Show::what_is_sound}));
    harness.panel_frame(why_panel);
    ASSERT_TRUE(harness.kept<WhyNow>().work.busy());
    session.go_back_to(50, pool);
    session.apply(SetParameter{"lanes.0.optimizer.lr", 0.05});
    run_through(why_panel, {100});
    EXPECT_EQ(harness.kept<WhyNow>().ways.at(0).sums().steps,
              (std::vector<std::int64_t>{20, 40, 100}));
}

TEST_F(GatheredUnseen, condition_numbers_are_of_one_run) {
    go_another_way(panel_by_slug("conditioning"));
    std::vector<std::int64_t> steps;
    for (const ValueTrace::Sample& sample :
         harness.kept<ConditioningNow>().lanes.at(0).trace.samples())
        steps.push_back(sample.step);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{20, 40, 100}));
}

}  // namespace
}  // namespace muonscope::gui

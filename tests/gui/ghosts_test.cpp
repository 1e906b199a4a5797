// Runs that are kept behind the live one: pinned, seen in plots and legends, read, opened from
// files, and the run that another took the place of.

#include "app/gui/ghosts.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "core/documents/session_json.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/plot_frame.h"
#include "tests/gui/small_run.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

struct GhostRuns : testing::Test {
    Harness harness;

    void begin(std::int64_t step) {
        harness.train(narrow());
        go_to(step);
    }
    void go_to(std::int64_t step) {
        harness.context().send(RunTo{step});
        harness.now();
        harness.frames(4);
    }
    Ghosts& ghosts() { return harness.kept<Ghosts>(); }
    Drawing seen() {
        harness.frames(12);
        return drawing();
    }
};

TEST_F(GhostRuns, are_kept_by_a_key_and_stand_in_the_legend_and_in_the_lanes) {
    begin(60);
    harness.press(ImGuiKey_H);
    ASSERT_EQ(ghosts().pinned.size(), 1u);
    const std::string name = ghosts().pinned.front().name;
    const Drawing all = seen();
    EXPECT_EQ(all.in("Loss").all(name).size(), 1U) << all.in("Loss").text();
    EXPECT_EQ(all.in("Lanes").all(name).size(), 1U) << all.in("Lanes").text();
    go_to(90);
    EXPECT_EQ(ghosts().pinned.front().ghost->step, 60) << "it stays as it was";
}

// Another rate leads elsewhere: the ghost's line is seen where the run's own is not.
TEST_F(GhostRuns, are_drawn_where_they_went) {
    begin(60);
    const auto before = trained(narrow(), 60);
    harness.press(ImGuiKey_H);
    Spec spec = narrow();
    set(spec, "lanes.0.optimizer.lr", "0.1");
    harness.context().send(SetSpec{spec});
    go_to(60);
    const auto now = trained(spec, 60);
    switch_of(harness.preferences, "loss_log") = true;
    const Drawing loss = seen().in("Loss");
    const ImVec4 lane = theme_for(harness.preferences, 1).lane(0);
    const PlotFrame frame = plot_frame(harness, "Loss");
    const Scale across = frame.across(), up = frame.up();
    const double was = before->lanes[0].history.value(40, before->layout.loss());
    const double is = now->lanes[0].history.value(40, now->layout.loss());
    ASSERT_GT(was / is, 1.5) << "the two runs must part";
    const ImVec2 ghost{across.pixel(40), up.pixel(was)};
    EXPECT_LT(loss.distance(u32(lane), ghost), 3) << "no line where the ghost went";
    ghosts().pinned.front().shown = false;
    EXPECT_GT(seen().in("Loss").distance(u32(lane), ghost), 3) << "hidden, it is still drawn";
}

TEST_F(GhostRuns, the_run_before_can_be_kept_when_it_is_gone) {
    begin(80);
    EXPECT_FALSE(ghosts().replaced);
    harness.press(ImGuiKey_R);
    harness.now();
    harness.frames(4);
    ASSERT_TRUE(ghosts().replaced);
    EXPECT_EQ(ghosts().replaced->step, 80);
    EXPECT_TRUE(ghosts().replaced->channel("loss"));
    go_to(20);
    harness.press(ImGuiKey_LeftArrow);
    harness.now();
    harness.frames(4);
    EXPECT_EQ(ghosts().replaced->step, 80) << "one step back replaces nothing";
    PanelContext context = harness.context();
    pin(context, ghosts().replaced);
    EXPECT_EQ(ghosts().pinned.size(), 1u);
}

TEST_F(GhostRuns, are_opened_from_a_session_which_is_run_again_beside_the_training) {
    begin(30);
    const ScratchFolder folder;
    Session session(narrow());
    WorkerPool pool(1);
    session.advance_to(150, pool);
    const std::string path = folder / "then.json";
    write_file(path, to_json(session.saved()));
    PanelContext context = harness.context();
    open_ghost(context, path);
    harness.frames_until([&] { return !ghosts().pinned.empty(); });
    EXPECT_EQ(ghosts().pinned.front().ghost->step, 150);
    EXPECT_EQ(ghosts().pinned.front().name, "then.json, step 150");
    EXPECT_EQ(harness.now().step, 30) << "the run itself stays where it is";
    const auto loss = session.snapshot()->layout.loss();
    EXPECT_EQ(ghosts().pinned.front().ghost->lanes[1].history.value(150, loss),
              session.snapshot()->lanes[1].history.value(150, loss));
}

TEST_F(GhostRuns, that_cannot_be_opened_say_so_and_leave_what_is_there) {
    begin(10);
    const ScratchFolder folder;
    const std::string path = folder / "bad.csv";
    write_file(path, "a,b\n1,2\n");
    PanelContext context = harness.context();
    EXPECT_THROW(open_ghost(context, path), std::exception);
    EXPECT_TRUE(ghosts().pinned.empty());
    for (std::size_t i = 0; i < Ghosts::most + 2; ++i) harness.press(ImGuiKey_H);
    EXPECT_EQ(ghosts().pinned.size(), Ghosts::most);
    EXPECT_TRUE(harness.view.toast_is_error);
}

}  // namespace
}  // namespace muonscope::gui

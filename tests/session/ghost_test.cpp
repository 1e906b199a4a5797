// Runs that are kept: from a snapshot, from tables over steps; and what differs between two specs.

#include "core/session/ghost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "core/base/error.h"
#include "core/documents/ghost_csv.h"
#include "core/documents/history_csv.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/spec_differences.h"
#include "core/session/session.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

Session run_to(std::int64_t step) {
    Spec spec = preset("two-ways-up");
    set(spec, "network.width", "8");
    set(spec, "target.modes", "4");
    Session session(spec);
    WorkerPool pool(1);
    session.advance_to(step, pool);
    return session;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(Ghost, keeps_its_rows_while_the_run_goes_on_and_after_it_is_gone) {
    Ghost ghost;
    {
        Session session = run_to(40);
        ghost = ghost_of(*session.snapshot());
        WorkerPool pool(1);
        session.advance_to(6000, pool);  // rows are thinned meanwhile
    }
    Session again = run_to(40);
    const auto then = again.snapshot();
    ASSERT_EQ(ghost.lanes.size(), 2u);
    EXPECT_EQ(ghost.step, 40);
    const auto loss = ghost.channel("loss");
    ASSERT_TRUE(loss);
    for (std::size_t l = 0; l < 2; ++l) {
        ASSERT_EQ(ghost.lanes[l].history.size(), then->lanes[l].history.size());
        for (std::size_t i = 0; i < then->lanes[l].history.size(); ++i)
            EXPECT_EQ(ghost.lanes[l].history.value(i, *loss),
                      then->lanes[l].history.value(i, then->layout.loss()));
    }
    EXPECT_FALSE(ghost.channel("no such channel"));
}

TEST(GhostCsv, of_a_history_file_has_every_lane_and_channel_of_the_run) {
    Session session = run_to(300);
    const auto snapshot = session.snapshot();
    std::ostringstream text;
    write_history_csv(text, *snapshot);
    const Ghost ghost = ghost_from_csv(text.str(), "history.csv");
    ASSERT_EQ(ghost.lanes.size(), 2u);
    EXPECT_EQ(ghost.lanes[1].name, snapshot->lanes[1].name);
    const std::vector<std::string> names = channel_names(snapshot->layout);
    EXPECT_EQ(ghost.channels.size(), names.size()) << "ranges are no channels";
    for (std::size_t l = 0; l < 2; ++l) {
        const HistoryView &was = snapshot->lanes[l].history, &is = ghost.lanes[l].history;
        ASSERT_GE(is.size(), was.size());
        for (std::size_t i = 0; i < was.size(); ++i) {
            ASSERT_EQ(is.step(i), was.step(i));
            for (std::size_t c = 0; c < names.size(); ++c)
                ASSERT_TRUE(same(is.value(i, *ghost.channel(names[c])), was.value(i, c)))
                    << names[c] << " at step " << was.step(i);
        }
    }
}

TEST(GhostCsv, of_values_that_the_window_saved_has_each_lane_where_it_was_recorded) {
    const Ghost ghost = ghost_from_csv(
        "step,SGD steps,SGD loss,\"Muon, x5 steps\",\"Muon, x5 loss\",\"Muon, x5 loss min\"\r\n"
        "0,1,5,1,5,5\r\n"
        "1,1,4.5,,,\r\n"
        "2,1,4,2,0.25,0.2\r\n",
        "values.csv");
    ASSERT_EQ(ghost.lanes.size(), 2u);
    EXPECT_EQ(ghost.lanes[1].name, "Muon, x5");
    EXPECT_EQ(ghost.lanes[0].history.size(), 3u);
    ASSERT_EQ(ghost.lanes[1].history.size(), 2u);
    EXPECT_EQ(ghost.lanes[1].history.step(1), 2);
    EXPECT_EQ(ghost.lanes[1].history.value(1, *ghost.channel("loss")), 0.25);
    EXPECT_EQ(ghost.step, 2);
}

TEST(GhostCsv, that_cannot_be_one_is_refused_with_its_line) {
    const auto fault = [](std::string_view text) -> std::string {
        try {
            ghost_from_csv(text, "x.csv");
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    };
    EXPECT_NE(fault("").find("line 1"), std::string::npos);
    EXPECT_NE(fault("a,b\n1,2\n").find("is no table over steps"), std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n0,SGD,1\n").find("line 2"), std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n0,SGD,1,x\n").find("has 'x'"), std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n3,SGD,1,1\n3,SGD,1,1\n").find("step 3 after step 3"),
              std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n1e99,SGD,1,1\n").find("a step is due"),
              std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n-1,SGD,1,1\n").find("a step is due"), std::string::npos);
    EXPECT_NE(fault("step,lane,steps,loss\n").find("no values"), std::string::npos);
    EXPECT_NE(fault("step,lane,steps\n0,SGD,1\n").find("no channel"), std::string::npos);
    EXPECT_EQ(fault("step,lane,steps,loss\n0,\"S\"\"G,D\",1,\n5,\"S\"\"G,D\",5,2\n"), "");
    // A quote that is never closed swallows the rest, and the record has too few fields.
    EXPECT_NE(fault("step,lane,steps,loss\n0,\"SGD,1,1\n").find("fields"), std::string::npos);
}

TEST(SpecDifferences, are_said_one_by_one_and_nothing_else_is) {
    const Spec before = preset("two-ways-up");
    EXPECT_TRUE(spec_differences(before, before).empty());
    Spec after = before;
    set(after, "network.width", "64");
    set(after, "lanes.1.optimizer.lr", "0.1");
    const std::vector<std::string> said = spec_differences(before, after);
    EXPECT_EQ(said, (std::vector<std::string>{"Width 32 → 64", "Muon: Learning rate 0.02 → 0.1"}));
    after = before;
    after.lanes.push_back(after.lanes.front());
    EXPECT_EQ(spec_differences(before, after), std::vector<std::string>{"2 → 3 lanes"});
    after = before;
    after.lanes[1].repeats = true;
    EXPECT_EQ(spec_differences(before, after),
              std::vector<std::string>{"Muon: its phases or layers"});
}

}  // namespace
}  // namespace muonscope

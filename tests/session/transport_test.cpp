// What the window's transport shows and asks for.

#include <gtest/gtest.h>

#include <memory>

#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/session/edit.h"
#include "core/session/session.h"
#include "core/session/session_file.h"
#include "core/session/trainer.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

using test::small_spec;

TrainerOptions one_worker() {
    return {.workers = 1, .on_snapshot = {}};
}

TEST(Transport, a_spec_brings_its_own_speed) {
    Spec slow = small_spec(), fast = small_spec();
    slow.experiment.run.speed = 33;
    fast.experiment.run.speed = 444;
    Trainer trainer(slow, one_worker());
    EXPECT_EQ(trainer.snapshot()->wanted_speed, 33);
    trainer.send(SetSpec{fast});
    trainer.drain();
    EXPECT_EQ(trainer.snapshot()->wanted_speed, 444);
    trainer.send(OpenSession{std::make_shared<const SessionFile>(Session(slow).saved())});
    trainer.drain();
    EXPECT_EQ(trainer.snapshot()->wanted_speed, 33);
}

TEST(Transport, single_steps_are_single_however_fast_the_run_was) {
    Trainer trainer(small_spec(), one_worker());
    trainer.send(SetSpeed{0});
    trainer.send(StepOnce{500});
    trainer.drain();
    ASSERT_EQ(trainer.snapshot()->step, 500);
    for (const std::int64_t steps : {1, 1, 3}) {
        const std::int64_t before = trainer.snapshot()->step;
        trainer.send(StepOnce{steps});
        trainer.drain();
        EXPECT_EQ(trainer.snapshot()->step, before + steps);
        EXPECT_EQ(trainer.snapshot()->state, TrainerState::paused);
    }
}

// A click is seen in the next frame, though the stretch under way has to end first. Where it ends
// at once there is nothing to see: so of many clicks, some.
TEST(Transport, a_click_on_pause_is_seen_before_the_stretch_has_ended) {
    Spec spec = small_spec();
    spec.experiment.network.width = 48;
    Trainer trainer(spec, one_worker());
    trainer.send(SetSpeed{0});
    int seen = 0;
    for (int i = 0; i < 60 && seen == 0; ++i) {
        trainer.send(Start{});
        trainer.drain();
        trainer.send(Pause{});
        seen += trainer.snapshot()->state == TrainerState::stopping ? 1 : 0;
        trainer.drain();
        EXPECT_EQ(trainer.snapshot()->state, TrainerState::paused);
    }
    EXPECT_GT(seen, 0);
}

TEST(SessionFile, edits_beyond_its_end_or_out_of_order_are_refused) {
    WorkerPool pool(1);
    Session session(small_spec());
    for (const std::int64_t step : {10, 20}) {
        session.advance_to(step, pool);
        session.apply(SetParameter{"optimizer.lr", 0.0001 * static_cast<double>(step)});
    }
    session.advance_to(30, pool);
    SessionFile file = session.saved();
    ASSERT_EQ(file.log.size(), 2u);
    SessionFile beyond = file, disordered = file;
    beyond.log.back().step = 31;
    EXPECT_THROW(session_file_from_json(to_json(beyond)), Error);
    beyond.log.back().step = 30;
    EXPECT_NO_THROW(session_file_from_json(to_json(beyond)));
    std::swap(disordered.log[0].step, disordered.log[1].step);
    EXPECT_THROW(session_file_from_json(to_json(disordered)), Error);
}

// What was flushed is flushed again, whatever the edit.
TEST(SessionFile, says_of_every_edit_whether_it_kept_the_momentum) {
    Recipe recipe = small_spec().lanes[1];
    recipe.phases[0].optimizer.kind = OptimizerKind::sgd;
    for (const bool keep : {true, false})
        for (const Edit& edit :
             {Edit(SetParameter{"lanes.0.optimizer.kind", std::string("muon"), keep}),
              Edit(SetLane{1, recipe, keep}), Edit(SwapOptimizers{keep})}) {
            SessionFile file;
            file.spec = small_spec();
            file.log = {{5, edit}};
            file.step = 9;
            file.lanes = {{"SGD", 9, 1}, {"Muon", 9, 2}};
            const SessionFile back = session_file_from_json(to_json(file));
            ASSERT_EQ(back.log.size(), 1u);
            EXPECT_EQ(back.log[0].edit.index(), edit.index());
            EXPECT_EQ(keeps_momentum(back.log[0].edit), keep);
        }
}

}  // namespace
}  // namespace muonscope

// Random sequences of what a user can do, against a plain model: the edits made so far, each with
// its step. Whatever led to it, a session at a step is the session that a new one comes to which is
// given those edits at their steps and nothing else; and its file leads there too.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/documents/session_json.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/session/edit.h"
#include "core/session/session.h"
#include "tests/session/small_specs.h"

namespace muonscope {
namespace {

struct Made {
    std::int64_t step;
    Edit edit;
};

struct Model {
    Spec start;
    std::vector<Made> edits;  // in the order made, steps ascending
    std::int64_t step = 0;

    Session told_anew(WorkerPool& pool) const {
        Session session(start);
        for (const Made& made : edits) {
            session.advance_to(made.step, pool);
            session.apply(made.edit);
        }
        session.advance_to(step, pool);
        return session;
    }
};

std::string text_of(const std::vector<Made>& edits) {
    std::string text;
    for (const Made& made : edits) {
        text += std::to_string(made.step) + ": ";
        if (const auto* parameter = std::get_if<SetParameter>(&made.edit))
            text += parameter->path + " = " + to_text(parameter->value);
        else
            text += std::holds_alternative<SetLane>(made.edit) ? "lane" : "swap";
        text += keeps_momentum(made.edit) ? "\n" : ", flushed\n";
    }
    return text;
}

// Three lanes, so that a swap has a direction; layers with optimisers of their own; minibatches.
Spec lively_spec() {
    Spec spec = test::small_spec();
    spec.experiment.data = {DataKind::samples, 24, 0.1, 6};
    Recipe third = spec.lanes[0];
    third.name = "Third";
    third.phases[0].optimizer.kind = OptimizerKind::adamw;
    third.phases[0].optimizer.lr = 0.004;
    spec.lanes.push_back(third);
    Phase& phase = spec.lanes[1].phases[0];
    phase.layer_optimizers.resize(2);
    phase.layer_optimizers[1] = spec.lanes[0].phases[0].optimizer;
    return spec;
}

class Player {
  public:
    Player(Spec spec, unsigned seed) : model_{spec, {}, 0}, session_(spec), random_(seed) {}

    void play(int turns) {
        for (int turn = 0; turn < turns && !testing::Test::HasFailure(); ++turn) {
            switch (pick(10)) {
                case 0:
                case 1:
                case 2:
                    go_on();
                    break;
                case 3:
                    go_back();
                    break;
                case 4:
                    edit_in_the_past();
                    break;
                case 5:
                    if (pick(4) == 0) start_over();
                    break;
                default:
                    change(random_edit());
            }
            if (pick(3) == 0) look();
        }
        look();
    }

  private:
    int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
    double pick(std::initializer_list<double> values) {
        return *(values.begin() + pick(static_cast<int>(values.size())));
    }

    void go_on() {
        model_.step += 1 + pick(90);
        session_.advance_to(model_.step, pool_);
    }

    void go_back() {
        forget_beyond(pick(static_cast<int>(model_.step) + 1));
        session_.go_back_to(model_.step, pool_);
    }

    // Without going all the way: the session stands at a keyframe before, edits still to come.
    void edit_in_the_past() {
        session_.rewind(pick(static_cast<int>(model_.step) + 1));
        const std::int64_t here = session_.step();
        // Edits made at the keyframe's own step are not part of it: they are to come, and go.
        std::erase_if(model_.edits, [&](const Made& made) {
            return made.step > here || (here < model_.step && made.step == here);
        });
        model_.step = here;
        Edit edit = random_edit();
        while (!changes(edit)) edit = random_edit();  // what changes nothing is no other future
        change(edit);
    }

    void start_over() {
        session_.restart();
        model_ = {session_.spec(), {}, 0};
    }

    void forget_beyond(std::int64_t step) {
        model_.step = step;
        std::erase_if(model_.edits, [step](const Made& made) { return made.step > step; });
    }

    bool changes(const Edit& edit) {
        return to_json(edited(session_.spec(), edit)) != to_json(session_.spec());
    }

    void change(const Edit& edit) {
        session_.apply(edit);
        model_.edits.push_back({model_.step, edit});
    }

    Edit random_edit() {
        const bool keep = pick(2) == 0;
        const std::string lane = "lanes." + std::to_string(pick(session_.lanes())) + ".";
        const std::string scope =
            std::vector<std::string>{"", lane, lane + "layers.1.", lane + "layers.2."}[pick(4)];
        const auto set_to = [&](const char* key, const Value& value) {
            return SetParameter{scope + "optimizer." + key, value, keep};
        };
        switch (pick(9)) {
            case 0:
            case 1: {
                const char* kinds[] = {"sgd", "muon", "spectral", "adamw"};
                return set_to("kind", std::string(kinds[pick(4)]));
            }
            case 2:
                return set_to("momentum", pick({0, 0.5, 0.9}));
            case 3:
                return set_to("nesterov", pick(2) == 0);
            case 4:
                return set_to("engine", std::string(pick(2) ? "svd" : "cubic"));
            case 5:
                return SwapOptimizers{keep};
            case 6: {
                const int index = pick(session_.lanes());
                Recipe recipe = session_.spec().lanes[index];
                recipe.phases[0].optimizer.kind =
                    pick(2) ? OptimizerKind::sgd : OptimizerKind::muon;
                recipe.phases[0].optimizer.weight_decay = pick({0.1, 0.2});
                return SetLane{index, recipe, keep};
            }
            case 7:
                return SetParameter{"probe.steps", std::int64_t{1} + pick(30), keep};
            default:
                return set_to("lr", pick({0.001, 0.002, 0.004}));
        }
    }

    void look() {
        SCOPED_TRACE("at step " + std::to_string(model_.step) + " after\n" + text_of(model_.edits));
        ASSERT_EQ(session_.step(), model_.step);
        ASSERT_FALSE(session_.diverged());
        const Session told = model_.told_anew(pool_);
        ASSERT_EQ(to_json(session_.spec()), to_json(told.spec()));
        expect_same(session_, told);
        const Session replayed = Session::replay(session_.saved(), pool_);
        expect_same(session_, replayed);
        ASSERT_EQ(to_json(replayed.saved()), to_json(session_.saved()));
        ASSERT_EQ(to_json(session_.saved()), to_json(told.saved()));
    }

    static void expect_same(const Session& a, const Session& b) {
        ASSERT_EQ(a.lanes(), b.lanes());
        for (int lane = 0; lane < a.lanes(); ++lane) {
            ASSERT_EQ(a.lane(lane).weights(), b.lane(lane).weights()) << "lane " << lane;
            ASSERT_EQ(a.lane(lane).state_hash(), b.lane(lane).state_hash()) << "lane " << lane;
            ASSERT_EQ(a.lane(lane).phase_steps(), b.lane(lane).phase_steps()) << "lane " << lane;
            const HistoryView x = a.history(lane), y = b.history(lane);
            ASSERT_EQ(x.size(), y.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                ASSERT_EQ(x.step(i), y.step(i));
                // The probe changes between rows; where it does, a row may have been measured
                // before the change or after it.
                for (std::size_t c = 0; c < 2; ++c) ASSERT_EQ(x.value(i, c), y.value(i, c));
            }
        }
    }

    WorkerPool pool_{1};
    Model model_;
    Session session_;
    std::mt19937 random_;
};

TEST(SessionProperties, whatever_was_done_a_step_is_what_its_edits_make_of_it) {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U, 6U}) Player(lively_spec(), seed).play(30);
}

TEST(SessionProperties, phases_in_turns_come_back_where_they_stood) {
    for (const unsigned seed : {7U, 8U, 9U}) Player(test::turning_spec(), seed).play(30);
}

}  // namespace
}  // namespace muonscope

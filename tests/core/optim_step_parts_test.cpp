#include "core/optim/step_parts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/measure/spectrum_measures.h"
#include "core/optim/rule.h"

// What steps were made of, seen again afterwards: held against the steps themselves.
namespace muonscope {
namespace {

struct Taken {
    Matrix gradient, before, update;
    LayerOptimizer::State after;
    StepParts parts() const { return step_parts(after, gradient, before); }
};
// The newest of several steps on changing gradients.
Taken taken(const OptimizerSpec& spec, int steps = 4) {
    std::srand(11);
    Taken step;
    step.before = Matrix::Random(6, 4);
    step.update.resize(6, 4);
    LayerOptimizer optimizer(6, 4, spec);
    for (int i = 0; i < steps; ++i) {
        if (i > 0) step.before += step.update;
        step.gradient = Matrix::Random(6, 4);
        optimizer.update(step.gradient, step.before, step.update);
    }
    step.after = optimizer.state();
    return step;
}

std::vector<OptimizerSpec> with_every_momentum(OptimizerSpec spec) {
    std::vector<OptimizerSpec> all;
    for (const MomentumStyle style : {MomentumStyle::heavy_ball, MomentumStyle::ema})
        for (const bool nesterov : {false, true})
            for (const bool corrected : {false, true})
                for (const double mu : {0.0, 0.8}) {
                    spec.momentum = mu;
                    spec.momentum_style = style;
                    spec.nesterov = nesterov;
                    spec.bias_corrected = corrected;
                    all.push_back(spec);
                }
    return all;
}

// The step is what leaves, reversed and as long as the norm law says.
TEST(StepParts, leave_the_orthogonaliser_as_the_step_itself_does) {
    for (const OptimizerKind kind :
         {OptimizerKind::sgd, OptimizerKind::muon, OptimizerKind::spectral, OptimizerKind::scion})
        for (const Decay decay : {Decay::none, Decay::coupled}) {
            OptimizerSpec plain;
            plain.kind = kind;
            plain.lr = 0.1;
            plain.decay = decay;
            plain.weight_decay = 0.3;
            plain.orthogonaliser.power = 0.25;
            for (const OptimizerSpec& spec : with_every_momentum(plain)) {
                const Taken step = taken(spec);
                const StepParts parts = step.parts();
                ASSERT_GT(parts.leaving.size(), 0);
                EXPECT_NEAR(gradient_fidelity(-step.update, parts.leaving), 1, 1e-13)
                    << slug(spec.orthogonaliser.engine) << ", kind " << static_cast<int>(kind);
                EXPECT_EQ(parts.plain(), kind == OptimizerKind::sgd);
                EXPECT_EQ(parts.momentum.size() > 0, spec.momentum > 0);
                if (parts.engine && parts.engine->engine != Engine::spectral_power) {
                    EXPECT_EQ(parts.engine->iterations, spec.orthogonaliser.iterations);
                }
            }
        }
}

// Of kinds that go on with what leaves, the average of its squares tells what that was.
TEST(StepParts, of_kinds_that_weigh_what_leaves_are_what_they_have_weighed) {
    for (const bool signs : {false, true}) {
        OptimizerSpec spec;
        spec.kind = OptimizerKind::adamuon;
        spec.momentum = 0.9;
        spec.momentum_style = MomentumStyle::ema;
        spec.own.set("sign_first", signs ? 1 : 0);
        const Taken step = taken(spec, 1);
        const StepParts parts = step.parts();
        const Matrix second = (1 - spec.beta2) * parts.leaving.cwiseAbs2();
        EXPECT_LT((step.after.own[0] - second).norm(), 1e-12 * second.norm());
        EXPECT_EQ(parts.entering.cwiseAbs().maxCoeff() == 1, signs);
    }
    OptimizerSpec spec;
    spec.kind = OptimizerKind::normuon;
    const Taken step = taken(spec, 1);
    const Vector rows = step.parts().leaving.cwiseAbs2().rowwise().mean();
    EXPECT_LT((step.after.own[0] - (1 - spec.beta2) * rows).norm(), 1e-12);
}

TEST(StepParts, of_other_kinds_are_the_average_they_keep_and_nothing_that_enters) {
    for (const OptimizerRule* rule : optimizer_rules()) {
        OptimizerSpec spec;
        for (int kind = 0; kind < static_cast<int>(optimizer_rules().size()); ++kind)
            if (&rule_of(static_cast<OptimizerKind>(kind)) == rule)
                spec.kind = static_cast<OptimizerKind>(kind);
        spec.momentum = 0.9;
        const Taken step = taken(spec);
        const StepParts parts = step.parts();
        EXPECT_EQ(parts.entering.size(), parts.leaving.size()) << rule->label;
        if (rule->average != nullptr) {
            EXPECT_EQ(parts.momentum, step.after.own[0]) << rule->label;
        } else if (rule->uses.momentum_form) {
            EXPECT_EQ(parts.momentum, step.after.momentum) << rule->label;
        }
        for (const Matrix* part : {&parts.momentum, &parts.entering, &parts.leaving})
            EXPECT_TRUE(part->size() == 0 || (part->rows() == 6 && part->cols() == 4))
                << rule->label;
    }
}

TEST(LayerOptimizer, says_when_it_is_another_than_the_one_that_took_its_step) {
    OptimizerSpec spec;
    spec.momentum = 0.5;
    LayerOptimizer optimizer(3, 3, spec);
    Matrix update(3, 3);
    optimizer.update(Matrix::Ones(3, 3), Matrix::Zero(3, 3), update);
    EXPECT_FALSE(optimizer.turned_since_its_step());
    spec.lr *= 2;
    optimizer.reconfigure(spec, true);
    EXPECT_FALSE(optimizer.turned_since_its_step());
    spec.kind = OptimizerKind::muon;
    optimizer.reconfigure(spec, true);
    EXPECT_TRUE(optimizer.turned_since_its_step());
    LayerOptimizer copy(3, 3, spec);
    copy.set_state(optimizer.state());
    EXPECT_TRUE(copy.turned_since_its_step());
    optimizer.update(Matrix::Ones(3, 3), Matrix::Zero(3, 3), update);
    EXPECT_FALSE(optimizer.turned_since_its_step());
}

}  // namespace
}  // namespace muonscope

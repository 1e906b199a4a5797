#include "core/experiment/conditioned_spec.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/linalg/spectrum.h"
#include "core/measure/conditioning.h"

namespace muonscope {
namespace {

Spec of_widths(const char* widths) {
    Spec spec = preset("two-ways-up");
    set(spec, "network.width", std::string_view("9"));
    set(spec, "network.depth", std::string_view("2"));
    set(spec, "network.widths", std::string_view(widths));
    return spec;
}

TEST(ConditionedSpec, stretches_the_target_by_the_condition_asked_for) {
    for (const char* widths : {"9,9,9", "12,9,5", "4,9,7"})
        for (const double condition : {1.0, 3.0, 40.0, 1000.0}) {
            const Spec before = of_widths(widths);
            const auto shape = make_problem(before.experiment);
            const int rank = static_cast<int>(std::min(shape->target.rows(), shape->target.cols()));
            const Spec spec = with_target_condition(before, rank, condition);
            const auto problem = make_problem(spec.experiment);
            EXPECT_EQ(problem->modes, rank) << widths;
            EXPECT_NEAR(target_condition(*problem) / condition, 1, 1e-6) << widths;
            EXPECT_NEAR(problem->target_svd.s(0), before.experiment.target.scale, 1e-9);
            // Evenly on a log axis.
            const Vector& s = problem->target_svd.s;
            for (int k = 2; k < rank; ++k)
                EXPECT_NEAR(s(k - 1) / s(k), s(0) / s(1), 1e-6 * condition) << widths;
        }
}

TEST(ConditionedSpec, keeps_to_the_decays_that_a_target_may_have) {
    const Spec spec = with_target_condition(of_widths("2,9,2"), 2, 1e6);
    EXPECT_EQ(spec.experiment.target.decay, parameter_at("target.decay").min);
    EXPECT_EQ(with_target_condition(of_widths("9,9,9"), 1, 50).experiment.target.decay, 1);
}

TEST(ConditionedSpec, stretches_every_layer_of_the_start) {
    const Spec spec = with_start_condition(of_widths("9,9,9"), 25);
    const auto problem = make_problem(spec.experiment);
    for (const double kappa : conditioning(problem->start, {}).layers) EXPECT_NEAR(kappa, 25, 1e-6);
}

TEST(ConditionedSpec, a_target_without_modes_is_not_stretched) {
    Problem problem;
    EXPECT_EQ(target_condition(problem), 1);
}

}  // namespace
}  // namespace muonscope

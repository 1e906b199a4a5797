#include "core/measure/balance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/experiment/conserved.h"
#include "core/experiment/lane.h"
#include "core/experiment/presets.h"
#include "tests/core/golden_matrix.h"

// What neighbouring layers keep: NumPy's numbers, and runs that theory is certain of.
namespace muonscope {
namespace {

TEST(Balance, drifts_by_what_numpy_says) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/alignment.json");
    const auto golden = nlohmann::json::parse(file);
    for (const auto& one : golden.at("neighbours")) {
        const Matrix lower = matrix_of(one.at("lower")), upper = matrix_of(one.at("upper"));
        const Matrix lower_start = matrix_of(one.at("lower_start"));
        const Matrix upper_start = matrix_of(one.at("upper_start"));
        EXPECT_NEAR(drift(gram_balance(lower, upper), gram_balance(lower_start, upper_start)),
                    one.at("gram_drift").get<double>(), 1e-12);
        EXPECT_NEAR(drift(root_balance(lower, upper), root_balance(lower_start, upper_start)),
                    one.at("root_drift").get<double>(), 1e-12);
    }
}

TEST(Balance, of_balanced_layers_is_zero_and_of_nothing_has_not_drifted) {
    std::srand(3);
    const Matrix lower = Matrix::Random(4, 6);
    EXPECT_LT(gram_balance(lower, lower.transpose()).difference.norm(), 1e-14);
    EXPECT_LT(root_balance(lower, lower.transpose()).difference.norm(), 1e-12);
    const Balance none = gram_balance(Matrix::Zero(3, 3), Matrix::Zero(3, 3));
    EXPECT_EQ(drift(none, none), 0);
    Matrix lost = lower;
    lost(0, 0) = std::numeric_limits<double>::infinity();
    EXPECT_FALSE(std::isfinite(
        drift(gram_balance(lost, lost.transpose()), gram_balance(lower, lower.transpose()))));
}

struct Drifts {
    double gram = 0, root = 0;
};
// The largest of layers 1 and 2 on the way.
Drifts drifts(const Experiment& experiment, const Recipe& recipe, int steps) {
    const auto problem = make_problem(experiment);
    Lane lane(problem, recipe);
    const auto& w = lane.weights();
    const Balance gram = gram_balance(w[0], w[1]), root = root_balance(w[0], w[1]);
    Drifts most;
    for (int step = 0; step < steps; ++step) {
        lane.advance();
        most.gram = std::max(most.gram, drift(gram_balance(w[0], w[1]), gram));
        most.root = std::max(most.root, drift(root_balance(w[0], w[1]), root));
    }
    return most;
}

TEST(Balance, of_grams_is_kept_by_slow_descent_from_any_start_and_not_by_muon) {
    Spec spec = preset("two-ways-up");
    spec.experiment.network.width = 8;
    spec.experiment.target.modes = 4;
    Recipe sgd = spec.lanes[0];
    sgd.phases[0].optimizer.lr = 1e-3;
    EXPECT_EQ(conserved(spec.experiment, sgd, 0, 1), Conserved::gram);
    EXPECT_LT(drifts(spec.experiment, sgd, 4000).gram, 2e-3);
    EXPECT_EQ(conserved(spec.experiment, spec.lanes[1], 0, 1), Conserved::nothing);
    EXPECT_GT(drifts(spec.experiment, spec.lanes[1], 200).gram, 0.05);
}

TEST(Balance, of_roots_is_kept_by_exact_muon_on_aligned_layers_and_not_by_descent) {
    Spec spec = preset("theory");
    const auto exact = std::find_if(spec.lanes.begin(), spec.lanes.end(), [](const Recipe& lane) {
        const OptimizerSpec& optimizer = lane.phases[0].optimizer;
        return optimizer.kind == OptimizerKind::spectral ||
               (optimizer.kind == OptimizerKind::muon &&
                optimizer.orthogonaliser.engine == Engine::svd);
    });
    ASSERT_NE(exact, spec.lanes.end());
    EXPECT_EQ(conserved(spec.experiment, *exact, 0, 1), Conserved::root);
    EXPECT_LT(drifts(spec.experiment, *exact, 100).root, 1e-10);
    Recipe turned = *exact;
    turned.phases[0].optimizer.momentum = 0.9;
    EXPECT_EQ(conserved(spec.experiment, turned, 0, 1), Conserved::nothing);
}

TEST(Conserved, asks_of_descent_one_constant_path_for_both_layers) {
    const Spec spec = preset("two-ways-up");
    const auto with = [&](auto change) {
        Spec other = spec;
        change(other);
        return conserved(other.experiment, other.lanes[0], 0, 1);
    };
    EXPECT_EQ(with([](Spec&) {}), Conserved::gram);
    EXPECT_EQ(with([](Spec& s) { s.lanes[0].phases[0].optimizer.momentum = 0.9; }),
              Conserved::nothing);
    EXPECT_EQ(with([](Spec& s) { s.lanes[0].phases[0].optimizer.decay = Decay::rate; }),
              Conserved::nothing);
    EXPECT_EQ(with([](Spec& s) { s.lanes[0].phases[0].layers = {1}; }), Conserved::nothing);
    EXPECT_EQ(with([](Spec& s) { s.experiment.network.activation = Activation::tanh; }),
              Conserved::nothing);
    EXPECT_EQ(with([](Spec& s) {
                  OptimizerSpec other = s.lanes[0].phases[0].optimizer;
                  other.lr *= 2;
                  s.lanes[0].phases[0].layer_optimizers = {other};
              }),
              Conserved::nothing);
}

}  // namespace
}  // namespace muonscope

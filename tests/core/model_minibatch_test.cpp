// A pass over a minibatch is the pass over a problem that has these columns alone.

#include <gtest/gtest.h>

#include <cmath>

#include "core/experiment/problem.h"
#include "core/model/chain.h"
#include "core/model/softmax_regression.h"

namespace muonscope {
namespace {

std::shared_ptr<const Problem> data_problem(LossKind loss, Activation activation) {
    Experiment experiment;
    experiment.network.depth = 3;
    experiment.network.widths = {6, 5, 4, 3};
    experiment.network.activation = activation;
    experiment.target.modes = 3;
    experiment.init.scale = 1;
    experiment.data = {.kind = DataKind::samples, .samples = 24, .noise = 0.5};
    experiment.loss = loss;
    return make_problem(experiment);
}

std::shared_ptr<const Problem> with_columns(const Problem& whole, const std::vector<int>& columns) {
    Problem part = whole;
    part.data.inputs = whole.data.inputs(Eigen::all, columns);
    part.data.labels = whole.data.labels(Eigen::all, columns);
    return std::make_shared<const Problem>(part);
}

TEST(Minibatch, whatever_came_before_loss_and_gradients_are_those_of_its_own_columns) {
    const std::vector<std::vector<int>> batches{
        {0, 1, 2, 3}, {20, 3, 11, 7}, {4, 5, 6, 23}, {20, 3, 11, 7}};
    for (const LossKind loss : {LossKind::half, LossKind::relative, LossKind::mean})
        for (const Activation activation : {Activation::linear, Activation::tanh})
            for (const std::vector<int>& layers :
                 {std::vector{1, 2, 3}, std::vector{2, 3}, std::vector{3}, std::vector{1}}) {
                const auto whole = data_problem(loss, activation);
                auto used = backpropagation_of(whole);
                std::vector<Matrix> weights = whole->start;
                for (const std::vector<int>& columns : batches) {
                    used->use_columns({columns});
                    const double found = used->gradients(weights, layers);
                    const auto part = with_columns(*whole, columns);
                    auto alone = backpropagation_of(part);
                    double expected = alone->gradients(weights, layers);
                    // The relative loss of a part is held against all labels, b/n of them.
                    double scale = 1;
                    if (loss == LossKind::relative)
                        scale = part->data.labels.squaredNorm() /
                                (whole->data.labels.squaredNorm() * 4 / 24);
                    EXPECT_NEAR(found, scale * expected, 1e-12 * (1 + std::abs(expected)));
                    EXPECT_NEAR(used->relative_error(), alone->relative_error(), 1e-13);
                    EXPECT_NEAR(used->relative_error(), alone->errors(weights).relative_error,
                                1e-13);
                    for (const int layer : layers)
                        EXPECT_LT((used->gradient(layer) - scale * alone->gradient(layer)).norm(),
                                  1e-12 * (1 + alone->gradient(layer).norm()))
                            << "layer " << layer;
                    // What all data say does not depend on the batch that was seen last.
                    auto fresh = backpropagation_of(whole);
                    EXPECT_EQ(used->errors(weights).loss, fresh->errors(weights).loss);
                    EXPECT_EQ(used->errors(weights).relative_error,
                              fresh->errors(weights).relative_error);
                }
            }
}

TEST(FrozenLayers, are_run_again_when_any_of_them_changed) {
    for (const Activation activation : {Activation::linear, Activation::tanh}) {
        const auto problem = data_problem(LossKind::half, activation);
        std::vector<Matrix> weights = problem->start;
        auto used = backpropagation_of(problem);
        const auto expect_fresh = [&](const std::vector<int>& layers) {
            used->gradients(weights, layers);
            auto fresh = backpropagation_of(problem);
            fresh->gradients(weights, layers);
            for (const int layer : layers) EXPECT_EQ(used->gradient(layer), fresh->gradient(layer));
        };
        expect_fresh({3});
        expect_fresh({3});
        for (const std::size_t changed : {0U, 1U}) {
            weights[changed](1, 2) += 0.25;
            expect_fresh({3});
            weights[changed](0, 0) = -weights[changed](0, 0);
            expect_fresh({2, 3});
            // Trained in between: what was kept of it is of no use any more.
            expect_fresh({1, 2, 3});
            expect_fresh({3});
        }
        // Back to what they were two calls ago.
        const std::vector<Matrix> before = weights;
        expect_fresh({3});
        weights[0] *= 2;
        expect_fresh({1, 2, 3});
        weights = before;
        expect_fresh({3});
    }
}

TEST(Softmax, of_scores_that_overflow_the_exponential_is_what_their_differences_say) {
    Matrix scores(3, 3), small(3, 3), one_hot = Matrix::Identity(3, 3);
    small << 1, 2, 0, -1, 0, 3, 0, 0, 0;
    scores = small.array() + 2000;
    scores.row(1).array() -= 4000;
    const double found = softmax_in_place(scores, one_hot);
    const double expected = softmax_in_place(small, one_hot);
    EXPECT_NEAR(found, expected, 1e-12);
    EXPECT_LT((scores - small).norm(), 1e-12);
    EXPECT_NEAR(small.rowwise().sum()(1), 1, 1e-15);
}

}  // namespace
}  // namespace muonscope

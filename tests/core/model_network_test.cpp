#include "core/model/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/experiment/problem.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

struct Case {
    std::vector<int> widths;
    Activation activation;
    DataKind data;
    LossKind loss;
    int batch;
    int tanh_from = 1;

    std::string name() const {
        std::string text = activation == Activation::tanh ? "tanh" : "linear";
        text += data == DataKind::samples ? " samples" : " whitened";
        text += loss == LossKind::half       ? " half"
                : loss == LossKind::relative ? " relative"
                                             : " mean";
        if (tanh_from > 1) text += " from layer " + std::to_string(tanh_from);
        for (int width : widths) text += " " + std::to_string(width);
        return text + " batch " + std::to_string(batch);
    }
};

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    const std::vector<std::vector<int>> nets = {{4, 3},          {5, 4, 3},          {3, 6, 2, 5},
                                                {4, 4, 4, 4, 4}, {2, 7, 3, 5, 4, 6}, {6, 1, 3}};
    for (const auto& widths : nets)
        for (Activation activation : {Activation::linear, Activation::tanh})
            for (LossKind loss : {LossKind::half, LossKind::relative, LossKind::mean}) {
                cases.push_back({widths, activation, DataKind::whitened, loss, 0});
                cases.push_back({widths, activation, DataKind::samples, loss, 0});
                cases.push_back({widths, activation, DataKind::samples, loss, 5});
            }
    for (DataKind data : {DataKind::whitened, DataKind::samples})
        for (int from : {2, 3})
            cases.push_back({{2, 7, 3, 5, 4, 6}, Activation::tanh, data, LossKind::half, 0, from});
    return cases;
}

std::shared_ptr<const Problem> problem_of(const Case& c) {
    Experiment experiment;
    experiment.network.depth = static_cast<int>(c.widths.size()) - 1;
    experiment.network.widths = c.widths;
    experiment.network.activation = c.activation;
    experiment.network.tanh_from = c.tanh_from;
    experiment.target.kind = TargetKind::gaussian;
    experiment.target.scale = 1;
    experiment.init.scale = 0.9;
    experiment.data.kind = c.data;
    experiment.data.samples = 11;
    experiment.data.noise = 0.1;
    experiment.data.batch = c.batch;
    experiment.loss = c.loss;
    return make_problem(experiment);
}

std::vector<int> every_layer(const Problem& problem) {
    std::vector<int> layers;
    for (int l = 1; l <= static_cast<int>(problem.start.size()); ++l) layers.push_back(l);
    return layers;
}

const std::vector<int> batch_columns = {9, 2, 7, 0, 4};

// The loss by its definition, one column at a time with plain loops.
double plain_loss(const Problem& problem, const std::vector<Matrix>& weights,
                  const std::vector<int>& columns) {
    const bool whitened = problem.data.inputs.size() == 0;
    const Eigen::Index in = problem.target.cols();
    double square = 0;
    std::vector<int> used = columns;
    const auto count = static_cast<int>(whitened ? in : problem.data.inputs.cols());
    if (used.empty())
        for (int j = 0; j < count; ++j) used.push_back(j);
    for (int j : used) {
        Vector h = whitened ? Vector(Vector::Unit(in, j)) : Vector(problem.data.inputs.col(j));
        for (std::size_t l = 0; l < weights.size(); ++l) {
            Vector next = Vector::Zero(weights[l].rows());
            for (Eigen::Index r = 0; r < next.size(); ++r)
                for (Eigen::Index c = 0; c < h.size(); ++c) next(r) += weights[l](r, c) * h(c);
            const NetworkSpec& network = problem.experiment.network;
            if (l + 1 < weights.size() && network.activation == Activation::tanh &&
                static_cast<int>(l) + 1 >= network.tanh_from)
                for (double& value : next) value = std::tanh(value);
            h = next;
        }
        for (Eigen::Index r = 0; r < h.size(); ++r)
            square += std::pow(h(r) - problem.data.labels(r, j), 2);
    }
    const double n = whitened ? 1.0 : static_cast<double>(used.size());
    if (problem.experiment.loss == LossKind::half) return 0.5 * square / n;
    if (problem.experiment.loss == LossKind::mean)
        return 0.5 * square / static_cast<double>(used.size() * problem.data.labels.rows());
    double labels = 0;
    for (double value : problem.data.labels.reshaped()) labels += value * value;
    return square / labels * static_cast<double>(count) / static_cast<double>(used.size());
}

TEST(Network, gradients_agree_with_central_differences_of_a_loss_written_out_plainly) {
    for (const Case& c : all_cases()) {
        SCOPED_TRACE(c.name());
        const auto problem = problem_of(c);
        const std::vector<int> columns = c.batch > 0 ? batch_columns : std::vector<int>{};
        auto backpropagation = backpropagation_of(problem);
        if (c.batch > 0) backpropagation->use_columns({columns});
        std::vector<Matrix> weights = problem->start;
        const double loss = backpropagation->gradients(weights, every_layer(*problem));
        const double plain = plain_loss(*problem, weights, columns);
        EXPECT_NEAR(loss, plain, 1e-12 * plain);
        for (int l : every_layer(*problem)) {
            const Matrix& gradient = backpropagation->gradient(l);
            Matrix& weight = weights[l - 1];
            ASSERT_EQ(gradient.rows(), weight.rows());
            ASSERT_EQ(gradient.cols(), weight.cols());
            Matrix difference(weight.rows(), weight.cols());
            const double h = 1e-5;
            for (Eigen::Index i = 0; i < weight.size(); ++i) {
                const double value = weight.data()[i];
                weight.data()[i] = value + h;
                const double up = plain_loss(*problem, weights, columns);
                weight.data()[i] = value - h;
                const double down = plain_loss(*problem, weights, columns);
                weight.data()[i] = value;
                difference.data()[i] = (up - down) / (2 * h);
            }
            EXPECT_LT((gradient - difference).norm(), 1e-6 * gradient.norm()) << "layer " << l;
        }
    }
}

TEST(Network, gradients_of_some_layers_are_those_of_all_layers) {
    for (const Case& c : all_cases()) {
        SCOPED_TRACE(c.name());
        const auto problem = problem_of(c);
        auto all = backpropagation_of(problem);
        if (c.batch > 0) all->use_columns({batch_columns});
        const auto layers = every_layer(*problem);
        const double loss = all->gradients(problem->start, layers);
        for (unsigned chosen = 1; chosen < (1U << layers.size()); ++chosen) {
            std::vector<int> some;
            for (int l : layers)
                if ((chosen >> (l - 1)) & 1U) some.push_back(l);
            auto backpropagation = backpropagation_of(problem);
            if (c.batch > 0) backpropagation->use_columns({batch_columns});
            for (int call = 0; call < 2; ++call) {  // the second finds the frozen layers cached
                EXPECT_EQ(backpropagation->gradients(problem->start, some), loss);
                for (int l : some) EXPECT_EQ(backpropagation->gradient(l), all->gradient(l));
            }
        }
    }
}

TEST(Network, a_frozen_layer_that_changes_between_two_calls_is_seen) {
    for (const Case& c : all_cases()) {
        SCOPED_TRACE(c.name());
        const auto problem = problem_of(c);
        const int depth = static_cast<int>(problem->start.size());
        for (int changed = 1; changed < depth; ++changed) {
            std::vector<Matrix> weights = problem->start;
            auto used = backpropagation_of(problem);
            auto fresh = backpropagation_of(problem);
            if (c.batch > 0) used->use_columns({batch_columns});
            if (c.batch > 0) fresh->use_columns({batch_columns});
            used->gradients(weights, {depth});
            weights[changed - 1] *= 1.5;
            EXPECT_EQ(used->gradients(weights, {depth}), fresh->gradients(weights, {depth}));
            EXPECT_EQ(used->gradient(depth), fresh->gradient(depth));
        }
    }
}

TEST(Network, minibatches_of_one_epoch_average_to_the_full_gradient) {
    const Case c{{5, 4, 3}, Activation::tanh, DataKind::samples, LossKind::relative, 0};
    const auto problem = problem_of(c);
    auto full = backpropagation_of(problem);
    auto batched = backpropagation_of(problem);
    const double loss = full->gradients(problem->start, {1, 2});
    double mean_loss = 0;
    Matrix mean = Matrix::Zero(4, 5);
    for (int j = 0; j < 11; ++j) {
        batched->use_columns({{j}});
        mean_loss += batched->gradients(problem->start, {1, 2}) / 11;
        mean += batched->gradient(1) / 11;
    }
    EXPECT_NEAR(mean_loss, loss, 1e-13);
    EXPECT_LT((mean - full->gradient(1)).norm(), 1e-13 * full->gradient(1).norm());
}

TEST(Network, errors_without_gradients_are_those_with_them) {
    for (const Case& c : all_cases()) {
        if (c.batch > 0) continue;
        SCOPED_TRACE(c.name());
        const auto problem = problem_of(c);
        auto backpropagation = backpropagation_of(problem);
        const double loss = backpropagation->gradients(problem->start, every_layer(*problem));
        const auto errors = backpropagation->errors(problem->start);
        EXPECT_NEAR(errors.loss, loss, 1e-13 * loss);
        EXPECT_NEAR(errors.relative_error, backpropagation->relative_error(), 1e-13);
        EXPECT_NEAR(plain_loss(*problem, problem->start, {}), loss, 1e-12 * loss);
    }
}

TEST(Network, relative_loss_is_the_half_loss_at_another_rate) {
    const Case half{{5, 4, 3}, Activation::linear, DataKind::whitened, LossKind::half, 0};
    Case relative = half;
    relative.loss = LossKind::relative;
    const auto problem = problem_of(half);
    auto a = backpropagation_of(problem);
    auto b = backpropagation_of(problem_of(relative));
    const double half_loss = a->gradients(problem->start, {1, 2});
    const double relative_loss = b->gradients(problem->start, {1, 2});
    const double factor = 2 / std::pow(problem->target_norm, 2);
    EXPECT_NEAR(relative_loss, factor * half_loss, 1e-14);
    EXPECT_LT((b->gradient(1) - factor * a->gradient(1)).norm(), 1e-14);
    EXPECT_NEAR(a->relative_error(), std::sqrt(relative_loss), 1e-14);
}

TEST(Network, the_product_maps_unit_vectors_as_the_layers_do_one_by_one) {
    const Case c{{3, 6, 2, 5}, Activation::tanh, DataKind::whitened, LossKind::half, 0};
    const auto problem = problem_of(c);
    const auto& w = problem->start;
    EXPECT_LT((product(w) - w[2] * (w[1] * w[0])).norm(), 1e-14);
    const Matrix h1 = w[0].array().tanh().matrix();
    const Matrix h2 = (w[1] * h1).array().tanh().matrix();
    EXPECT_LT((product(w, problem->experiment.network) - w[2] * h2).norm(), 1e-14);
}

TEST(Network, a_weight_that_is_not_a_number_makes_the_loss_not_a_number) {
    const Case c{{3, 3, 3}, Activation::linear, DataKind::whitened, LossKind::half, 0};
    const auto problem = problem_of(c);
    std::vector<Matrix> weights = problem->start;
    weights[1](2, 2) = std::nan("");
    auto backpropagation = backpropagation_of(problem);
    EXPECT_TRUE(std::isnan(backpropagation->gradients(weights, {1, 2})));
    EXPECT_TRUE(std::isnan(backpropagation->errors(weights).loss));
}

}  // namespace
}  // namespace muonscope

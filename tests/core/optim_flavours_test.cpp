#include "core/optim/flavours.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "core/linalg/orthogonaliser.h"
#include "core/optim/optimizer.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

const Flavour& flavour(std::string_view slug) {
    for (const Flavour& candidate : flavours())
        if (candidate.slug == slug) return candidate;
    throw std::out_of_range(std::string(slug));
}

OptimizerSpec in_double(OptimizerSpec spec) {
    spec.orthogonaliser.precision = Precision::float64;
    return spec;
}

Matrix orthogonalised(const Matrix& gradient) {
    Matrix result(gradient.rows(), gradient.cols());
    Orthogonaliser(gradient.rows(), gradient.cols(), {.precision = Precision::float64})
        .orthogonalise(gradient, result);
    return result;
}

// Three steps on a 6 x 3 and on a 3 x 6 weight, worked from the library's stated formula: `rule`
// makes the new weight of the old, the gradient and a buffer of its own.
void expect_steps(std::string_view slug,
                  const std::function<void(Matrix& w, Matrix g, Matrix& buffer)>& rule) {
    for (const auto& [rows, cols] : {std::pair{6, 3}, std::pair{3, 6}}) {
        Generator generator(11, Purpose::start);
        const OptimizerSpec spec = in_double(flavour(slug).spec);
        Matrix ours = generator.normal_matrix(rows, cols), theirs = ours;
        Matrix buffer = Matrix::Zero(rows, cols), update(rows, cols);
        LayerOptimizer optimizer(rows, cols, spec);
        for (int step = 0; step < 3; ++step) {
            const Matrix gradient = generator.normal_matrix(rows, cols);
            optimizer.update(gradient, ours, update);
            ours += update;
            rule(theirs, gradient, buffer);
            EXPECT_LT((ours - theirs).norm(), 1e-12 * theirs.norm()) << slug << " step " << step;
        }
    }
}

double ratio(const Matrix& w) {
    return static_cast<double>(w.rows()) / static_cast<double>(w.cols());
}

TEST(Flavours, follow_their_libraries_formulas) {
    expect_steps("paper", [](Matrix& w, const Matrix& g, Matrix&) {
        const Matrix o = orthogonalised(g);
        w -= 0.02 * g.norm() / (o.norm() + 1e-7) * o;
    });
    expect_steps("jordan", [](Matrix& w, const Matrix& g, Matrix& m) {
        m += 0.05 * (g - m);
        w -= 0.02 * std::sqrt(std::max(1.0, ratio(w))) * orthogonalised(0.05 * g + 0.95 * m);
    });
    expect_steps("torch", [](Matrix& w, const Matrix& g, Matrix& m) {
        m += 0.05 * (g - m);
        w *= 1 - 1e-3 * 0.1;
        w -= 1e-3 * std::sqrt(std::max(1.0, ratio(w))) * orthogonalised(0.05 * g + 0.95 * m);
    });
    expect_steps("torch_rms", [](Matrix& w, const Matrix& g, Matrix& m) {
        m += 0.05 * (g - m);
        w *= 1 - 1e-3 * 0.1;
        w -= 1e-3 * 0.2 * std::sqrt(6.0) * orthogonalised(0.05 * g + 0.95 * m);
    });
    expect_steps("moonlight", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.95 * b + g;
        w *= 1 - 2e-3 * 0.1;
        w -= 2e-3 * 0.2 * std::sqrt(6.0) * orthogonalised(g + 0.95 * b);
    });
    expect_steps("dion", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.95 * b + g;
        w *= 1 - 0.01 * 0.01;
        w -= 0.01 * std::sqrt(ratio(w)) * orthogonalised(b);
    });
    expect_steps("dion_rms", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.95 * b + g;
        w *= 1 - 0.01 * 0.01;
        w -= 0.01 * 0.2 * std::sqrt(6.0) * orthogonalised(b);
    });
    expect_steps("mlx", [](Matrix& w, Matrix g, Matrix& m) {
        g += 0.01 * w;
        m += 0.05 * (g - m);
        w -= 0.02 * std::sqrt(std::max(1.0, ratio(w))) * orthogonalised(0.05 * g + 0.95 * m);
    });
    expect_steps("torch_sgd", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.9 * b + g;
        w -= 1e-3 * b;
    });
}

TEST(Flavours, are_known_again_whatever_rate_momentum_precision_and_schedule) {
    for (const Flavour& each : flavours()) {
        OptimizerSpec spec;
        spec.schedule.kind = RateSchedule::cosine;
        spec.orthogonaliser.precision = Precision::bfloat16;
        take_flavour(spec, each);
        EXPECT_EQ(spec.schedule.kind, RateSchedule::cosine);
        EXPECT_EQ(spec.orthogonaliser.precision, Precision::bfloat16);
        EXPECT_EQ(spec.lr, each.spec.lr);
        spec.lr = 0.7;
        if (spec.momentum > 0) spec.momentum = 0.3;
        spec.weight_decay = 3;
        ASSERT_NE(flavour_of(spec), nullptr) << each.slug;
        EXPECT_EQ(flavour_of(spec)->slug, each.slug);
    }
    EXPECT_EQ(flavour_of(OptimizerSpec{}), nullptr);
    OptimizerSpec other = flavour("moonlight").spec;
    other.nesterov = false;
    EXPECT_EQ(flavour_of(other)->slug, "dion_rms");
    other.orthogonaliser.iterations = 7;
    EXPECT_EQ(flavour_of(other), nullptr);
}

}  // namespace
}  // namespace muonscope

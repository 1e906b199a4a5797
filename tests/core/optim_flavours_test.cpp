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

Matrix orthogonalised(const Matrix& gradient, Engine engine = Engine::jordan) {
    Matrix result(gradient.rows(), gradient.cols());
    Orthogonaliser(gradient.rows(), gradient.cols(),
                   {.engine = engine, .precision = Precision::float64})
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
        w *= 1 - 1e-3 * 0.1;
        w -= 1e-3 * 0.2 * std::sqrt(6.0) * orthogonalised(g + 0.95 * b);
    });
    expect_steps("dion", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.95 * b + g;
        w *= 1 - 0.01 * 0.01;
        w -= 0.01 * std::sqrt(ratio(w)) * orthogonalised(b, Engine::polar_express_speed);
    });
    expect_steps("dion_rms", [](Matrix& w, const Matrix& g, Matrix& b) {
        b = 0.95 * b + g;
        w *= 1 - 0.01 * 0.01;
        w -= 0.01 * 0.2 * std::sqrt(6.0) * orthogonalised(b, Engine::polar_express_speed);
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
        ASSERT_NE(flavour_of(spec), nullptr) << each.slug;
        EXPECT_EQ(flavour_of(spec)->slug, each.slug);
        EXPECT_EQ(flavour_text(spec), each.label);
        spec.lr = 0.7;
        if (spec.momentum > 0) spec.momentum = 0.3;
        spec.weight_decay = 3;
        ASSERT_NE(flavour_of(spec), nullptr) << each.slug;
        // Keras has Moonlight's conventions, pytorch_optimizer torch's: their defaults tell them
        // apart, and where those are turned the first of a kind is named.
        const std::string_view first = each.slug == "keras"               ? "moonlight"
                                       : each.slug == "pytorch_optimizer" ? "torch"
                                                                          : each.slug;
        EXPECT_EQ(flavour_of(spec)->slug, first);
    }
    EXPECT_EQ(flavour_of(OptimizerSpec{}), nullptr);
    EXPECT_EQ(flavour_text(OptimizerSpec{}), "Own");
}

TEST(Flavours, keep_their_name_with_another_orthogonaliser) {
    OptimizerSpec spec = flavour("dion").spec;
    EXPECT_EQ(flavour_text(spec), "dion Muon");
    spec.orthogonaliser.engine = Engine::jordan;
    EXPECT_EQ(flavour_of(spec)->slug, "dion");
    EXPECT_EQ(flavour_text(spec), "dion Muon, with Jordan x5");
    spec.orthogonaliser.engine = Engine::you;
    spec.orthogonaliser.iterations = 7;
    EXPECT_EQ(flavour_text(spec), "dion Muon, with You x7");
    spec.orthogonaliser.engine = Engine::svd;
    EXPECT_EQ(flavour_text(spec), "dion Muon, with SVD");
    spec = flavour("torch").spec;
    spec.orthogonaliser.precision = Precision::bfloat16_fused;
    EXPECT_EQ(flavour_text(spec), "torch.optim.Muon");
    spec.nesterov = false;
    EXPECT_EQ(flavour_text(spec), "Own");
}

}  // namespace
}  // namespace muonscope

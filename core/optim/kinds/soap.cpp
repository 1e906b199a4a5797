#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/elementary.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"
#include "core/optim/rule.h"
#include "core/optim/weight_decay.h"

// SOAP (arXiv 2409.11321): AdamW in the eigenbases of Shampoo's averages L of G G^T and R of G^T G.
// The first gradient moves nothing, it makes the bases. Each later one: g = Q_L^T G Q_R in the
// bases of before; m += (1 - b1)(G - m); v += (1 - b2)(g^2 - v); update = -rate Q_L (Q_L^T m
// Q_R/(sqrt(v) + eps)) Q_R^T; then L and R take it in, and every few steps one round of power
// iteration turns the bases, v's rows and columns with them.
namespace muonscope {
namespace {

constexpr OwnParameter own[] = {
    every_so_many_steps(
        "basis_every", "Bases turn every", 10,
        "After so many steps one round of power iteration brings the bases after L and R."),
    {.key = "basis_beta",
     .label = "β of L and R",
     .fallback = 0.95,
     .min = 0,
     .max = 0.999999,
     .usual_min = 0.5,
     .usual_max = 0.999,
     .help = "Of the averages of GGᵀ and GᵀG, whose eigenvectors are the bases."},
    moments_corrected,
    {.key = "normalised",
     .label = "Normalised",
     .type = OwnParameter::Type::boolean,
     .help = "Steps whose entries have the root mean square of the learning rate."},
};

class Soap final : public Direction {
  public:
    Soap(Eigen::Index rows, Eigen::Index cols)
        : rows_(rows), cols_(cols), turned_(rows, cols), left_(rows, cols), keep_(rows, cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Soap>(*this); }

    // m, v, L, R, Q_L, Q_R.
    std::vector<Shape> buffers(const OptimizerSpec&) const override {
        const Shape whole{rows_, cols_}, left{rows_, rows_}, right{cols_, cols_};
        return {whole, whole, left, right, left, right};
    }
    void reconfigure(const OptimizerSpec& spec) override {
        every_ = static_cast<std::int64_t>(own_value(spec, "basis_every"));
        basis_beta_ = own_value(spec, "basis_beta");
        corrected_ = own_value(spec, "moments_corrected") != 0;
        normalised_ = own_value(spec, "normalised") != 0;
    }
    void update(LayerStep& step, Matrix& update) override {
        std::vector<Matrix>& b = step.buffers;
        if (step.seen == 0) {
            take_in(step);
            b[4] = falling_eigenvectors(b[2]);
            b[5] = falling_eigenvectors(b[3]);
            update.setZero();
            step.rests = true;
            return;
        }
        const OptimizerSpec& spec = step.spec;
        into_bases(step.gradient, b);
        b[1].array() += (1 - spec.beta2) * (turned_.array().square() - b[1].array());
        b[0].array() += (1 - spec.beta1) * (step.gradient.array() - b[0].array());
        into_bases(b[0], b);
        turned_.array() /= b[1].array().sqrt() + spec.epsilon;
        product_.multiply(b[4], turned_, left_);
        product_.multiply(left_, b[5].transpose(), update);
        double rate = step.rate;
        if (normalised_)
            rate /= std::sqrt(sum_of_squares(update) / static_cast<double>(update.size())) +
                    spec.epsilon;
        if (corrected_) {
            const auto k = static_cast<double>(step.seen);
            rate *= std::sqrt(1 - elementary::pow(spec.beta2, k)) /
                    (1 - elementary::pow(spec.beta1, k));
        }
        // Its decay comes after the step and shrinks that, too.
        update *= -rate * (1 - shrinkage(spec, step.rate));
        take_in(step);
        if (step.seen % every_ == 0) {
            turn(b[2], b[4]);
            keep_ = b[1];
            for (Eigen::Index i = 0; i < rows_; ++i)
                b[1].row(i) = keep_.row(order_[std::size_t(i)]);
            turn(b[3], b[5]);
            keep_ = b[1];
            for (Eigen::Index i = 0; i < cols_; ++i)
                b[1].col(i) = keep_.col(order_[std::size_t(i)]);
        }
    }

  private:
    void take_in(const LayerStep& step) {
        Matrix& left = step.buffers[2];
        Matrix& right = step.buffers[3];
        const Matrix& g = step.gradient;
        product_.combine_symmetric(1 - basis_beta_, g, g.transpose(), basis_beta_, left, left);
        product_.combine_symmetric(1 - basis_beta_, g.transpose(), g, basis_beta_, right, right);
    }
    void into_bases(const Matrix& matrix, const std::vector<Matrix>& b) {
        product_.multiply(b[4].transpose(), matrix, left_);
        product_.multiply(left_, b[5], turned_);
    }
    static Matrix falling_eigenvectors(const Matrix& symmetric) {
        return symmetric_eigen(symmetric).vectors.rowwise().reverse();
    }
    // The Q-factor of S Q with its columns by falling Rayleigh quotients, whose order stays behind.
    void turn(const Matrix& symmetric, Matrix& basis) {
        const Eigen::Index n = basis.cols();
        Matrix image(n, n);
        product_.multiply(symmetric, basis, image);
        Vector quotients(n);
        for (Eigen::Index i = 0; i < n; ++i) quotients(i) = dot(basis.col(i), image.col(i));
        order_.resize(n);
        std::iota(order_.begin(), order_.end(), 0);
        std::stable_sort(order_.begin(), order_.end(), [&](Eigen::Index a, Eigen::Index b) {
            return quotients(a) > quotients(b);
        });
        Matrix sorted(n, n);
        for (Eigen::Index i = 0; i < n; ++i) sorted.col(i) = image.col(order_[std::size_t(i)]);
        basis = full_q(sorted);
    }

    Eigen::Index rows_, cols_;
    std::int64_t every_ = 10;
    double basis_beta_ = 0.95;
    bool corrected_ = true, normalised_ = false;
    Matrix turned_, left_, keep_;
    std::vector<Eigen::Index> order_;
    MatrixProduct<double> product_;
};

double average(const OptimizerSpec& spec) {
    return spec.beta1;
}

constexpr Flavour authors() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::soap;
    spec.lr = 3e-3;
    spec.beta1 = spec.beta2 = 0.95;
    spec.decay = Decay::rate;
    spec.weight_decay = 0.01;
    return {"soap", "SOAP",
            "β .95 and .95, ε 1e-8, bases every 10 steps, moments corrected, decay after the step; "
            "lr 3e-3, λ .01.",
            spec};
}
constexpr Flavour conventions[] = {authors()};

}  // namespace

extern constexpr OptimizerRule soap_rule{
    .slug = "soap",
    .label = "SOAP",
    .help = "AdamW in the eigenbases of GGᵀ and GᵀG; its first gradient only makes the bases.",
    .uses = {.beta1 = true, .beta2 = true, .epsilon = true},
    .own = own,
    .flavours = conventions,
    .average = average,
    .make = make_direction<Soap>,
};

}  // namespace muonscope

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/elementary.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"
#include "core/optim/rule.h"

// Shampoo (arXiv 1802.09568, Algorithm 1): L = eps I + sum of G G^T, R = eps I + sum of G^T G, or
// their averages; S = L^(-1/root) G R^(-1/root), as long as the gradient where it is grafted; then
// momentum of S. update = -g B. Before the first roots are taken S is G.
namespace muonscope {
namespace {

// Against a norm of zero (the libraries').
constexpr double graft_floor = 1e-16;

constexpr OwnParameter own[] = {
    {.key = "root",
     .label = "Root",
     .type = OwnParameter::Type::integer,
     .fallback = 4,
     .min = 1,
     .max = 16,
     .usual_min = 1,
     .usual_max = 8,
     .help = "S = L^(−1/root) G R^(−1/root). With the default, the paper's, the singular values of "
             "the first step are all alike."},
    every_so_many_steps(
        "root_every", "Roots every", 1,
        "The roots are taken anew after so many gradients; before the first time S is G."),
    {.key = "statistics_summed",
     .label = "Sums",
     .type = OwnParameter::Type::boolean,
     .fallback = 1,
     .help = "L and R are sums over all gradients, so that steps shrink; else averages with β₂."},
    {.key = "grafted",
     .label = "Gradient's length",
     .type = OwnParameter::Type::boolean,
     .help = "S is made as long as the gradient: Shampoo's direction, SGD's size."},
};

class Shampoo final : public Direction {
  public:
    Shampoo(Eigen::Index rows, Eigen::Index cols)
        : rows_(rows), cols_(cols), half_(rows, cols), preconditioned_(rows, cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Shampoo>(*this); }

    // L, R and their roots.
    std::vector<Shape> buffers(const OptimizerSpec&) const override {
        return {{rows_, rows_}, {cols_, cols_}, {rows_, rows_}, {cols_, cols_}};
    }
    void reconfigure(const OptimizerSpec& spec) override {
        root_ = own_value(spec, "root");
        every_ = static_cast<std::int64_t>(own_value(spec, "root_every"));
        summed_ = own_value(spec, "statistics_summed") != 0;
        grafted_ = own_value(spec, "grafted") != 0;
    }
    void update(LayerStep& step, Matrix& update) override {
        std::vector<Matrix>& b = step.buffers;
        const Matrix& g = step.gradient;
        if (step.seen == 0) {
            b[0].diagonal().setConstant(step.spec.epsilon);
            b[1].diagonal().setConstant(step.spec.epsilon);
            b[2].setIdentity();
            b[3].setIdentity();
        }
        const double kept = summed_ ? 1 : step.spec.beta2, fresh = summed_ ? 1 : 1 - kept;
        product_.combine_symmetric(fresh, g, g.transpose(), kept, b[0], b[0]);
        product_.combine_symmetric(fresh, g.transpose(), g, kept, b[1], b[1]);
        if ((step.seen + 1) % every_ == 0) {
            take_root(b[0], b[2]);
            take_root(b[1], b[3]);
        }
        product_.multiply(b[2], g, half_);
        product_.multiply(half_, b[3], preconditioned_);
        if (grafted_) preconditioned_ *= norm(g) / (norm(preconditioned_) + graft_floor);
        update = -step.rate * step.momentum.direction(step.spec, preconditioned_);
    }

  private:
    void take_root(const Matrix& symmetric, Matrix& inverse) {
        if (!are_finite(symmetric)) {
            inverse.setConstant(std::numeric_limits<double>::quiet_NaN());
            return;
        }
        const SymmetricEigen eigen = symmetric_eigen(symmetric);
        // Below this eigenvalues are rounding, and may be negative.
        const double least =
            std::numeric_limits<double>::epsilon() * eigen.values.cwiseAbs().maxCoeff();
        Matrix scaled = eigen.vectors;
        for (Eigen::Index i = 0; i < scaled.cols(); ++i)
            scaled.col(i) *= elementary::pow(std::max(eigen.values(i), least), -1 / root_);
        product_.multiply(scaled, eigen.vectors.transpose(), inverse);
    }

    Eigen::Index rows_, cols_;
    double root_ = 4;
    std::int64_t every_ = 1;
    bool summed_ = true, grafted_ = false;
    Matrix half_, preconditioned_;
    MatrixProduct<double> product_;
};

constexpr OptimizerSpec shampoo(double lr, double epsilon) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::shampoo;
    spec.lr = lr;
    spec.epsilon = epsilon;
    return spec;
}
constexpr OptimizerSpec scalable() {
    OptimizerSpec spec = shampoo(1e-3, 1e-6);
    spec.momentum = 0.9;
    spec.nesterov = true;
    spec.own.set("statistics_summed", 0);
    spec.own.set("grafted", 1);
    return spec;
}
bool idle_of(const OptimizerSpec& spec, std::string_view key) {
    return key == "beta2" && own_value(spec, "statistics_summed") != 0;
}
constexpr Flavour conventions[] = {
    {"shampoo", "Shampoo, paper", "Sums, root 4, ε 1e-6, no momentum; lr .1.", shampoo(0.1, 1e-6)},
    {"shampoo_scalable", "Shampoo, scalable",
     "Averages with β₂ .999, root 4, ε 1e-6, the gradient's length, heavy ball .9 with Nesterov; "
     "lr 1e-3.",
     scalable()},
};

}  // namespace

extern constexpr OptimizerRule shampoo_rule{
    .slug = "shampoo",
    .label = "Shampoo",
    .help =
        "W ← W − lr · L^(−1/root) G R^(−1/root), L of GGᵀ and R of GᵀG: Muon's step where they are "
        "of "
        "the newest gradient alone.",
    .uses = {.momentum = true, .momentum_form = true, .beta2 = true, .epsilon = true},
    .own = own,
    .flavours = conventions,
    .idle = idle_of,
    .momentum_of_gradients = false,
    .make = make_direction<Shampoo>,
};

}  // namespace muonscope

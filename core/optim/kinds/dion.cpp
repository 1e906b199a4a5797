#include <algorithm>
#include <cmath>

#include "core/linalg/dense_factors.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"
#include "core/random/generator.h"

// Dion (arXiv 2504.05295): one power iteration of rank r a step. M += G; P the Q-factor of M Q;
// T = M^T P; M -= (1 - mu) P T^T, so that what the rank leaves out waits in M; Q's columns are
// those of T over their lengths; update = -g sqrt(out/in) P Q^T.
namespace muonscope {
namespace {

constexpr OwnParameter own[] = {
    {.key = "rank_share",
     .label = "Rank",
     .fallback = 0.25,
     .min = 1e-3,
     .max = 1,
     .usual_min = 0.05,
     .usual_max = 1,
     .unit = "of the shorter side",
     .help = "Directions that a step moves, rounded up: the rest waits in the momentum."},
    {.key = "transposed",
     .label = "Turn if wide",
     .type = OwnParameter::Type::boolean,
     .help =
         "Iterates on Mᵀ where a layer has fewer rows than columns, as the authors' program does; "
         "the paper never does."},
};

class Dion final : public Direction {
  public:
    Dion(Eigen::Index rows, Eigen::Index cols) : rows_(rows), cols_(cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Dion>(*this); }

    // M, and Q of cols x r.
    std::vector<Shape> buffers(const OptimizerSpec& spec) const override {
        const bool turned = is_turned(spec);
        return {turned ? Shape{cols_, rows_} : Shape{rows_, cols_},
                {turned ? rows_ : cols_, rank(spec)}};
    }
    void reconfigure(const OptimizerSpec& spec) override {
        turned_ = is_turned(spec);
        const Eigen::Index tall = turned_ ? cols_ : rows_;
        p_.resize(tall, rank(spec));
        t_.resize(turned_ ? rows_ : cols_, rank(spec));
        step_.resize(tall, t_.rows());
    }
    void update(LayerStep& step, Matrix& update) override {
        Matrix& m = step.buffers[0];
        Matrix& q = step.buffers[1];
        // Alike for every layer of a shape and every lane: lengths of columns do not matter.
        if (step.seen == 0 && q.isZero(0))
            q = Generator(0, Purpose::low_rank_start).normal_matrix(q.rows(), q.cols());
        if (turned_)
            m += step.gradient.transpose();
        else
            m += step.gradient;
        product_.multiply(m, q, p_);
        p_ = thin_q(p_);
        product_.multiply(m.transpose(), p_, t_);
        product_.combine(-(1 - step.spec.momentum), p_, t_.transpose(), 1, m, m);
        for (Eigen::Index c = 0; c < q.cols(); ++c)
            q.col(c) = t_.col(c) / (norm(t_.col(c)) + step.spec.epsilon);
        product_.multiply(p_, q.transpose(), step_);
        const double factor = -(step.rate * shape_factor(ShapeScale::spectral, rows_, cols_));
        if (turned_)
            update = factor * step_.transpose();
        else
            update = factor * step_;
    }

  private:
    bool is_turned(const OptimizerSpec& spec) const {
        return rows_ < cols_ && own_value(spec, "transposed") != 0;
    }
    Eigen::Index rank(const OptimizerSpec& spec) const {
        const auto shorter = static_cast<double>(std::min(rows_, cols_));
        return static_cast<Eigen::Index>(
            std::clamp(std::ceil(own_value(spec, "rank_share") * shorter), 1.0, shorter));
    }

    Eigen::Index rows_, cols_;
    bool turned_ = false;
    Matrix p_, t_, step_;
    MatrixProduct<double> product_;
};

constexpr Flavour authors() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::dion;
    spec.lr = 0.01;
    spec.momentum = 0.95;
    spec.decay = Decay::rate;
    spec.weight_decay = 0.01;
    return {"dion_low_rank", "Dion, a quarter of the rank",
            "μ .95, ε 1e-8, √(out/in), W ← W(1 − lr λ); lr .01, λ .01.", spec};
}
constexpr Flavour conventions[] = {authors()};

}  // namespace

extern constexpr OptimizerRule dion_rule{
    .slug = "dion",
    .label = "Dion",
    .help =
        "Muon at low rank: one power iteration a step, what the rank leaves out waits in the "
        "momentum, which begins anew on a switch.",
    .uses = {.momentum = true, .epsilon = true},
    .own = own,
    .flavours = conventions,
    .make = make_direction<Dion>,
};

}  // namespace muonscope

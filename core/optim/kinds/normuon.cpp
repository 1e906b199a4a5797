#include <cmath>

#include "core/linalg/orthogonaliser.h"
#include "core/linalg/reductions.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"

// NorMuon (arXiv 2510.05491, Algorithm 1): Muon's O, each row of which is divided by the root of
// the average of its own mean square, v += (1 - b2)(mean(O_r^2) - v), and then as long as O was
// (constant norm), or as the norm law says.
namespace muonscope {
namespace {

class NorMuon final : public Direction {
  public:
    NorMuon(Eigen::Index rows, Eigen::Index cols)
        : rows_(rows), orthogonaliser_(rows, cols, {}), squares_(Vector::Zero(rows)) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<NorMuon>(*this); }

    std::vector<Shape> buffers(const OptimizerSpec&) const override { return {{rows_, 1}}; }
    void reconfigure(const OptimizerSpec& spec) override {
        orthogonaliser_.reconfigure(spec.orthogonaliser);
    }
    void update(LayerStep& step, Matrix& update) override {
        const OptimizerSpec& spec = step.spec;
        const Matrix& direction = step.momentum.direction(spec, step.gradient);
        orthogonaliser_.orthogonalise(direction, update);
        const double size = norm(update);
        squares_.setZero();
        for (Eigen::Index c = 0; c < update.cols(); ++c)
            squares_.array() += update.col(c).array().square();
        auto second = step.buffers[0].col(0).array();
        second += (1 - spec.beta2) * (squares_.array() / double(update.cols()) - second);
        squares_ = second.sqrt() + spec.epsilon;
        for (Eigen::Index c = 0; c < update.cols(); ++c) update.col(c).array() /= squares_.array();
        double factor = norm_scale(spec, direction, update);
        const double floored = norm(update) + spec.epsilon;
        if (spec.norm_law == NormLaw::constant) factor *= size / floored;
        if (spec.norm_law == NormLaw::rms)
            factor = std::sqrt(static_cast<double>(update.size())) / floored;
        update *= -(step.rate * factor);
    }

  private:
    Eigen::Index rows_;
    Orthogonaliser orthogonaliser_;
    Vector squares_;
};

constexpr Flavour authors() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::normuon;
    spec.lr = 0.02;
    spec.momentum = 0.95;
    spec.momentum_style = MomentumStyle::ema;
    spec.nesterov = true;
    spec.beta2 = 0.95;
    spec.epsilon = 1e-10;
    spec.shape_scale = ShapeScale::jordan;
    spec.decay = Decay::rate;
    spec.weight_decay = 0;
    return {
        "normuon", "NorMuon",
        "EMA .95, Nesterov, β₂ .95, ε 1e-10, as long as Muon's step with √max(1, out/in); lr .02.",
        spec};
}
constexpr Flavour conventions[] = {authors()};

}  // namespace

extern constexpr OptimizerRule normuon_rule{
    .slug = "normuon",
    .label = "NorMuon",
    .help =
        "Muon's O with rows of about equal length: each over the root of its average mean square.",
    .uses = {.momentum = true,
             .momentum_form = true,
             .orthogonaliser = true,
             .norm_law = true,
             .beta2 = true,
             .epsilon = true},
    .habit = MomentumStyle::ema,
    .flavours = conventions,
    .make = make_direction<NorMuon>,
};

}  // namespace muonscope

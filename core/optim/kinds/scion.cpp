#include "core/linalg/orthogonaliser.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"

// Scion (arXiv 2502.07529) with the spectral ball |W|_op <= radius sqrt(out/in): O = orthogonalised
// B, S = radius sqrt(out/in) O; unconstrained W <- W - g S, constrained (Frank-Wolfe) W <- (1 - g)
// W - g S, which stays in the ball.
namespace muonscope {
namespace {

constexpr OwnParameter own[] = {
    {.key = "radius",
     .label = "Radius",
     .fallback = 1,
     .min = 1e-6,
     .max = 1e6,
     .usual_min = 0.1,
     .usual_max = 100,
     .logarithmic = true,
     .help = "Of the ball ‖W‖₂ ≤ radius · √(out/in): a step is lr · radius · √(out/in) long in the "
             "spectral norm. Sensible: 1 to 100."},
    {.key = "constrained",
     .label = "Stays in the ball",
     .type = OwnParameter::Type::boolean,
     .help = "W ← (1 − lr) W − lr · S: weights that begin in the ball stay there."},
};

class Scion final : public Direction {
  public:
    Scion(Eigen::Index rows, Eigen::Index cols) : orthogonaliser_(rows, cols, {}) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Scion>(*this); }

    void reconfigure(const OptimizerSpec& spec) override {
        orthogonaliser_.reconfigure(spec.orthogonaliser);
        radius_ = own_value(spec, "radius");
        constrained_ = own_value(spec, "constrained") != 0;
    }
    void update(LayerStep& step, Matrix& update) override {
        const Matrix& direction = step.momentum.direction(step.spec, step.gradient);
        orthogonaliser_.orthogonalise(direction, update);
        update *= -(step.rate * radius_ *
                    shape_factor(ShapeScale::spectral, update.rows(), update.cols()));
        if (constrained_) update -= step.rate * step.weight;
    }

  private:
    Orthogonaliser orthogonaliser_;
    double radius_ = 1;
    bool constrained_ = false;
};

constexpr OptimizerSpec scion(bool constrained) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::scion;
    spec.lr = 1e-3;
    spec.momentum = 0.9;
    spec.momentum_style = MomentumStyle::ema;
    spec.decay = constrained ? Decay::none : Decay::rate;
    spec.weight_decay = 0;
    if (constrained) spec.own.set("constrained", 1);
    return spec;
}
constexpr Flavour conventions[] = {
    {"scion", "Scion, unconstrained", "EMA .9, radius 1, W ← W(1 − lr λ); lr 1e-3, λ 0.",
     scion(false)},
    {"scion_constrained", "Scion, constrained", "EMA .9, radius 1, W ← (1 − lr) W − lr S; lr 1e-3.",
     scion(true)},
};

}  // namespace

extern constexpr OptimizerRule scion_rule{
    .slug = "scion",
    .label = "Scion",
    .help = "W ← W − lr · radius · √(out/in) · NS(B): steps of one length in the spectral norm.",
    .uses = {.momentum = true, .momentum_form = true, .orthogonaliser = true},
    .habit = MomentumStyle::ema,
    .own = own,
    .flavours = conventions,
    .make = make_direction<Scion>,
};

}  // namespace muonscope

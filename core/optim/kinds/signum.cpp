#include "core/optim/rule.h"

// signum (arXiv 1802.04434): update = -g sign(B), B the momentum of the gradients; without momentum
// signSGD. The sign of 0 is 0; style and bias correction are the same to it.
namespace muonscope {
namespace {

class Signum final : public Direction {
  public:
    Signum(Eigen::Index, Eigen::Index) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Signum>(*this); }

    void update(LayerStep& step, Matrix& update) override {
        update = -step.rate * step.momentum.direction(step.spec, step.gradient).array().sign();
    }
};

constexpr Flavour authors() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::signum;
    spec.lr = 1e-3;
    spec.momentum = 0.9;
    spec.momentum_style = MomentumStyle::ema;
    spec.decay = Decay::rate;
    spec.weight_decay = 0;
    return {"signum", "signum", "EMA .9, W ← W(1 − lr λ); lr 1e-3, λ 0.", spec};
}
constexpr Flavour conventions[] = {authors()};

}  // namespace

extern constexpr OptimizerRule signum_rule{
    .slug = "signum",
    .label = "signum",
    .help = "W ← W − lr · sign(B): the signs of the momentum's entries, B of the gradients.",
    .uses = {.momentum = true, .momentum_form = true},
    .habit = MomentumStyle::ema,
    .flavours = conventions,
    .make = make_direction<Signum>,
};

}  // namespace muonscope

#include "core/linalg/kernels/kernels.h"
#include "core/optim/rule.h"

// SGD: update = -g B, B the momentum of the gradients.
namespace muonscope {
namespace {

class Sgd final : public Direction {
  public:
    Sgd(Eigen::Index, Eigen::Index) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Sgd>(*this); }

    void update(LayerStep& step, Matrix& update) override {
        if (step.spec.momentum == 0)
            kernels().scale(-step.rate, step.gradient.data(), update.data(), update.size());
        else
            step.momentum.feed(step.spec, step.gradient, -step.rate, update.data());
    }
};

constexpr Flavour torch() {
    OptimizerSpec spec;
    spec.lr = 1e-3;
    spec.momentum = 0.9;
    spec.decay = Decay::coupled;
    spec.weight_decay = 0;
    return {"torch_sgd", "torch.optim.SGD", "Heavy ball .9; lr 1e-3, λ coupled where given.", spec};
}
constexpr Flavour conventions[] = {torch()};

}  // namespace

extern constexpr OptimizerRule sgd_rule{
    .slug = "sgd",
    .label = "SGD",
    .help = "W ← W − lr · G: large modes first.",
    .uses = {.momentum = true, .momentum_form = true},
    .flavours = conventions,
    .make = make_direction<Sgd>,
};

}  // namespace muonscope

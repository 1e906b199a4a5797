#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/kernels/kernels.h"
#include "core/optim/rule.h"

// AdamW (arXiv 1711.05101): m += (1 - b1)(G - m), v += (1 - b2)(G^2 - v), both divided by 1 - b^t;
// update = -g m/(sqrt(v) + eps).
namespace muonscope {
namespace {

class AdamW final : public Direction {
  public:
    AdamW(Eigen::Index rows, Eigen::Index cols) : shape_(rows, cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<AdamW>(*this); }

    std::vector<Shape> buffers(const OptimizerSpec&) const override { return {shape_, shape_}; }

    void update(LayerStep& step, Matrix& update) override {
        const auto t = static_cast<double>(step.seen + 1);
        const double b1 = step.spec.beta1, b2 = step.spec.beta2;
        const double rate = step.rate / (1 - elementary::pow(b1, t));
        const double spread = 1 / std::sqrt(1 - elementary::pow(b2, t));
        kernels().adam({step.gradient.size(), b1, b2, rate, spread, step.spec.epsilon,
                        step.gradient.data(), step.buffers[0].data(), step.buffers[1].data(),
                        update.data()});
    }

  private:
    Shape shape_;
};

double average(const OptimizerSpec& spec) {
    return spec.beta1;
}

constexpr Flavour torch() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::adamw;
    spec.lr = 1e-3;
    spec.decay = Decay::rate;
    spec.weight_decay = 0.01;
    return {"torch_adamw", "torch.optim.AdamW",
            "β .9 and .999, ε 1e-8, bias-corrected, W ← W(1 − lr λ); lr 1e-3, λ .01.", spec};
}
constexpr Flavour conventions[] = {torch()};

}  // namespace

extern constexpr OptimizerRule adamw_rule{
    .slug = "adamw",
    .label = "AdamW",
    .help =
        "W ← W − lr · m̂/(√v̂ + ε): every entry at its own pace. Its moments begin anew on a "
        "switch to it; its first becomes the momentum of what follows.",
    .uses = {.beta1 = true, .beta2 = true, .epsilon = true},
    .flavours = conventions,
    .average = average,
    .make = make_direction<AdamW>,
};

}  // namespace muonscope

#include "core/optim/rule.h"

// Lion (arXiv 2302.06675, Algorithm 2): update = -g sign(b1 M + (1 - b1) G) with the M of before
// this gradient, then M += (1 - b2)(G - M); the sign of 0 is 0.
namespace muonscope {
namespace {

class Lion final : public Direction {
  public:
    Lion(Eigen::Index rows, Eigen::Index cols) : shape_(rows, cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Lion>(*this); }

    std::vector<Shape> buffers(const OptimizerSpec&) const override { return {shape_}; }

    void update(LayerStep& step, Matrix& update) override {
        const double b1 = step.spec.beta1, b2 = step.spec.beta2;
        auto average = step.buffers[0].array();
        const auto gradient = step.gradient.array();
        update = -step.rate * (b1 * average + (1 - b1) * gradient).sign();
        average += (1 - b2) * (gradient - average);
    }

  private:
    Shape shape_;
};

double average(const OptimizerSpec& spec) {
    return spec.beta2;
}

constexpr Flavour authors() {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::lion;
    spec.lr = 1e-4;
    spec.beta1 = 0.9;
    spec.beta2 = 0.99;
    spec.decay = Decay::rate;
    spec.weight_decay = 0;
    return {"lion", "Lion", "β .9 and .99, W ← W(1 − lr λ); lr 1e-4, λ 0.", spec};
}
constexpr Flavour conventions[] = {authors()};

}  // namespace

extern constexpr OptimizerRule lion_rule{
    .slug = "lion",
    .label = "Lion",
    .help = "W ← W − lr · sign(β₁M + (1 − β₁)G): every entry by lr, whatever its gradient's size.",
    .uses = {.beta1 = true, .beta2 = true},
    .flavours = conventions,
    .average = average,
    .make = make_direction<Lion>,
};

}  // namespace muonscope

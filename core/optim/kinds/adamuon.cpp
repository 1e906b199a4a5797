#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/orthogonaliser.h"
#include "core/linalg/reductions.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"

// AdaMuon (arXiv 2507.11005): O = orthogonalised B, or of its signs; v += (1 - b2)(O^2 - v) entry
// by entry, divided by 1 - b2^t where moments are corrected; N = O/(sqrt(v) + eps), as long as the
// norm law says: the paper's length, .2 sqrt(out in), is RMS with a fifth of the rate.
namespace muonscope {
namespace {

constexpr OwnParameter own[] = {
    {.key = "sign_first",
     .label = "Signs first",
     .type = OwnParameter::Type::boolean,
     .help =
         "Orthogonalises the signs of the momentum's entries, as the paper's third version does."},
    moments_corrected,
};

class AdaMuon final : public Direction {
  public:
    AdaMuon(Eigen::Index rows, Eigen::Index cols)
        : shape_(rows, cols), orthogonaliser_(rows, cols, {}), signs_(rows, cols) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<AdaMuon>(*this); }

    std::vector<Shape> buffers(const OptimizerSpec&) const override { return {shape_}; }
    void reconfigure(const OptimizerSpec& spec) override {
        orthogonaliser_.reconfigure(spec.orthogonaliser);
        sign_first_ = own_value(spec, "sign_first") != 0;
        corrected_ = own_value(spec, "moments_corrected") != 0;
    }
    void update(LayerStep& step, Matrix& update) override {
        const OptimizerSpec& spec = step.spec;
        const Matrix& direction = step.momentum.direction(spec, step.gradient);
        if (sign_first_) signs_ = direction.array().sign();
        orthogonaliser_.orthogonalise(sign_first_ ? signs_ : direction, update);
        auto second = step.buffers[0].array();
        second += (1 - spec.beta2) * (update.array().square() - second);
        const double share =
            corrected_ ? 1 - elementary::pow(spec.beta2, static_cast<double>(step.seen + 1)) : 1;
        update.array() /= (second / share).sqrt() + spec.epsilon;
        double factor = norm_scale(spec, direction, update);
        // The library's length has the floor, the paper's has none.
        if (spec.norm_law == NormLaw::rms && !sign_first_)
            factor = std::sqrt(static_cast<double>(update.size())) / (norm(update) + spec.epsilon);
        update *= -(step.rate * factor);
    }

  private:
    Shape shape_;
    Orthogonaliser orthogonaliser_;
    Matrix signs_;
    bool sign_first_ = false, corrected_ = true;
};

constexpr OptimizerSpec adamuon(double momentum, double epsilon) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::adamuon;
    spec.lr = 0.004;
    spec.momentum = momentum;
    spec.momentum_style = MomentumStyle::ema;
    spec.beta2 = 0.95;
    spec.epsilon = epsilon;
    spec.norm_law = NormLaw::rms;
    spec.decay = Decay::rate;
    spec.weight_decay = 0;
    return spec;
}
constexpr OptimizerSpec with_signs() {
    OptimizerSpec spec = adamuon(0.95, 1e-8);
    spec.own.set("sign_first", 1);
    spec.own.set("moments_corrected", 0);
    spec.weight_decay = 0.1;
    return spec;
}
constexpr Flavour conventions[] = {
    {"adamuon_paper", "AdaMuon, paper",
     "EMA .95 (the same as heavy ball under the signs), signs first, β₂ .95, ε 1e-8, RMS with a "
     "fifth of the paper's rate: lr .004, λ .1.",
     with_signs()},
    {"adamuon_pytorch_optimizer", "AdaMuon, pytorch_optimizer",
     "EMA .9, no signs, β₂ .95 corrected, ε 1e-10, RMS with a fifth of its rate: lr .004.",
     adamuon(0.9, 1e-10)},
};

}  // namespace

extern constexpr OptimizerRule adamuon_rule{
    .slug = "adamuon",
    .label = "AdaMuon",
    .help = "Muon's O, every entry over the root of its own average square, like AdamW's.",
    .uses = {.momentum = true,
             .momentum_form = true,
             .orthogonaliser = true,
             .norm_law = true,
             .beta2 = true,
             .epsilon = true},
    .habit = MomentumStyle::ema,
    .own = own,
    .flavours = conventions,
    .make = make_direction<AdaMuon>,
};

}  // namespace muonscope

#include <array>

#include "core/linalg/orthogonaliser.h"
#include "core/optim/norm_law.h"
#include "core/optim/rule.h"

// Muon (K. Jordan 2024): O = orthogonalised B, B the momentum of the gradients; update = -g O times
// what the norm law says (norm_law.h).
namespace muonscope {
namespace {

// The published runs' guard against a zero direction (arXiv 2607.01124).
constexpr double matched_floor = 1e-7;

class Muon final : public Direction {
  public:
    Muon(Eigen::Index rows, Eigen::Index cols) : orthogonaliser_(rows, cols, {}) {}
    std::unique_ptr<Direction> clone() const override { return std::make_unique<Muon>(*this); }

    void reconfigure(const OptimizerSpec& spec) override {
        orthogonaliser_.reconfigure(spec.orthogonaliser);
    }
    void update(LayerStep& step, Matrix& update) override {
        const Matrix& direction = step.momentum.direction(step.spec, step.gradient);
        orthogonaliser_.orthogonalise(direction, update);
        update *= -(step.rate * norm_scale(step.spec, direction, update, matched_floor));
    }

  private:
    Orthogonaliser orthogonaliser_;
};

constexpr OptimizerSpec muon(double lr, double momentum, MomentumStyle style, bool nesterov,
                             ShapeScale scale) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::muon;
    spec.lr = lr;
    spec.momentum = momentum;
    spec.momentum_style = style;
    spec.nesterov = nesterov;
    spec.shape_scale = scale;
    return spec;
}

constexpr OptimizerSpec with_decay(OptimizerSpec spec, Decay decay, double weight_decay) {
    spec.decay = decay;
    spec.weight_decay = weight_decay;
    return spec;
}

constexpr OptimizerSpec with_engine(OptimizerSpec spec, Engine engine) {
    spec.orthogonaliser.engine = engine;
    return spec;
}

constexpr OptimizerSpec bias_corrected(OptimizerSpec spec) {
    spec.bias_corrected = true;
    return spec;
}

constexpr OptimizerSpec paper() {
    OptimizerSpec spec = muon(0.02, 0, MomentumStyle::ema, false, ShapeScale::none);
    spec.norm_law = NormLaw::matched;
    return spec;
}

constexpr std::array<Flavour, 14> make_flavours() {
    constexpr auto ema = MomentumStyle::ema, ball = MomentumStyle::heavy_ball;
    constexpr auto rate = Decay::rate, coupled = Decay::coupled;
    const auto jordan = muon(0.02, 0.95, ema, true, ShapeScale::jordan);
    const auto torch = muon(1e-3, 0.95, ema, true, ShapeScale::jordan);
    const auto torch_rms = muon(1e-3, 0.95, ema, true, ShapeScale::rms);
    const auto torch_spectral = muon(1e-3, 0.95, ema, true, ShapeScale::spectral);
    const auto moonlight = muon(1e-3, 0.95, ball, true, ShapeScale::rms);
    const auto dion = with_engine(muon(0.01, 0.95, ball, false, ShapeScale::spectral),
                                  Engine::polar_express_speed);
    const auto dion_rms =
        with_engine(muon(0.01, 0.95, ball, false, ShapeScale::rms), Engine::polar_express_speed);
    const auto optax = bias_corrected(muon(0.02, 0.95, ema, true, ShapeScale::jordan));
    const auto optax_rms = bias_corrected(muon(0.02, 0.95, ema, true, ShapeScale::rms));
    const auto nemo = with_engine(muon(3e-4, 0.95, ema, false, ShapeScale::larger), Engine::you);
    const auto mlx = muon(0.02, 0.95, ema, true, ShapeScale::jordan);
    return {{
        {"paper", "Paper", "No momentum, norm matched: lr · O ‖G‖/(‖O‖ + 1e-7); no decay.",
         paper()},
        {"jordan", "Jordan",
         "EMA .95, Nesterov, √max(1, out/in); lr .02, no decay: W ← W(1 − lr λ) with λ = 0.",
         with_decay(jordan, Decay::none, 0)},
        {"torch", "torch.optim.Muon",
         "EMA .95, Nesterov, √max(1, out/in), W ← W(1 − lr λ); lr 1e-3, λ .1. Its own rounding is "
         "the precision “bfloat16, fused”.",
         with_decay(torch, rate, 0.1)},
        {"torch_rms", "torch.optim.Muon, RMS", "The same with .2 √max(out, in).",
         with_decay(torch_rms, rate, 0.1)},
        {"torch_spectral", "torch.optim.Muon, spectral", "The same with √(out/in), not clamped.",
         with_decay(torch_spectral, rate, 0.1)},
        {"moonlight", "Moonlight",
         "Heavy ball .95, G + μB, .2 √max(out, in), W ← W(1 − lr λ); lr 1e-3, λ .1.",
         with_decay(moonlight, rate, 0.1)},
        {"dion", "dion Muon",
         "Heavy ball .95, no Nesterov, √(out/in), W ← W(1 − lr λ); lr .01, λ .01; the speed runs' "
         "Polar Express, or else You's quintics.",
         with_decay(dion, rate, 0.01)},
        {"dion_rms", "dion Muon, RMS", "The same with .2 √max(out, in).",
         with_decay(dion_rms, rate, 0.01)},
        {"optax", "optax.contrib.muon",
         "EMA .95, bias-corrected, Nesterov, √max(1, out/in), W ← W − lr (O + λW); λ 0, and no "
         "learning rate of its own: .02 here.",
         with_decay(optax, rate, 0)},
        {"optax_rms", "optax.contrib.muon, RMS",
         "The same with consistent_rms = .2: .2 √max(out, in).", with_decay(optax_rms, rate, 0)},
        {"keras", "Keras Muon",
         "Heavy ball .95, G + μB, .2 √max(out, in), W ← W(1 − lr λ); lr 1e-3, λ .004.",
         with_decay(moonlight, rate, 0.004)},
        {"nemo", "NeMo Emerging-Optimizers",
         "EMA .95, no Nesterov, √max(out, in), W ← W(1 − lr λ); lr 3e-4, λ .01; You's quintics.",
         with_decay(nemo, rate, 0.01)},
        {"pytorch_optimizer", "pytorch_optimizer",
         "As torch.optim.Muon, rounding included, with lr .02 and λ 0.",
         with_decay(jordan, rate, 0)},
        {"mlx", "MLX Muon",
         "EMA .95, Nesterov, √max(1, out/in), decay coupled: G ← G + λW first; λ .01, and no "
         "learning rate of its own: .02 here.",
         with_decay(mlx, coupled, 0.01)},
    }};
}
constexpr std::array<Flavour, 14> conventions = make_flavours();

}  // namespace

extern constexpr OptimizerRule muon_rule{
    .slug = "muon",
    .label = "Muon",
    .help = "W ← W − lr · NS(G): every mode at the same pace.",
    .uses = {.momentum = true, .momentum_form = true, .orthogonaliser = true, .norm_law = true},
    .habit = MomentumStyle::ema,
    .flavours = conventions,
    .make = make_direction<Muon>,
};

}  // namespace muonscope

#include "core/optim/flavours.h"

#include <array>

namespace muonscope {
namespace {

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

constexpr OptimizerSpec adamw(double lr, double weight_decay) {
    OptimizerSpec spec;
    spec.kind = OptimizerKind::adamw;
    spec.lr = lr;
    return with_decay(spec, Decay::rate, weight_decay);
}

constexpr std::array<Flavour, 16> make_flavours() {
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
    OptimizerSpec torch_sgd;
    torch_sgd.lr = 1e-3;
    torch_sgd.momentum = 0.9;
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
        {"torch_sgd", "torch.optim.SGD", "Heavy ball .9; lr 1e-3, λ coupled where given.",
         with_decay(torch_sgd, coupled, 0)},
        {"torch_adamw", "torch.optim.AdamW",
         "β .9 and .999, ε 1e-8, bias-corrected, W ← W(1 − lr λ); lr 1e-3, λ .01.",
         adamw(1e-3, 0.01)},
    }};
}

// What a flavour is about; the rest is the user's to turn.
OptimizerSpec conventions(OptimizerSpec spec) {
    const OptimizerSpec plain;
    spec.lr = plain.lr;
    spec.weight_decay = plain.weight_decay;
    if (spec.momentum > 0) spec.momentum = 0.5;
    spec.orthogonaliser = plain.orthogonaliser;
    spec.schedule = plain.schedule;
    if (spec.kind == OptimizerKind::adamw) {
        spec.momentum = 0;
    } else {
        spec.beta1 = plain.beta1;
        spec.beta2 = plain.beta2;
        spec.epsilon = plain.epsilon;
    }
    if (spec.momentum == 0) {
        spec.momentum_style = plain.momentum_style;
        spec.nesterov = spec.bias_corrected = false;
    }
    if (spec.norm_law != NormLaw::constant) spec.shape_scale = ShapeScale::none;
    if (spec.kind != OptimizerKind::muon && spec.kind != OptimizerKind::spectral) {
        spec.norm_law = plain.norm_law;
        spec.shape_scale = plain.shape_scale;
    }
    return spec;
}

bool orthogonalises_alike(const OptimizerSpec& a, const OptimizerSpec& b) {
    if (a.kind != OptimizerKind::muon) return true;
    OrthogonaliserSpec other = b.orthogonaliser;
    other.precision = a.orthogonaliser.precision;
    return a.orthogonaliser == other;
}

// A constant of the compiler's, because the parameter table reads it before main().
constexpr std::array<Flavour, 16> the_flavours = make_flavours();

}  // namespace

std::span<const Flavour> flavours() {
    return the_flavours;
}

const Flavour* flavour_of(const OptimizerSpec& spec) {
    const OptimizerSpec wanted = conventions(spec);
    const Flavour* best = nullptr;
    int most = -1;
    for (const Flavour& flavour : the_flavours) {
        if (conventions(flavour.spec) != wanted) continue;
        const int alike = 4 * (orthogonalises_alike(flavour.spec, spec) ? 1 : 0) +
                          2 * (flavour.spec.weight_decay == spec.weight_decay ? 1 : 0) +
                          (flavour.spec.lr == spec.lr ? 1 : 0);
        if (alike <= most) continue;
        best = &flavour;
        most = alike;
    }
    return best;
}

std::string flavour_text(const OptimizerSpec& spec) {
    const Flavour* const flavour = flavour_of(spec);
    if (flavour == nullptr) return "Own";
    std::string text(flavour->label);
    if (!orthogonalises_alike(flavour->spec, spec))
        text += ", with " + name_of(spec.orthogonaliser);
    return text;
}

void take_flavour(OptimizerSpec& spec, const Flavour& flavour) {
    const ScheduleSpec schedule = spec.schedule;
    const Precision precision = spec.orthogonaliser.precision;
    spec = flavour.spec;
    spec.schedule = schedule;
    spec.orthogonaliser.precision = precision;
}

}  // namespace muonscope

#pragma once

#include "core/base/choice.h"
#include "core/linalg/orthogonaliser.h"
#include "core/optim/kinds.h"
#include "core/optim/own_values.h"

// Everything that can be said about one layer's optimiser: plain values, compared and copied.
namespace muonscope {

enum class MomentumStyle { heavy_ball, ema };
inline constexpr auto momentum_choices = choices_of<MomentumStyle::ema>(
    {{"heavy_ball", "Heavy ball", "B ← μB + G."}, {"ema", "EMA", "B ← B + (1 − μ)(G − B)."}});
enum class NormLaw { constant, matched, dual, rms };
inline constexpr auto norm_law_choices = choices_of<NormLaw::rms>(
    {{"constant", "Constant", "lr · O times the shape scale."},
     {"matched", "Matched", "lr · O ‖G‖/(‖O‖ + 1e-7): as long as SGD's step."},
     {"dual", "Dual",
      "lr · O ⟨G, O⟩, which is ‖G‖_* for the exact polar factor: the steepest "
      "descent step in the spectral norm."},
     {"rms", "RMS", "lr · O √(out·in)/‖O‖: entries of root mean square lr."}});
// 1, sqrt(max(1, out/in)), .2 sqrt(max(out, in)), sqrt(out/in), sqrt(max(out, in))
enum class ShapeScale { none, jordan, rms, spectral, larger };
inline constexpr auto shape_choices = choices_of<ShapeScale::larger>(
    {{"none", "None", "1."},
     {"jordan", "Jordan", "√max(1, out/in)."},
     {"rms", "RMS", ".2 √max(out, in): the size of an AdamW update."},
     {"spectral", "Spectral", "√(out/in)."},
     {"larger", "Larger side", "√max(out, in): RMS's without the .2."}});
enum class Decay { none, rate, rate_squared, cautious, coupled };
inline constexpr auto decay_choices = choices_of<Decay::coupled>(
    {{"none", "None", "Nothing."},
     {"rate", "~ γ", "W ← (1 − γλ) W: AdamW's decoupled decay."},
     {"rate_squared", "~ γ²", "W ← (1 − γ²λ/lr) W: holds ‖W‖ while a schedule lowers γ."},
     {"cautious", "Cautious", "~ γ, but only in entries that the update shrinks as well."},
     {"coupled", "Coupled", "G ← G + λW, before momentum and orthogonaliser."}});
enum class RateSchedule { constant, linear, cosine, inverse_sqrt, exponential, spike };
inline constexpr auto schedule_choices = choices_of<RateSchedule::spike>(
    {{"constant", "Constant", "lr."},
     {"linear", "Linear", "Straight down to its last share."},
     {"cosine", "Cosine", "Half a cosine down to its last share."},
     {"inverse_sqrt", "Inverse square root", "√(w/(t + 1)), w the warm-up or 1."},
     {"exponential", "Exponential", "By one factor a step to its last share."},
     {"spike", "Spike", "Many times lr for a few steps."}});

// How the learning rate follows the optimiser's own steps t = 0, 1, ...: lr times the share that
// rate_share() gives (core/optim/schedule.h).
struct ScheduleSpec {
    RateSchedule kind = RateSchedule::constant;
    int warmup = 0;         // steps of a linear rise to lr, before any kind
    int length = 1000;      // steps after which linear, cosine and exponential have come down
    double last = 0.01;     // the share of lr they come down to
    int spike_at = 300;     // spike: its first step ...
    int spike_length = 50;  // ... its steps ...
    double spike = 10;      // ... and how many times lr

    bool operator==(const ScheduleSpec&) const = default;
};

struct OptimizerSpec {
    OptimizerKind kind = OptimizerKind::sgd;
    double lr = 0.02;
    double momentum = 0;  // 0: no buffer
    MomentumStyle momentum_style = MomentumStyle::heavy_ball;
    bool nesterov = false;
    bool bias_corrected = false;          // the momentum, as AdamW's moments are
    OrthogonaliserSpec orthogonaliser{};  // of Muon; of spectral power its power alone
    NormLaw norm_law = NormLaw::constant;
    ShapeScale shape_scale = ShapeScale::none;
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  // AdamW
    Decay decay = Decay::none;
    double weight_decay = 0.1;  // lambda
    // Steps across W leave |W| alone: after each, W is put to the length that its change along W
    // has given it.
    bool radial_only = false;
    ScheduleSpec schedule{};
    OwnValues own{};  // of one kind alone: rule.h

    bool operator==(const OptimizerSpec&) const = default;
};

// SGD without momentum.
constexpr OptimizerSpec plain_sgd(double lr) {
    OptimizerSpec optimizer;
    optimizer.lr = lr;
    return optimizer;
}

}  // namespace muonscope

#pragma once

#include "core/linalg/orthogonaliser.h"

// Everything that can be said about one layer's optimiser: plain values, compared and copied.
namespace muonscope {

enum class OptimizerKind { sgd, muon, spectral, adamw };
enum class MomentumStyle { heavy_ball, ema };
enum class NormLaw { constant, matched, dual, rms };
// 1, sqrt(max(1, out/in)), .2 sqrt(max(out, in)), sqrt(out/in), sqrt(max(out, in))
enum class ShapeScale { none, jordan, rms, spectral, larger };
enum class Decay { none, rate, rate_squared, cautious, coupled };
enum class RateSchedule { constant, linear, cosine, inverse_sqrt, exponential, spike };

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

    bool operator==(const OptimizerSpec&) const = default;
};

}  // namespace muonscope

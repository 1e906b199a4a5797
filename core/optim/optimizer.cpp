#include "core/optim/optimizer.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/factorisations.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/reductions.h"
#include "core/linalg/spectrum.h"
#include "core/optim/schedule.h"
#include "core/optim/weight_decay.h"

namespace muonscope {

namespace {

// The published runs' guard against a zero direction (arXiv 2607.01124).
constexpr double matched_floor = 1e-7;
// Theirs as well: keeps a power of zero finite. Added to the singular values of lr G.
constexpr double spectral_floor = 1e-12;

double shape_factor(ShapeScale scale, Eigen::Index rows, Eigen::Index cols) {
    const auto out = static_cast<double>(rows);
    const auto in = static_cast<double>(cols);
    switch (scale) {
        case ShapeScale::none:
            break;
        case ShapeScale::jordan:
            return std::sqrt(std::max(1.0, out / in));
        case ShapeScale::rms:
            return 0.2 * std::sqrt(std::max(out, in));
        case ShapeScale::spectral:
            return std::sqrt(out / in);
        case ShapeScale::larger:
            return std::sqrt(std::max(out, in));
    }
    return 1.0;
}

}  // namespace

double momentum_unit(const OptimizerSpec& spec) {
    if (spec.kind == OptimizerKind::adamw || spec.momentum == 0) return 0;
    return spec.momentum_style == MomentumStyle::ema ? 1.0 : 1.0 / (1.0 - spec.momentum);
}

LayerOptimizer::LayerOptimizer(Eigen::Index rows, Eigen::Index cols, const OptimizerSpec& spec)
    : spec_(spec), buffer_(Matrix::Zero(rows, cols)), direction_(Matrix::Zero(rows, cols)) {
    reconfigure(spec, false);
}

MomentumFate LayerOptimizer::pass_on_momentum(const OptimizerSpec& spec, bool keep_momentum) {
    const bool adam = spec.kind == OptimizerKind::adamw, was_adam = first_.size() > 0;
    const bool remembers = was_adam ? moment_steps_ > 0 : buffer_unit_ > 0;
    const double unit = momentum_unit(spec);
    MomentumFate fate = MomentumFate::none;
    if (remembers) {
        const bool same = adam ? was_adam : !was_adam && unit == buffer_unit_;
        const bool lost = !keep_momentum || (adam ? !was_adam : unit == 0);
        fate = lost ? MomentumFate::flushed : same ? MomentumFate::kept : MomentumFate::converted;
    }
    if (was_adam && fate == MomentumFate::converted) {
        buffer_ = first_;
        buffer_unit_ = 1;
        bias_ = elementary::pow(spec_.beta1, static_cast<double>(moment_steps_));
    } else if (fate != MomentumFate::kept && fate != MomentumFate::converted) {
        // Also without momentum: a buffer that is no longer fed would push in a stale direction
        // once momentum came back.
        buffer_.setZero();
        buffer_unit_ = 0;
        bias_ = 1;
    }
    if (!adam) {
        first_.resize(0, 0);
        second_.resize(0, 0);
    } else if (fate != MomentumFate::kept) {
        first_ = second_ = Matrix::Zero(buffer_.rows(), buffer_.cols());
    }
    if (fate != MomentumFate::kept || !adam) moment_steps_ = 0;
    return fate;
}

MomentumFate LayerOptimizer::reconfigure(const OptimizerSpec& spec, bool keep_momentum) {
    const MomentumFate fate = pass_on_momentum(spec, keep_momentum);
    spec_ = spec;
    if (spec.decay == Decay::coupled)
        coupled_.resize(buffer_.rows(), buffer_.cols());
    else
        coupled_.resize(0, 0);
    if (spec.kind != OptimizerKind::muon)
        orthogonaliser_.reset();
    else if (orthogonaliser_)
        orthogonaliser_->reconfigure(spec.orthogonaliser);
    else
        orthogonaliser_.emplace(buffer_.rows(), buffer_.cols(), spec.orthogonaliser);
    return fate;
}

const Matrix& LayerOptimizer::with_coupled_decay(const Matrix& gradient, const Matrix& weight) {
    if (spec_.decay != Decay::coupled) return gradient;
    coupled_ = gradient + spec_.weight_decay * weight;
    return coupled_;
}

void LayerOptimizer::feed_momentum(const Matrix& gradient, double factor, double* result) {
    const double mu = spec_.momentum;
    // Here and not when the spec changes: however often it does so between two steps, the bits are
    // those of the last change alone.
    const double unit = momentum_unit(spec_);
    if (buffer_unit_ != unit && buffer_unit_ > 0) buffer_ *= unit / buffer_unit_;
    buffer_unit_ = unit;
    const bool ema = spec_.momentum_style == MomentumStyle::ema;
    const double fresh = ema ? 1.0 - mu : 1.0;  // weight of the new gradient
    bias_ *= mu;
    // What the gradient and the buffer count for, now and a step ahead.
    const double now = spec_.bias_corrected ? 1 / (1 - bias_) : 1;
    const double ahead = spec_.bias_corrected ? 1 / (1 - mu * bias_) : 1;
    kernels().momentum({buffer_.size(), mu, fresh, gradient.data(), buffer_.data(),
                        spec_.nesterov ? now * fresh : 0, spec_.nesterov ? ahead * mu : now, factor,
                        result});
}

const Matrix& LayerOptimizer::with_momentum(const Matrix& gradient) {
    if (spec_.momentum == 0) return gradient;
    const bool is_buffer = !spec_.nesterov && !spec_.bias_corrected;
    feed_momentum(gradient, 1, is_buffer ? nullptr : direction_.data());
    return is_buffer ? buffer_ : direction_;
}

void LayerOptimizer::descend(const Matrix& gradient, double rate, Matrix& update) {
    if (spec_.momentum == 0)
        kernels().scale(-rate, gradient.data(), update.data(), update.size());
    else
        feed_momentum(gradient, -rate, update.data());
}

void LayerOptimizer::adamw(const Matrix& gradient, double rate, Matrix& update) {
    ++moment_steps_;
    const auto t = static_cast<double>(moment_steps_);
    const double b1 = spec_.beta1, b2 = spec_.beta2, epsilon = spec_.epsilon;
    const double step = rate / (1 - elementary::pow(b1, t));
    const double spread = 1 / std::sqrt(1 - elementary::pow(b2, t));
    kernels().adam({gradient.size(), b1, b2, step, spread, epsilon, gradient.data(), first_.data(),
                    second_.data(), update.data()});
}

double LayerOptimizer::norm_scale(const Matrix& direction, const Matrix& orthogonal) const {
    const bool muon = spec_.kind == OptimizerKind::muon;
    switch (spec_.norm_law) {
        case NormLaw::constant:
            break;
        case NormLaw::matched: {
            const double size = norm(orthogonal) + (muon ? matched_floor : 0.0);
            return size > 0 ? norm(direction) / size : 0.0;
        }
        case NormLaw::dual:
            return dot(direction, orthogonal);
        case NormLaw::rms: {
            const double size = norm(orthogonal);
            return size > 0 ? std::sqrt(static_cast<double>(orthogonal.size())) / size : 0.0;
        }
    }
    return shape_factor(spec_.shape_scale, orthogonal.rows(), orthogonal.cols());
}

void LayerOptimizer::update(const Matrix& gradient, const Matrix& weight, Matrix& update) {
    const double rate = newest_rate_ = learning_rate(spec_, steps_++);
    const Matrix& full = with_coupled_decay(gradient, weight);
    switch (spec_.kind) {
        case OptimizerKind::sgd:
            descend(full, rate, update);
            break;
        case OptimizerKind::adamw:
            adamw(full, rate, update);
            break;
        case OptimizerKind::muon: {
            const Matrix& direction = with_momentum(full);
            orthogonaliser_->orthogonalise(direction, update);
            update *= -(rate * norm_scale(direction, update));
            break;
        }
        case OptimizerKind::spectral: {
            const Matrix& direction = with_momentum(full);
            spectral_power(direction, spec_.orthogonaliser.power,
                           spectral_floor / std::max(spec_.lr, spectral_floor), update);
            update *= -(rate * norm_scale(direction, update));
            break;
        }
    }
    add_decay(spec_, rate, weight, update);
    if (spec_.radial_only) keep_across_from_growing(weight, update);
}

}  // namespace muonscope

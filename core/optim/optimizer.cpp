#include "core/optim/optimizer.h"

#include <algorithm>
#include <cmath>

namespace muonscope {

namespace {

// The published runs' guard against a zero direction (arXiv 2607.01124).
constexpr double matched_floor = 1e-7;

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
    }
    return 1.0;
}

}  // namespace

LayerOptimizer::LayerOptimizer(Eigen::Index rows, Eigen::Index cols, const OptimizerSpec& spec)
    : spec_(spec), buffer_(Matrix::Zero(rows, cols)), direction_(Matrix::Zero(rows, cols)) {
    reconfigure(spec, false);
}

void LayerOptimizer::reconfigure(const OptimizerSpec& spec, bool keep_momentum) {
    spec_ = spec;
    // A buffer that is no longer fed would push in a stale direction once momentum came back.
    if (!keep_momentum || spec.momentum == 0) buffer_.setZero();
    if (spec.kind == OptimizerKind::sgd)
        newton_schulz_.reset();
    else if (!newton_schulz_ || newton_schulz_->precision() != spec.precision)
        newton_schulz_.emplace(buffer_.rows(), buffer_.cols(), spec.precision);
}

void LayerOptimizer::update(const Matrix& gradient, Matrix& update) {
    const Matrix* direction = &gradient;
    if (const double mu = spec_.momentum; mu != 0) {
        const bool ema = spec_.momentum_style == MomentumStyle::ema;
        const double fresh = ema ? 1.0 - mu : 1.0;  // weight of the new gradient
        buffer_ = mu * buffer_ + fresh * gradient;
        direction = &buffer_;
        if (spec_.nesterov) {
            direction_ = fresh * gradient + mu * buffer_;
            direction = &direction_;
        }
    }
    if (spec_.kind == OptimizerKind::sgd) {
        update.noalias() = -spec_.lr * *direction;
        return;
    }
    newton_schulz_->orthogonalise(*direction, spec_.iterations, jordan_coefficients, update);
    double scale = spec_.lr * shape_factor(spec_.shape_scale, update.rows(), update.cols());
    if (spec_.norm_law == NormLaw::matched)
        scale = spec_.lr * direction->norm() / (update.norm() + matched_floor);
    update *= -scale;
}

}  // namespace muonscope

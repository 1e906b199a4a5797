#include "core/optim/optimizer.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/spectrum.h"

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
    }
    return 1.0;
}

// O = U (S + floor)^p V^T. A matrix that is zero or not finite stays what it is.
void spectral_power(const Matrix& matrix, double power, double floor, Matrix& result) {
    const double norm = matrix.norm();
    if (!(norm > 0) || !std::isfinite(norm)) {
        result = matrix;
        return;
    }
    const ThinSvd svd = thin_svd(matrix);
    const Vector values = (svd.s.array() + floor).pow(power);
    result.noalias() = svd.u * values.asDiagonal() * svd.v.transpose();
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
    if (spec.kind != OptimizerKind::muon)
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
    const bool muon = spec_.kind == OptimizerKind::muon;
    if (muon)
        newton_schulz_->orthogonalise(*direction, spec_.iterations, jordan_coefficients, update);
    else
        spectral_power(*direction, spec_.power, spectral_floor / std::max(spec_.lr, spectral_floor),
                       update);
    double scale = spec_.lr * shape_factor(spec_.shape_scale, update.rows(), update.cols());
    if (spec_.norm_law == NormLaw::matched) {
        const double norm = update.norm() + (muon ? matched_floor : 0.0);
        scale = norm > 0 ? spec_.lr * direction->norm() / norm : 0.0;
    }
    update *= -scale;
}

}  // namespace muonscope

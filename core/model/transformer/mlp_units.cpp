#include "core/model/transformer/mlp_units.h"

#include <cmath>

#include "core/linalg/kernels/kernels.h"

namespace muonscope {

namespace {

constexpr double gelu_rate = 0x1.9884533d43651p-1;  // sqrt(2/pi)
constexpr double gelu_cubic = 0.044715;

}  // namespace

template <typename Scalar>
void MlpUnits<Scalar>::forward(Columns entering, Columns gate, Columns result) {
    exponents_.resize(static_cast<std::size_t>(entering.rows()));
    switch (kind_) {
        case MlpKind::relu_squared:
            return relu_squared(entering, result);
        case MlpKind::gelu:
            return gelu(entering, result);
        case MlpKind::swiglu:
            return swiglu(entering, gate, result);
    }
}

template <typename Scalar>
void MlpUnits<Scalar>::relu_squared(Columns& entering, Columns& result) const {
    for (Eigen::Index j = 0; j < entering.cols(); ++j) {
        Scalar* const u = entering.col(j).data();
        Scalar* const h = result.col(j).data();
        for (Eigen::Index i = 0; i < entering.rows(); ++i) {
            const Scalar positive = u[i] > 0 ? u[i] : Scalar(0);
            h[i] = positive * positive;
            u[i] = positive + positive;
        }
    }
}

// h = u (1 + t)/2, t = tanh(r (u + c u^3)); h' = (1 + t)/2 + u (1 - t^2) r (1 + 3 c u^2)/2.
template <typename Scalar>
void MlpUnits<Scalar>::gelu(Columns& entering, Columns& result) {
    double* const t = exponents_.data();
    const Eigen::Index rows = entering.rows();
    for (Eigen::Index j = 0; j < entering.cols(); ++j) {
        Scalar* const u = entering.col(j).data();
        Scalar* const h = result.col(j).data();
        for (Eigen::Index i = 0; i < rows; ++i) {
            const double x = u[i];
            t[i] = gelu_rate * (x + gelu_cubic * (x * x * x));
        }
        kernels().tanh(t, rows);
        for (Eigen::Index i = 0; i < rows; ++i) {
            const double x = u[i], half = 0.5 * (1 + t[i]);
            h[i] = static_cast<Scalar>(x * half);
            const double inner = gelu_rate * (1 + 3 * gelu_cubic * (x * x));
            u[i] = static_cast<Scalar>(half + 0.5 * x * (1 - t[i] * t[i]) * inner);
        }
    }
}

// h = u g s, s = 1/(1 + e^-g); dh/du = g s, dh/dg = u s (1 + g (1 - s)).
template <typename Scalar>
void MlpUnits<Scalar>::swiglu(Columns& entering, Columns& gate, Columns& result) {
    double* const e = exponents_.data();
    const Eigen::Index rows = entering.rows();
    for (Eigen::Index j = 0; j < entering.cols(); ++j) {
        Scalar* const u = entering.col(j).data();
        Scalar* const g = gate.col(j).data();
        Scalar* const h = result.col(j).data();
        for (Eigen::Index i = 0; i < rows; ++i) e[i] = -static_cast<double>(g[i]);
        kernels().exp(e, rows);
        for (Eigen::Index i = 0; i < rows; ++i) {
            const double s = 1 / (1 + e[i]), x = u[i], y = g[i];
            h[i] = static_cast<Scalar>(x * (y * s));
            u[i] = static_cast<Scalar>(y * s);
            g[i] = static_cast<Scalar>(x * s * (1 + y * (1 - s)));
        }
    }
}

template class MlpUnits<float>;
template class MlpUnits<double>;

}  // namespace muonscope

#include "core/model/transformer/mlp_units.h"

#include "core/model/transformer/column.h"

namespace muonscope {

namespace {

constexpr double gelu_rate = 0x1.9884533d43651p-1;  // sqrt(2/pi)
constexpr double gelu_cubic = 0.044715;

}  // namespace

template <typename Scalar>
void MlpUnits<Scalar>::forward(Columns entering, Columns gate, Columns result) const {
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
        auto u = entering.col(j).array();
        u += u.abs();  // 2 max(u, 0), the slope: no number stays none
        result.col(j).array() = Scalar(0.25) * u.square();
    }
}

// h = u (1 + tanh z)/2 = u s, s = 1/(1 + e^-2z), z = r (u + c u^3);
// h' = s + u s (1 - s) 2r (1 + 3 c u^2).
template <typename Scalar>
void MlpUnits<Scalar>::gelu(Columns& entering, Columns& result) const {
    constexpr auto rate = static_cast<Scalar>(gelu_rate), cubic = static_cast<Scalar>(gelu_cubic);
    const Eigen::Index rows = entering.rows();
    for (Eigen::Index j = 0; j < entering.cols(); ++j) {
        Scalar* const u = entering.col(j).data();
        Scalar* const h = result.col(j).data();
        for (Eigen::Index i = 0; i < rows; ++i) h[i] = rate * (u[i] + cubic * (u[i] * u[i] * u[i]));
        column::exponentials(Scalar(0), Scalar(-2), h, rows);
        for (Eigen::Index i = 0; i < rows; ++i) {
            const Scalar x = u[i], s = 1 / (1 + h[i]);
            h[i] = x * s;
            u[i] = s + h[i] * (1 - s) * (2 * rate) * (1 + 3 * cubic * (x * x));
        }
    }
}

// h = u g s, s = 1/(1 + e^-g); dh/du = g s, dh/dg = u s (1 + g (1 - s)).
template <typename Scalar>
void MlpUnits<Scalar>::swiglu(Columns& entering, Columns& gate, Columns& result) const {
    const Eigen::Index rows = entering.rows();
    for (Eigen::Index j = 0; j < entering.cols(); ++j) {
        Scalar* const u = entering.col(j).data();
        Scalar* const g = gate.col(j).data();
        Scalar* const h = result.col(j).data();
        result.col(j) = gate.col(j);
        column::exponentials(Scalar(0), Scalar(-1), h, rows);
        for (Eigen::Index i = 0; i < rows; ++i) {
            const Scalar x = u[i], y = g[i], s = 1 / (1 + h[i]);
            u[i] = y * s;
            h[i] = x * u[i];
            g[i] = x * s * (1 + y * (1 - s));
        }
    }
}

template class MlpUnits<float>;
template class MlpUnits<double>;

}  // namespace muonscope

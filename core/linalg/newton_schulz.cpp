#include "core/linalg/newton_schulz.h"

#include <bit>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "core/linalg/tensor_core.h"

namespace muonscope {

namespace {

constexpr double norm_floor = 1e-7;

// Nearest bfloat16, ties to even: a float whose low 16 bits are zero. NaN stays NaN.
float to_bfloat16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return x;
    return std::bit_cast<float>((bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U);
}

// X is n x m with n <= m; A, B are n x n.
template <typename Scalar>
struct Buffers {
    using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
    Dense x, next, gram, factor;

    Buffers(Eigen::Index n, Eigen::Index m) : x(n, m), next(n, m), gram(n, n), factor(n, n) {}

    // X <- (a I + b A + c A^2) X: one pass over X fewer than a X + (b A + c A^2) X.
    void iterate(int iterations, Quintic coefficients) {
        const auto a = static_cast<Scalar>(coefficients.a);
        const auto b = static_cast<Scalar>(coefficients.b);
        const auto c = static_cast<Scalar>(coefficients.c);
        for (int i = 0; i < iterations; ++i) {
            gram.noalias() = x * x.transpose();
            factor = b * gram;
            factor.diagonal().array() += a;
            factor.noalias() += c * (gram * gram);
            next.noalias() = factor * x;
            x.swap(next);
        }
    }
};

// Every product is accumulated in float32, as a tensor core does it, and rounded; so is every sum
// and scaling, in the order in which Jordan's code evaluates them: B = b A + (c A) A; X = a X + B
// X.
struct Bfloat16Buffers : Buffers<float> {
    Dense scaled, transposed;  // c A; X^T
    TensorCoreProduct product;

    Bfloat16Buffers(Eigen::Index n, Eigen::Index m)
        : Buffers<float>(n, m), scaled(n, n), transposed(m, n), product(n, m) {}

    static void round(Dense& matrix) { matrix = matrix.unaryExpr(&to_bfloat16); }

    static void add_scaled(float scale, const Dense& matrix, Dense& sum) {
        sum = sum.binaryExpr(
            matrix, [scale](float s, float v) { return to_bfloat16(s + to_bfloat16(scale * v)); });
    }

    void iterate_rounded(int iterations, Quintic coefficients) {
        // The coefficients themselves are not rounded: a scalar keeps its precision in the product.
        const auto a = static_cast<float>(coefficients.a);
        const auto b = static_cast<float>(coefficients.b);
        const auto c = static_cast<float>(coefficients.c);
        for (int i = 0; i < iterations; ++i) {
            transposed = x.transpose();
            product.multiply(x, transposed, gram);
            round(gram);
            scaled = c * gram;
            round(scaled);
            product.multiply(scaled, gram, factor);
            round(factor);
            add_scaled(b, gram, factor);
            product.multiply(factor, x, next);
            round(next);
            add_scaled(a, x, next);
            x.swap(next);
        }
    }
};

}  // namespace

struct NewtonSchulz::Workspace {
    bool transposed;
    std::variant<Buffers<double>, Buffers<float>, Bfloat16Buffers> buffers;

    static decltype(buffers) make_buffers(Eigen::Index n, Eigen::Index m, Precision precision) {
        switch (precision) {
            case Precision::float64:
                return Buffers<double>(n, m);
            case Precision::float32:
                return Buffers<float>(n, m);
            case Precision::bfloat16:
                break;
        }
        return Bfloat16Buffers(n, m);
    }

    Workspace(Eigen::Index rows, Eigen::Index cols, Precision precision)
        : transposed(rows > cols),
          buffers(make_buffers(std::min(rows, cols), std::max(rows, cols), precision)) {}
};

NewtonSchulz::NewtonSchulz(Eigen::Index rows, Eigen::Index cols, Precision precision)
    : precision_(precision), workspace_(std::make_unique<Workspace>(rows, cols, precision)) {}
NewtonSchulz::~NewtonSchulz() = default;
NewtonSchulz::NewtonSchulz(const NewtonSchulz& other)
    : precision_(other.precision_), workspace_(std::make_unique<Workspace>(*other.workspace_)) {}
NewtonSchulz& NewtonSchulz::operator=(const NewtonSchulz& other) {
    *this = NewtonSchulz(other);
    return *this;
}
NewtonSchulz::NewtonSchulz(NewtonSchulz&&) noexcept = default;
NewtonSchulz& NewtonSchulz::operator=(NewtonSchulz&&) noexcept = default;

void NewtonSchulz::orthogonalise(const Matrix& gradient, int iterations, Quintic coefficients,
                                 Matrix& result) {
    const bool transposed = workspace_->transposed;
    std::visit(
        [&](auto& buffers) {
            using Kind = std::decay_t<decltype(buffers)>;
            using Scalar = typename Kind::Dense::Scalar;
            if constexpr (std::is_same_v<Kind, Bfloat16Buffers>) {
                if (transposed)
                    buffers.x = gradient.transpose().template cast<float>();
                else
                    buffers.x = gradient.template cast<float>();
                Kind::round(buffers.x);
                const float norm = to_bfloat16(buffers.x.norm());
                buffers.x /= to_bfloat16(norm + static_cast<float>(norm_floor));
                Kind::round(buffers.x);
                buffers.iterate_rounded(iterations, coefficients);
            } else {
                // Scaled in double, so that no gradient is too small or too large for float.
                const double scale = 1.0 / (gradient.norm() + norm_floor);
                if (transposed)
                    buffers.x = (scale * gradient.transpose()).template cast<Scalar>();
                else
                    buffers.x = (scale * gradient).template cast<Scalar>();
                buffers.iterate(iterations, coefficients);
            }
            if (transposed)
                result = buffers.x.transpose().template cast<double>();
            else
                result = buffers.x.template cast<double>();
        },
        workspace_->buffers);
}

double newton_schulz_transfer(double x, int iterations, Quintic coefficients) {
    for (int i = 0; i < iterations; ++i) {
        const double square = x * x;
        x *= coefficients.a + square * (coefficients.b + square * coefficients.c);
    }
    return x;
}

}  // namespace muonscope

#include "core/linalg/newton_schulz.h"

#include <bit>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "core/linalg/tensor_core.h"

namespace muonscope {

namespace {

constexpr double norm_floor = 1e-7;

// Nearest bfloat16, ties to even: a float whose low 16 bits are zero. NaN stays NaN. Without a
// branch, so that loops over it are vectorised.
inline float to_bfloat16(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) & 0xffff0000U;
    return std::bit_cast<float>((bits & 0x7fffffffU) > 0x7f800000U ? bits : rounded);
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

// How bfloat16 matrices are multiplied. Both accumulate in float32; the sum is not yet rounded.
struct InOrder {  // term after term, each sum rounded to nearest: what a processor does
    InOrder(Eigen::Index, Eigen::Index) {}
    static void gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result) {
        result.noalias() = x * x.transpose();
    }
    static void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                         Eigen::MatrixXf& result) {
        result.noalias() = left * right;
    }
};
struct InGroups {  // eight terms at once, cut: what the tensor cores of the published runs do
    Eigen::MatrixXf transposed;
    TensorCoreProduct product;

    InGroups(Eigen::Index n, Eigen::Index m) : transposed(m, n), product(n, m) {}
    void gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result) {
        transposed = x.transpose();
        product.multiply(x, transposed, result, true);
    }
    void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                  Eigen::MatrixXf& result) {
        product.multiply(left, right, result);
    }
};

// Every product is rounded to bfloat16; so is every sum and scaling, in the order in which Jordan's
// code evaluates them: B = b A + (c A) A; X = a X + B X.
template <typename Product>
struct Bfloat16Buffers : Buffers<float> {
    Dense scaled;  // c A
    Product product;

    Bfloat16Buffers(Eigen::Index n, Eigen::Index m)
        : Buffers<float>(n, m), scaled(n, n), product(n, m) {}

    static void round(Dense& matrix) {
        float* const entries = matrix.data();
        const Eigen::Index count = matrix.size();
        for (Eigen::Index i = 0; i < count; ++i) entries[i] = to_bfloat16(entries[i]);
    }

    static void scale(float factor, const Dense& matrix, Dense& result) {
        const float* const from = matrix.data();
        float* const to = result.data();
        const Eigen::Index count = matrix.size();
        for (Eigen::Index i = 0; i < count; ++i) to[i] = to_bfloat16(factor * from[i]);
    }

    // sum <- round(round(sum) + round(factor * matrix))
    static void round_and_add_scaled(float factor, const Dense& matrix, Dense& sum) {
        const float* const from = matrix.data();
        float* const to = sum.data();
        const Eigen::Index count = matrix.size();
        for (Eigen::Index i = 0; i < count; ++i)
            to[i] = to_bfloat16(to_bfloat16(to[i]) + to_bfloat16(factor * from[i]));
    }

    void iterate_rounded(int iterations, Quintic coefficients) {
        // The coefficients themselves are not rounded: a scalar keeps its precision in the product.
        const auto a = static_cast<float>(coefficients.a);
        const auto b = static_cast<float>(coefficients.b);
        const auto c = static_cast<float>(coefficients.c);
        for (int i = 0; i < iterations; ++i) {
            product.gram(x, gram);
            round(gram);
            scale(c, gram, scaled);
            product.multiply(scaled, gram, factor);
            round_and_add_scaled(b, gram, factor);
            product.multiply(factor, x, next);
            round_and_add_scaled(a, x, next);
            x.swap(next);
        }
    }
};

template <typename Kind>
constexpr bool is_bfloat16 = false;
template <typename Product>
constexpr bool is_bfloat16<Bfloat16Buffers<Product>> = true;

}  // namespace

struct NewtonSchulz::Workspace {
    bool transposed;
    std::variant<Buffers<double>, Buffers<float>, Bfloat16Buffers<InOrder>,
                 Bfloat16Buffers<InGroups>>
        buffers;

    static decltype(buffers) make_buffers(Eigen::Index n, Eigen::Index m, Precision precision) {
        switch (precision) {
            case Precision::float64:
                return Buffers<double>(n, m);
            case Precision::float32:
                return Buffers<float>(n, m);
            case Precision::bfloat16:
                return Bfloat16Buffers<InOrder>(n, m);
            case Precision::tensor_core:
                break;
        }
        return Bfloat16Buffers<InGroups>(n, m);
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
            if constexpr (is_bfloat16<Kind>) {
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

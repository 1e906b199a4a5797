#include "core/linalg/polynomial_iteration.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <variant>

#include "core/base/progress.h"
#include "core/linalg/bfloat16.h"
#include "core/linalg/bfloat16_product.h"
#include "core/linalg/kernels/kernels.h"
#include "core/linalg/matrix_product.h"
#include "core/linalg/reductions.h"
#include "core/linalg/tensor_core.h"

namespace muonscope {

namespace {

// X is n x m with n <= m; the others are n x n.
template <typename Scalar>
struct Buffers {
    using Dense = DenseOf<Scalar>;
    Dense x, next, gram, factor, inner;
    Eigen::Matrix<Scalar, Eigen::Dynamic, 1> row_scale;

    Buffers(Eigen::Index n, Eigen::Index m)
        : x(n, m), next(n, m), gram(n, n), factor(n, n), inner(n, n), row_scale(n) {}
};

template <typename Scalar>
struct ExactBuffers : Buffers<Scalar> {
    using Dense = DenseOf<Scalar>;
    using Buffers<Scalar>::x, Buffers<Scalar>::next, Buffers<Scalar>::gram, Buffers<Scalar>::factor,
        Buffers<Scalar>::inner, Buffers<Scalar>::row_scale;
    MatrixProduct<Scalar> product;

    ExactBuffers(Eigen::Index n, Eigen::Index m) : Buffers<Scalar>(n, m), product(n, m) {}

    void make_gram() { product.multiply_symmetric(x, x.transpose(), gram); }

    // Rows of X and both sides of A divided by sqrt(sum_j |A_ij|).
    void scale_rows(double floor) {
        row_scale = gram.cwiseAbs().rowwise().sum();
        row_scale = row_scale.array().max(static_cast<Scalar>(floor)).sqrt().inverse();
        x.array().colwise() *= row_scale.array();
        gram.array().colwise() *= row_scale.array();
        gram.array().rowwise() *= row_scale.transpose().array();
    }

    // X <- (a I + b A + c A^2 + d A^3) X, with A = X X^T made: every product but the last is
    // symmetric.
    void iterate(const OddPolynomial& p) {
        const auto a = static_cast<Scalar>(p.a), b = static_cast<Scalar>(p.b),
                   c = static_cast<Scalar>(p.c), d = static_cast<Scalar>(p.d);
        if (p.d != 0) {  // b A + (c A + d A^2) A
            product.combine_symmetric(d, gram, gram, c, gram, inner);
            product.combine_symmetric(1, inner, gram, b, gram, factor);
        } else if (p.c != 0) {
            product.combine_symmetric(c, gram, gram, b, gram, factor);
        } else {
            factor = b * gram;
        }
        factor.diagonal().array() += a;
        product.multiply(factor, x, next);
        x.swap(next);
    }
};

// Bfloat16 matrices are multiplied as the matrix units of processors do it (Bfloat16Product), or
// so: eight terms at once, cut: what the tensor cores of the published runs do.
struct GpuProduct {
    Eigen::MatrixXf transposed;
    TensorCoreProduct product;

    GpuProduct(Eigen::Index n, Eigen::Index m, Eigen::Index) : transposed(m, n), product(n, m) {}
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
// code evaluates them: B = b A + (c A) A; X = a X + B X. With a seventh power likewise:
// B = b A + (c A + (d A) A) A.
template <typename Product>
struct Bfloat16Buffers : Buffers<float> {
    Product product;
    bool fused;  // Precision::bfloat16_fused

    Bfloat16Buffers(Eigen::Index n, Eigen::Index m, bool once = false)
        : Buffers<float>(n, m), product(n, m, m), fused(once) {}

    static void round(Dense& matrix) { kernels().round_to_bfloat16(matrix.data(), matrix.size()); }
    static void scale(float factor, const Dense& matrix, Dense& result) {
        kernels().scale_to_bfloat16(factor, matrix.data(), result.data(), matrix.size());
    }
    // sum <- round(round(sum) + round(factor * matrix))
    static void round_and_add_scaled(float factor, const Dense& matrix, Dense& sum) {
        kernels().add_scaled_to_bfloat16(factor, matrix.data(), sum.data(), matrix.size());
    }

    // sum <- round(share * sum + factor * matrix)
    static void add_scaled_and_round(float share, float factor, const Dense& matrix, Dense& sum) {
        const float* const from = matrix.data();
        float* const to = sum.data();
        const Eigen::Index count = matrix.size();
        for (Eigen::Index i = 0; i < count; ++i)
            to[i] = to_bfloat16(share * to[i] + factor * from[i]);
    }

    void make_gram() {
        product.gram(x, gram);
        round(gram);
    }

    void scale_rows(double floor) {
        const auto least = static_cast<float>(floor);
        row_scale = gram.cwiseAbs().rowwise().sum();
        for (float& sum : row_scale)
            sum = to_bfloat16(1 / std::sqrt(std::max(to_bfloat16(sum), least)));
        x.array().colwise() *= row_scale.array();
        round(x);
        gram.array().colwise() *= row_scale.array();
        round(gram);
        gram.array().rowwise() *= row_scale.transpose().array();
        round(gram);
    }

    // With A = X X^T made.
    void iterate(const OddPolynomial& p) {
        // The coefficients themselves are not rounded: a scalar keeps its precision in the product.
        const float coefficients[] = {static_cast<float>(p.a), static_cast<float>(p.b),
                                      static_cast<float>(p.c), static_cast<float>(p.d)};
        const int degree = p.d != 0 ? 3 : p.c != 0 ? 2 : 1;
        if (fused)
            multiply_fused(coefficients, degree);
        else
            multiply_stepwise(coefficients, degree);
        x.swap(next);
    }

    void multiply_stepwise(const float* coefficients, int degree) {
        scale(coefficients[degree], gram, factor);
        for (int i = degree - 1; i > 0; --i) {
            factor.swap(inner);
            product.multiply(inner, gram, factor);
            round_and_add_scaled(coefficients[i], gram, factor);
        }
        product.multiply(factor, x, next);
        round_and_add_scaled(coefficients[0], x, next);
    }

    // B = b A + c A A, X = a X + B X, each rounded once; with a seventh power first c A + d A A.
    void multiply_fused(const float* coefficients, int degree) {
        if (degree == 1) {
            scale(coefficients[1], gram, factor);
        } else {
            factor = gram;
            for (int i = degree - 1; i > 0; --i) {
                factor.swap(inner);
                product.multiply(inner, gram, factor);
                const float share = i == degree - 1 ? coefficients[degree] : 1.0F;
                add_scaled_and_round(share, coefficients[i], gram, factor);
            }
        }
        product.multiply(factor, x, next);
        add_scaled_and_round(1, coefficients[0], x, next);
    }
};

float norm_of(const Eigen::MatrixXf& x) {
    return static_cast<float>(std::sqrt(kernels().sum_of_float_squares(x.data(), x.size())));
}

template <typename Kind>
constexpr bool is_bfloat16 = false;
template <typename Product>
constexpr bool is_bfloat16<Bfloat16Buffers<Product>> = true;

}  // namespace

struct PolynomialIteration::Workspace {
    bool transposed;
    std::variant<ExactBuffers<double>, ExactBuffers<float>, Bfloat16Buffers<Bfloat16Product>,
                 Bfloat16Buffers<GpuProduct>>
        buffers;

    static decltype(buffers) make_buffers(Eigen::Index n, Eigen::Index m, Precision precision) {
        switch (precision) {
            case Precision::float64:
                return ExactBuffers<double>(n, m);
            case Precision::float32:
                return ExactBuffers<float>(n, m);
            case Precision::bfloat16:
                return Bfloat16Buffers<Bfloat16Product>(n, m);
            case Precision::bfloat16_fused:
                return Bfloat16Buffers<Bfloat16Product>(n, m, true);
            case Precision::tensor_core:
                break;
        }
        return Bfloat16Buffers<GpuProduct>(n, m);
    }

    Workspace(Eigen::Index rows, Eigen::Index cols, Precision precision)
        : transposed(rows > cols),
          buffers(make_buffers(std::min(rows, cols), std::max(rows, cols), precision)) {}
};

PolynomialIteration::PolynomialIteration(Eigen::Index rows, Eigen::Index cols, Precision precision)
    : precision_(precision), workspace_(std::make_unique<Workspace>(rows, cols, precision)) {}
PolynomialIteration::~PolynomialIteration() = default;
PolynomialIteration::PolynomialIteration(const PolynomialIteration& other)
    : precision_(other.precision_), workspace_(std::make_unique<Workspace>(*other.workspace_)) {}
PolynomialIteration& PolynomialIteration::operator=(const PolynomialIteration& other) {
    *this = PolynomialIteration(other);
    return *this;
}
PolynomialIteration::PolynomialIteration(PolynomialIteration&&) noexcept = default;
PolynomialIteration& PolynomialIteration::operator=(PolynomialIteration&&) noexcept = default;

void PolynomialIteration::orthogonalise(const Matrix& gradient,
                                        std::span<const OddPolynomial> polynomials,
                                        const Prescale& prescale, Matrix& result) {
    const bool transposed = workspace_->transposed;
    const double share = prescale.rows ? 1 : prescale.share;
    const double floor = prescale.rows ? 0 : prescale.floor;
    const ScaledNorm scaled = scaled_norm(gradient);
    std::visit(
        [&](auto& buffers) {
            using Kind = std::decay_t<decltype(buffers)>;
            using Scalar = typename Kind::Dense::Scalar;
            if constexpr (is_bfloat16<Kind>) {
                // Where squares can be summed in float the matrix stays as it is: its rounding is
                // the library's.
                const double whole = scaled.norm / scaled.unit;
                const bool holds = !(whole > 0) || (whole > 1e-15 && whole < 1e15);
                const double scale = holds ? 1.0 : 1 / scaled.norm;
                const double unit = holds ? 1.0 : scaled.unit;
                if (transposed)
                    buffers.x = (scale * (unit * gradient.transpose())).template cast<float>();
                else
                    buffers.x = (scale * (unit * gradient)).template cast<float>();
                Kind::round(buffers.x);
                float size = to_bfloat16(norm_of(buffers.x));
                if (share != 1) size = to_bfloat16(static_cast<float>(share) * size);
                const auto least = static_cast<float>(floor * unit * scale);
                const float divisor =
                    buffers.fused ? std::max(size, least) : to_bfloat16(size + least);
                if (divisor != 0) buffers.x /= divisor;
                Kind::round(buffers.x);
            } else {
                // Scaled in double, so that no gradient is too small or too large for float.
                const double divisor = share * scaled.norm + floor * scaled.unit;
                const double scale = divisor > 0 ? 1.0 / divisor : divisor;
                if (transposed)
                    buffers.x =
                        (scale * (scaled.unit * gradient.transpose())).template cast<Scalar>();
                else
                    buffers.x = (scale * (scaled.unit * gradient)).template cast<Scalar>();
            }
            bool first = true;
            for (const OddPolynomial& polynomial : polynomials) {
                work_point();
                buffers.make_gram();
                if (first && prescale.rows) buffers.scale_rows(prescale.floor);
                first = false;
                buffers.iterate(polynomial);
            }
            if (transposed)
                result = buffers.x.transpose().template cast<double>();
            else
                result = buffers.x.template cast<double>();
        },
        workspace_->buffers);
}

double iteration_multiply_adds(const OddPolynomial& polynomial, Eigen::Index n, Eigen::Index m,
                               Precision precision) {
    const bool rounded = is_rounded(precision);
    const auto product = [&](Eigen::Index k) {
        return rounded ? static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(k)
                       : symmetric_multiply_adds(n, k);
    };
    const int inner = polynomial.d != 0 ? 2 : polynomial.c != 0 ? 1 : 0;
    return product(m) + inner * product(n) +
           static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(m);
}

}  // namespace muonscope

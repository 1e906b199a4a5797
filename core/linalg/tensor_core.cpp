#include "core/linalg/tensor_core.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace muonscope {

namespace {

constexpr Eigen::Index lanes = 16;  // rows that are worked on side by side
constexpr Eigen::Index group = 8;   // products that are added at once
constexpr float smallest = 0x1p-100F;

// GCC and Clang take each operation on these as one or a few instructions of the processor.
using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));

void load(const float* from, Floats& to) {
    std::memcpy(&to, from, sizeof to);
}

// 2^exponent of x, or 0 for 0.
float power_of(float x) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7f800000U);
}

// Adds eight products to each lane's sum. left, powers: the first of eight columns, `stride` apart.
void add_group(const float* left, const float* powers, Eigen::Index stride, const float* right,
               const float* right_powers, float* sums_in_place) {
    Floats column, sums;
    load(sums_in_place, sums);
    Floats largest = reinterpret_cast<Floats>(reinterpret_cast<Ints>(sums) & 0x7f800000);
    largest = largest > smallest ? largest : Floats{} + smallest;
    for (Eigen::Index q = 0; q < group; ++q) {
        load(powers + q * stride, column);
        column *= right_powers[q];
        largest = column > largest ? column : largest;
    }
    // 2^24 / largest, for a power of two.
    const Floats scale =
        reinterpret_cast<Floats>(((127 + 127 + 24) << 23) - reinterpret_cast<Ints>(largest));
    Ints whole = __builtin_convertvector(sums * scale, Ints);
    for (Eigen::Index q = 0; q < group; ++q) {
        load(left + q * stride, column);
        whole += __builtin_convertvector(column * right[q] * scale, Ints);
    }
    // To the nearest float, and one back where that is farther from zero.
    Floats cut = __builtin_convertvector(whole, Floats);
    const Ints back = __builtin_convertvector(cut, Ints);
    const Ints beyond = whole > 0 ? back > whole : back < whole;  // -1: yes
    cut = reinterpret_cast<Floats>(reinterpret_cast<Ints>(cut) + beyond);
    sums = cut * (largest * 0x1p-24F);
    std::memcpy(sums_in_place, &sums, sizeof sums);
}

Eigen::Index padded(Eigen::Index size, Eigen::Index block) {
    return (size + block - 1) / block * block;
}

}  // namespace

TensorCoreProduct::TensorCoreProduct(Eigen::Index rows, Eigen::Index inner)
    : left_(padded(rows, lanes), padded(inner, group)),
      powers_(left_.rows(), left_.cols()),
      right_(left_.cols()),
      right_powers_(left_.cols()),
      sums_(left_.rows()) {}

void TensorCoreProduct::multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                                 Eigen::MatrixXf& result) {
    const Eigen::Index rows = left.rows(), inner = padded(left.cols(), group);
    const Eigen::Index blocks = padded(rows, lanes);
    left_.topLeftCorner(blocks, inner).setZero();
    left_.topLeftCorner(rows, left.cols()) = left;
    powers_.topLeftCorner(blocks, inner) = left_.topLeftCorner(blocks, inner).unaryExpr(&power_of);
    right_.setZero();
    for (Eigen::Index j = 0; j < right.cols(); ++j) {
        right_.head(right.rows()) = right.col(j);
        right_powers_ = right_.unaryExpr(&power_of);
        sums_.setZero();
        // Block by block inside: their sums do not wait for each other.
        for (Eigen::Index k = 0; k < inner; k += group)
            for (Eigen::Index i = 0; i < rows; i += lanes)
                add_group(&left_(i, k), &powers_(i, k), left_.rows(), &right_(k), &right_powers_(k),
                          &sums_(i));
        result.col(j) = sums_.head(rows);
    }
}

}  // namespace muonscope

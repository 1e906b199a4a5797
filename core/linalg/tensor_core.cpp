#include "core/linalg/tensor_core.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

// How vectors are passed without the instructions for them is nobody's business outside this file.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace muonscope {

namespace {

constexpr Eigen::Index lanes = 16;  // rows that are worked on side by side
constexpr Eigen::Index group = 8;   // products that are added at once
constexpr int least_exponent = -60, most_exponent = 63;
constexpr int bias = 127;      // of a float's exponent
constexpr int kept_bits = 24;  // below the largest exponent

// GCC and Clang take each operation on these as one or a few instructions of the processor.
using Floats = float __attribute__((vector_size(4 * lanes)));
using Ints = std::int32_t __attribute__((vector_size(4 * lanes)));
using Words = std::uint32_t __attribute__((vector_size(4 * lanes)));
using Bytes = std::int8_t __attribute__((vector_size(lanes)));
using Pairs = std::int8_t __attribute__((vector_size(2 * lanes)));
using Quads = std::int8_t __attribute__((vector_size(4 * lanes)));

template <typename Pack>
Pack load(const void* from) {
    Pack to;
    std::memcpy(&to, from, sizeof to);
    return to;
}

template <typename Pack>
void store(const Pack& from, void* to) {
    std::memcpy(to, &from, sizeof from);
}

template <typename Pack>
Pack larger(const Pack& a, const Pack& b) {
    return a > b ? a : b;
}

template <typename Half, typename Whole>
Half larger_half(const Whole& pack) {
    Half halves[2];
    std::memcpy(halves, &pack, sizeof halves);
    return larger(halves[0], halves[1]);
}

Ints exponents(const Floats& x) {
    return (reinterpret_cast<Ints>(x) >> 23 & 0xff) - bias;
}

// Of `lanes` numbers, within the bounds; of zero the least.
Bytes bounded_exponents(const float* from) {
    const Ints e = larger(exponents(load<Floats>(from)), Ints{} + least_exponent);
    return __builtin_convertvector(e < most_exponent ? e : Ints{} + most_exponent, Bytes);
}

// Whole numbers of up to 29 bits to floats, cut towards zero.
Floats cut_to_float(const Ints& whole) {
#ifdef __AVX512F__
    return reinterpret_cast<Floats>(_mm512_cvt_roundepi32_ps(
        reinterpret_cast<__m512i>(whole), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
#else
    const Ints sign = whole >> 31;
    const Ints size = (whole ^ sign) - sign;
    Ints lost = size >> 24;  // becomes ones below the lowest bit that a float keeps
    lost |= lost >> 1;
    lost |= lost >> 2;
    lost |= lost >> 4;
    const Floats cut = __builtin_convertvector(size & ~lost, Floats);
    return reinterpret_cast<Floats>(reinterpret_cast<Ints>(cut) | (sign << 31));
#endif
}

// For each lane the largest exponent of eight products.
Ints largest_exponent(const std::int8_t* left, const std::int8_t* right) {
    const Quads first = load<Quads>(left) + load<Quads>(right);
    const Quads second = load<Quads>(left + 4 * lanes) + load<Quads>(right + 4 * lanes);
    const auto of_two = larger_half<Pairs>(larger(first, second));
    return __builtin_convertvector(larger_half<Bytes>(of_two), Ints);
}

// Adds eight products to each lane's sum. left: the first of eight columns, `stride` apart.
void add_group(const float* left, const std::int8_t* left_exponents, Eigen::Index stride,
               const float* right, const std::int8_t* right_exponents, Floats& sums) {
    const Ints largest =
        larger(larger(largest_exponent(left_exponents, right_exponents), exponents(sums)),
               Ints{} + least_exponent);
    // 2^(24 - largest) and back.
    const auto scale = reinterpret_cast<Floats>((bias + kept_bits - largest) << 23);
    const auto unscale = reinterpret_cast<Floats>((bias - kept_bits + largest) << 23);
    // Unsigned, since what is not finite may run over.
    const auto whole = [](const Floats& x) {
        return reinterpret_cast<Words>(__builtin_convertvector(x, Ints));
    };
    Words even = whole(sums * scale), odd{};
    for (Eigen::Index q = 0; q < group; q += 2) {
        even += whole(load<Floats>(left + q * stride) * right[q] * scale);
        odd += whole(load<Floats>(left + (q + 1) * stride) * right[q + 1] * scale);
    }
    sums = cut_to_float(reinterpret_cast<Ints>(even + odd)) * unscale;
}

// Some blocks of rows of one column of the result, side by side: their sums do not wait for each
// other.
template <int blocks>
void add_rows(const float* left, const std::int8_t* left_exponents, Eigen::Index rows,
              Eigen::Index stride, Eigen::Index inner, const float* right,
              const std::int8_t* right_exponents, float* result) {
    constexpr Eigen::Index exponents_of_block = group * lanes;
    Floats sums[blocks]{};
    for (Eigen::Index k = 0; k < inner; k += group)
        for (int b = 0; b < blocks; ++b)
            add_group(left + k * stride + b * lanes,
                      left_exponents + k * rows + b * exponents_of_block, stride, right + k,
                      right_exponents + k * lanes, sums[b]);
    std::memcpy(result, sums, sizeof sums);
}

Eigen::Index padded(Eigen::Index size, Eigen::Index block) {
    return (size + block - 1) / block * block;
}

}  // namespace

TensorCoreProduct::TensorCoreProduct(Eigen::Index rows, Eigen::Index inner)
    : left_(padded(rows, lanes), padded(inner, group)),
      exponents_(static_cast<std::size_t>(left_.size())),
      right_(padded(inner, lanes)),
      repeated_(static_cast<std::size_t>(right_.size() * lanes)),
      sums_(left_.rows()) {}

void TensorCoreProduct::multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                                 Eigen::MatrixXf& result, bool symmetric) {
    const Eigen::Index rows = padded(left.rows(), lanes), inner = padded(left.cols(), group);
    left_.topLeftCorner(rows, inner).setZero();
    left_.topLeftCorner(left.rows(), left.cols()) = left;
    std::int8_t* exponent = exponents_.data();
    for (Eigen::Index k = 0; k < inner; k += group)
        for (Eigen::Index i = 0; i < rows; i += lanes)
            for (Eigen::Index q = k; q < k + group; ++q, exponent += lanes)
                store(bounded_exponents(&left_(i, q)), exponent);
    right_.setZero();
    for (Eigen::Index j = 0; j < right.cols(); ++j) {
        right_.head(right.rows()) = right.col(j);
        for (Eigen::Index k = 0; k < right_.size(); k += lanes) {
            const Bytes e = bounded_exponents(&right_(k));
            for (Eigen::Index q = 0; q < lanes; ++q)
                store(Bytes{} + e[q], &repeated_[static_cast<std::size_t>((k + q) * lanes)]);
        }
        const auto add = [&]<int blocks>(Eigen::Index i) {
            add_rows<blocks>(&left_(i, 0), &exponents_[static_cast<std::size_t>(i * group)], rows,
                             left_.rows(), inner, right_.data(), repeated_.data(), &sums_(i));
        };
        // The rows from the diagonal's block on are all that a symmetric result needs.
        const Eigen::Index first = symmetric ? j / lanes * lanes : 0;
        Eigen::Index i = first;
        for (; i + 4 * lanes <= rows; i += 4 * lanes) add.operator()<4>(i);
        const Eigen::Index left_over = (rows - i) / lanes;
        if (left_over == 3) add.operator()<3>(i);
        if (left_over == 2) add.operator()<2>(i);
        if (left_over == 1) add.operator()<1>(i);
        result.col(j).tail(left.rows() - first) = sums_.segment(first, left.rows() - first);
    }
    if (symmetric) result.triangularView<Eigen::StrictlyUpper>() = result.transpose();
}

}  // namespace muonscope

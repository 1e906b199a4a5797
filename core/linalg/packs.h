#pragma once

#include <Eigen/Core>
#include <type_traits>
#include <utility>

// Packs carry their alignment as an attribute, which template arguments drop.
#pragma GCC diagnostic ignored "-Wignored-attributes"

namespace muonscope {

// As many numbers as one register of this processor holds.
template <typename Scalar>
using Pack = typename Eigen::internal::packet_traits<Scalar>::type;
template <typename Scalar>
constexpr Eigen::Index pack_size = Eigen::internal::unpacket_traits<Pack<Scalar>>::size;

// f(0), f(1) ... f(n - 1) with constants, so that an array indexed by them can live in registers
// whatever the compiler thinks of unrolling loops.
template <Eigen::Index n>
[[gnu::always_inline]] inline void repeat(auto&& f) {
    [&]<Eigen::Index... i>(std::integer_sequence<Eigen::Index, i...>) {
        (f(std::integral_constant<Eigen::Index, i>{}), ...);
    }
    (std::make_integer_sequence<Eigen::Index, n>{});
}

// to(j, i) = from(i, j) for a square of packs; strides are those of columns.
template <typename Scalar>
void transpose_square(const Scalar* from, Eigen::Index from_stride, Scalar* to,
                      Eigen::Index to_stride) {
    using namespace Eigen::internal;
    constexpr Eigen::Index p = pack_size<Scalar>;
    PacketBlock<Pack<Scalar>, p> square;
    for (Eigen::Index c = 0; c < p; ++c)
        square.packet[c] = ploadu<Pack<Scalar>>(from + c * from_stride);
    ptranspose(square);
    for (Eigen::Index c = 0; c < p; ++c) pstoreu(to + c * to_stride, square.packet[c]);
}

// The upper triangle from the lower one.
template <typename Scalar>
void mirror_lower(Eigen::Ref<Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>> matrix) {
    constexpr Eigen::Index p = pack_size<Scalar>;
    const Eigen::Index n = matrix.rows(), whole = n / p * p, stride = matrix.outerStride();
    for (Eigen::Index j = 0; j < whole; j += p)
        for (Eigen::Index i = j + p; i < whole; i += p)
            transpose_square(&matrix(i, j), stride, &matrix(j, i), stride);
    for (Eigen::Index j = 0; j < n; ++j)
        for (Eigen::Index i = j + 1; i < (j < whole ? j / p * p + p : n); ++i)
            matrix(j, i) = matrix(i, j);
    for (Eigen::Index i = whole; i < n; ++i)
        for (Eigen::Index j = 0; j < whole; ++j) matrix(j, i) = matrix(i, j);
}

}  // namespace muonscope

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/linalg/matrix_product.h"

namespace muonscope {

// BLAS's product of matrices, Fortran's convention: C = alpha op(A) op(B) + beta C.
template <typename Scalar>
using Gemm = void (*)(const char* a_as, const char* b_as, const int* rows, const int* cols,
                      const int* depth, const Scalar* alpha, const Scalar* a, const int* a_stride,
                      const Scalar* b, const int* b_stride, const Scalar* beta, Scalar* c,
                      const int* c_stride);

// A library whose products ours are held against.
struct Peer {
    std::string name;
    Gemm<double> multiply_doubles = nullptr;
    Gemm<float> multiply_floats = nullptr;

    template <typename Scalar>
    void multiply(const Factor<Scalar>& left, const Factor<Scalar>& right,
                  DenseOf<Scalar>& result) const {
        const auto number = [](Eigen::Index size) { return static_cast<int>(size); };
        const int rows = number(left.rows()), cols = number(right.cols()),
                  depth = number(left.cols()), left_stride = number(left.stride()),
                  right_stride = number(right.stride()),
                  result_stride = number(result.outerStride());
        const Scalar one = 1, zero = 0;
        Gemm<Scalar> gemm = nullptr;
        if constexpr (std::is_same_v<Scalar, double>)
            gemm = multiply_doubles;
        else
            gemm = multiply_floats;
        gemm(left.transposed() ? "T" : "N", right.transposed() ? "T" : "N", &rows, &cols, &depth,
             &one, left.at(0, 0), &left_stride, right.at(0, 0), &right_stride, &zero, result.data(),
             &result_stride);
    }
};

// What the environment variable MUONSCOPE_PEERS names: shared objects, separated by colons, with
// dgemm_ and sgemm_, or scipy_dgemm_ and scipy_sgemm_. tests/bench/peers.py sets it to PyTorch's
// and OpenBLAS's. Throws Error when it is unset or one cannot be loaded.
const std::vector<Peer>& peers();

}  // namespace muonscope

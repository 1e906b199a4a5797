#pragma once

#include <cstddef>

#include "core/linalg/kernels/level.h"

// Kernels: the few loops that must be fast, compiled once for each level of processor (level.h) and
// called through a table, so that one program is as fast everywhere as one built for the machine.
// Every level gives the same bits: a kernel's comment here says in which order it adds and where it
// rounds, and the same source with wider vectors keeps to it. Where it says FMA, a product is added
// with one rounding; levels without such instructions do that in software (vectors.h).
//
// A new kernel needs
//   1. a pointer in Kernels below, with its definition to the bit;
//   2. a source in per_level/, which is compiled for every level: all of it in
//      namespace muonscope::MUONSCOPE_AT { namespace { ... } } but one function
//      void add_NAME(Kernels& table), that sets the pointer and that table.cpp calls;
//   3. nothing there that the linker could take for another level's: no Eigen, no function of std::
//      (their inline functions would be compiled for AVX-512 and then picked for everybody; the
//      test kernels_stand_alone reads the objects for that), arithmetic by vectors.h and builtins;
//   4. a test in tests/core/ that runs it at all of levels_here() (ScopedLevel) and compares bits,
//      for sizes that are no multiple of any vector.

namespace muonscope {

using Size = std::ptrdiff_t;

// result = alpha left right + beta other, column by column in memory; a stride is the numbers from
// one column to the next. `left` is rows x depth, or depth x rows in memory and taken as its
// transpose; likewise `right`. other may be null or result itself; result is none of the factors.
//
// Definition, to the bit: the depth is cut into blocks of 256; in each, an entry's sum starts at +0
// and takes its products in the order of the depth, by FMA. Of the first block alpha sum (rounded),
// and then FMA(beta, other, that) if there is another, is the entry; alpha sum of each later block
// is added to it, each addition rounded. symmetric: entries above the diagonal are copies of those
// below. Depth 0 is a block without products.
template <typename Scalar>
struct ProductTask {
    Size rows, depth, cols;
    const Scalar* left;
    Size left_stride;
    bool left_transposed;
    const Scalar* right;
    Size right_stride;
    bool right_transposed;
    Scalar alpha, beta;
    const Scalar* other;
    Size other_stride;
    Scalar* result;
    Size result_stride;
    bool symmetric;
    Scalar* space;  // as many numbers as product_space says, at any address
};

// A momentum buffer and what comes of it; every operation rounds.
//   buffer <- mu buffer + fresh gradient
//   result <- factor (of_gradient gradient + of_buffer buffer), unless result is null; where
//   of_gradient is 0 the buffer's part alone
struct MomentumTask {
    Size count;
    double mu, fresh;
    const double* gradient;
    double* buffer;
    double of_gradient, of_buffer, factor;
    double* result;
};

// AdamW's moments and step; every operation rounds.
//   first <- first + (1 - beta1) (gradient - first)
//   second <- second + (1 - beta2) (gradient^2 - second)
//   result <- (-step first)/(spread sqrt(second) + epsilon)
struct AdamTask {
    Size count;
    double beta1, beta2, step, spread, epsilon;
    const double* gradient;
    double *first, *second, *result;
};

// Columns j = 0 ... cols - 1 of which rows from begin to end, multiples of 8, change:
//   a_j <- (a_j - c_j u) - d_j z, then c_j <- next . a_j
// entry by entry; row i of the sum goes to partial sum i mod 8, which are added as those of `sum`
// are.
struct ReflectionTask {
    double* columns;
    Size stride, cols, begin, end;
    const double *u, *z, *next;
    double* c;
    const double* d;
};

// result = left right of matrices whose entries are bfloat16 numbers; `left` is rows x depth, and
// right its transpose where right_transposed, otherwise depth x cols. symmetric as above. The order
// of the sums is that of bfloat16_product.h, to the bit of AMX.
struct Bfloat16Task {
    Size rows, depth, cols;
    const float* left;
    Size left_stride;
    const float* right;
    Size right_stride;
    bool right_transposed;
    float* result;
    Size result_stride;
    bool symmetric;
    float* space;  // bfloat16_space numbers
};

// result = left right, rows x inner times inner x cols, of such matrices; summed as tensor_core.h
// says. symmetric as above.
struct TensorCoreTask {
    Size rows, inner, cols;
    const float* left;
    Size left_stride;
    const float* right;
    Size right_stride;
    float* result;
    Size result_stride;
    bool symmetric;
    void* space;  // tensor_core_space bytes
};

// Inner products of rows of floats, each of `depth` numbers, with one another: entry r + c
// result_stride of the result is row r of `left` times row c of `right`; a stride is the numbers
// from one row to the next.
//
// Definition, to the bit: product i goes to partial sum i mod 16, each of which starts at +0 and
// takes its products in their order by FMA; what is missing to a whole sixteen at the end are
// products of zeros. The partial sums are added as those of `sum` are, in float. So an entry is the
// same alone and beside any others.
struct FloatDotsTask {
    Size rows, cols, depth;
    const float* left;
    Size left_stride;
    const float* right;
    Size right_stride;
    float* result;
    Size result_stride;
};

// result_j = sum of weights_i x_ij over `rows` rows of x, j < count: starts at +0 and takes its
// products in the order of the rows by FMA.
struct FloatRowsTask {
    Size rows, count;
    const float* weights;
    const float* x;
    Size stride;
    float* result;
};

struct Kernels {
    Level level;

    // Products of matrices. The space that one needs: at least this many numbers.
    void (*multiply_doubles)(const ProductTask<double>& task);
    void (*multiply_floats)(const ProductTask<float>& task);
    Size (*product_space)(Size rows, Size depth, Size cols);

    void (*float_dots)(const FloatDotsTask& task);
    void (*combine_float_rows)(const FloatRowsTask& task);

    // Sums. Term i goes to partial sum i mod 16, each of which starts at +0 and takes its terms in
    // their order; then the second half of the partial sums is added to the first, 8, 4, 2 and 1 at
    // a time. Every product and every addition rounds.
    double (*sum)(const double* x, Size count);
    double (*sum_of_squares)(const double* x, Size count);
    double (*sum_of_float_squares)(const float* x, Size count);  // each made a double first
    double (*dot)(const double* x, const double* y, Size count);
    double (*dot_of_floats)(const float* x, const float* y, Size count);  // likewise
    // Whether every x is finite, or every x + y.
    bool (*are_finite)(const double* x, Size count);
    bool (*sums_are_finite)(const double* x, const double* y, Size count);

    // Entry by entry.
    void (*tanh)(double* x, Size count);  // as elementary::tanh
    void (*exp)(double* x, Size count);   // as elementary::exp
    // x <- e^((x - from) scale), within 2e-7 of itself where neither difference nor product rounds;
    // every operation rounds, in float. Returns the sum, each term in partial sum i mod 16 as
    // above.
    float (*exp_floats)(float from, float scale, float* x, Size count);
    void (*add)(const double* x, double* sum, Size count);
    void (*scale)(double factor, const double* x, double* result, Size count);
    void (*momentum)(const MomentumTask& task);
    void (*adam)(const AdamTask& task);

    // Householder's bidiagonalisation. add_columns: z <- z + v_j a_j, one column after the other.
    void (*update_and_project)(const ReflectionTask& task);
    void (*add_columns)(const double* columns, Size stride, Size cols, const double* v, Size begin,
                        Size end, double* z);

    // Of a step, in one pass: the sums of (w + u)^2, u^2 and u g, in this order. As for the sums
    // above, but with 8 partial sums, entries beyond the last whole eight added at the end, and the
    // result ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)).
    void (*step_sums)(const double* w, const double* u, const double* g, Size size, double* result);

    void (*multiply_bfloat16)(const Bfloat16Task& task);
    Size (*bfloat16_space)(Size rows, Size depth, Size cols);

    // Entry by entry; round() is to the nearest bfloat16, ties to even, NaN as it is.
    // x <- round(x); result = round(factor x); sum <- round(round(sum) + round(factor x)).
    void (*round_to_bfloat16)(float* x, Size count);
    void (*scale_to_bfloat16)(float factor, const float* x, float* result, Size count);
    void (*add_scaled_to_bfloat16)(float factor, const float* x, float* sum, Size count);

    void (*multiply_as_tensor_cores)(const TensorCoreTask& task);
    Size (*tensor_core_space)(Size rows, Size inner);
};

// The table of level().
const Kernels& kernels();

// One namespace a level; only level.cpp calls these.
namespace at_baseline {
void fill(Kernels& table);
}
#if defined(__x86_64__)
namespace at_avx2 {
void fill(Kernels& table);
}
namespace at_avx512 {
void fill(Kernels& table);
}
namespace at_amx {
void fill(Kernels& table);
}
#endif

}  // namespace muonscope

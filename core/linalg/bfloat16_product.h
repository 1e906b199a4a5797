#pragma once

#include <Eigen/Core>

namespace muonscope {

// Products of matrices whose entries are bfloat16 numbers, summed as the matrix units of processors
// sum them (TDPBF16PS, Intel Software Developer's Manual, volume 2): 32 terms at a time; of these
// the 16 in even places and the 16 in odd places each by themselves in float32, from 0, term after
// term; then both together, and that onto the sum so far. Every addition rounds to nearest; what is
// smaller than the smallest normal number is 0. Where the processor has such units (AMX) they do
// it; elsewhere vectors take the same sums to the same bits, as long as every single product lies
// within the range of float.
class Bfloat16Product {
  public:
    enum class Means { matrix_units, vectors };
    // Whether this processor has matrix units and its system lets this process use them.
    static bool has_matrix_units();

    // For results of at most rows x cols with at most `depth` terms; takes its memory once.
    Bfloat16Product(Eigen::Index rows, Eigen::Index depth, Eigen::Index cols,
                    Means means = has_matrix_units() ? Means::matrix_units : Means::vectors);

    // result = left right: float32, not yet rounded to bfloat16. result has its shape already.
    void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                  Eigen::MatrixXf& result);
    // result = x x^T, of which half is computed and mirrored.
    void gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result);

  private:
    void multiply_tiles(Eigen::Index depth, Eigen::MatrixXf& result, bool symmetric) const;

    Means means_;
    // Both factors in tiles of 16 x 16 pairs of numbers that follow each other in the sum.
    Eigen::VectorXf left_, right_;
};

}  // namespace muonscope

#pragma once

#include <Eigen/Core>

namespace muonscope {

// Products of matrices whose entries are bfloat16 numbers, summed as the matrix units of processors
// sum them (TDPBF16PS, Intel Software Developer's Manual, volume 2): 32 terms at a time; of these
// the 16 in even places and the 16 in odd places each by themselves in float32, from 0, term after
// term; then both together, and that onto the sum so far. Every addition rounds to nearest; what is
// smaller than the smallest normal number is 0. Where the processor has such units (AMX) they do
// it; elsewhere vectors take the same sums to the same bits.
class Bfloat16Product {
  public:
    // For results of at most rows x cols with at most `depth` terms; takes its memory once.
    Bfloat16Product(Eigen::Index rows, Eigen::Index depth, Eigen::Index cols);

    // result = left right: float32, not yet rounded to bfloat16. result has its shape already.
    void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                  Eigen::MatrixXf& result);
    // result = x x^T, of which half is computed and mirrored.
    void gram(const Eigen::MatrixXf& x, Eigen::MatrixXf& result);

  private:
    void reserve(Eigen::Index rows, Eigen::Index depth, Eigen::Index cols);
    void compute(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right, bool gram,
                 Eigen::MatrixXf& result);

    Eigen::VectorXf space_;  // both factors in the order in which they are read
};

}  // namespace muonscope

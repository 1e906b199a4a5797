#pragma once

#include <Eigen/Core>

namespace muonscope {

// Products of matrices whose entries are bfloat16 numbers, bit for bit as the tensor cores of
// NVIDIA's Ampere make them, where the published runs of arXiv 2607.01124 were made. Eight products
// are added to the sum at once: all nine terms are cut (not rounded) to multiples of 2^(e - 24), e
// being the largest exponent among them (of a product: the sum of its factors' exponents), added
// exactly, and the sum is cut to a float32 (Fasi, Higham, Mikaitis, Pranesh, "Numerical behavior of
// NVIDIA tensor cores", PeerJ CS 2021). Terms below 2^-100 count as if they were that small.
class TensorCoreProduct {
  public:
    // For results of at most rows x cols with at most `inner` terms; takes its memory once.
    TensorCoreProduct(Eigen::Index rows, Eigen::Index inner);

    // result = left * right: float32, not yet rounded to bfloat16. result has its shape already.
    void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                  Eigen::MatrixXf& result);

  private:
    Eigen::MatrixXf left_, powers_;         // padded to whole blocks; 2^exponent of each entry
    Eigen::VectorXf right_, right_powers_;  // a column, padded too
    Eigen::VectorXf sums_;                  // of a column of the result
};

}  // namespace muonscope

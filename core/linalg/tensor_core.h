#pragma once

#include <Eigen/Core>
#include <vector>

namespace muonscope {

// Products of matrices whose entries are bfloat16 numbers, bit for bit as the tensor cores of
// NVIDIA's Ampere make them, where the published runs of arXiv 2607.01124 were made. Eight products
// are added to the sum at once: all nine terms are cut (not rounded) to multiples of 2^(e - 24), e
// being the largest exponent among them (of a product: the sum of its factors' exponents), added
// exactly, and the sum is cut to a float32 (Fasi, Higham, Mikaitis, Pranesh, "Numerical behavior of
// NVIDIA tensor cores", PeerJ CS 2021). Exponents are taken to lie in [-60, 63]: exact for factors
// of ordinary size, and a group of terms that are all smaller than 2^-60 is cut as if they were
// not.
// The same bits at every level of processor.
class TensorCoreProduct {
  public:
    // For results of at most `rows` rows with at most `inner` terms; takes its memory once.
    TensorCoreProduct(Eigen::Index rows, Eigen::Index inner);

    // result = left * right: float32, not yet rounded to bfloat16. result has its shape already.
    // symmetric: the caller knows that it is; half of it is computed and mirrored.
    void multiply(const Eigen::MatrixXf& left, const Eigen::MatrixXf& right,
                  Eigen::MatrixXf& result, bool symmetric = false);

  private:
    void reserve(Eigen::Index rows, Eigen::Index inner);

    std::vector<char> space_;  // both factors and their exponents, in the order they are read
};

}  // namespace muonscope

#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "core/base/types.h"

// The normal numbers that PyTorch's `randn` draws in float64, so that runs published with it start
// here from the same matrices. Matrices are filled row by row, as PyTorch stores them.
namespace muonscope {

// randn with a generator on the CPU: MT19937 (Matsumoto, Nishimura 1998). A uniform takes two
// outputs, the high word first, and keeps the low 53 bits; Box-Muller works on blocks of 16.
class TorchCpu {
  public:
    explicit TorchCpu(std::uint64_t seed) : twister_(static_cast<std::uint32_t>(seed)) {}

    // Throws Error unless rows * cols is a multiple of 16: other sizes are drawn by other rules.
    Matrix normal_matrix(Eigen::Index rows, Eigen::Index cols);

  private:
    double uniform();  // [0, 1)
    std::mt19937 twister_;
};

// Philox4x32 with ten rounds (Salmon, Moraes, Dror, Shaw, SC 2011): a block of four words for
// every counter, with no state between them.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// randn with a generator on a CUDA device: Philox with the seed as key, one counter a thread and
// call, two normals from each block of words. How many threads there are decides which number goes
// where; the grid is bounded as on the device of the published runs.
class TorchCuda {
  public:
    explicit TorchCuda(std::uint64_t seed) : seed_(seed) {}

    Matrix normal_matrix(Eigen::Index rows, Eigen::Index cols);  // the next draw

  private:
    std::uint64_t seed_, offset_ = 0;
};

}  // namespace muonscope

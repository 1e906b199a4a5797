#pragma once

#include <cstdint>

#include "core/base/types.h"
#include "core/experiment/spec.h"
#include "core/random/generator.h"
#include "core/random/torch_streams.h"

namespace muonscope {

// Normal matrices from one stream, one after the other. Of our own, each has a purpose and an index
// and owes nothing to the others.
class Draws {
  public:
    Draws(Stream stream, int stream_seed, std::uint64_t seed, Purpose purpose)
        : stream_(stream),
          seed_(seed),
          purpose_(purpose),
          cpu_(static_cast<std::uint64_t>(stream_seed)),
          cuda_(static_cast<std::uint64_t>(stream_seed)) {}

    Matrix normal_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t index = 0);
    // X, in x n. PyTorch's runs keep a sample a row.
    Matrix samples(Eigen::Index in, Eigen::Index n, std::uint64_t index = 0);

  private:
    Stream stream_;
    std::uint64_t seed_;
    Purpose purpose_;
    TorchCpu cpu_;
    TorchCuda cuda_;
};

}  // namespace muonscope

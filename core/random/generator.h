#pragma once

#include <cstdint>

#include "core/base/types.h"

namespace muonscope {

// The project's own stream: xoshiro256** seeded by SplitMix64 from (seed, purpose), normals by the
// polar-free Box-Muller transform, so that every matrix of a run depends on its own purpose and on
// nothing drawn before it.
enum class Purpose : std::uint64_t {
    target = 1,
    start = 2,  // + 16 * layer
    inputs = 3,
    noise = 4,
    minibatch = 5,
    probe = 6,
    classes = 7,
    spectrum = 8,  // of an orthogonaliser with random values
    random_matrices = 9,
    column_order = 10,
    lab = 11,
    signs = 12,           // of singular vectors
    low_rank_start = 13,  // of power iterations
    associations = 14,    // keys, then values
    next_token = 15,      // of an answer
    small_text = 16,
    bootstrap = 20,  // of a mean, by drawing again
};

class Generator {
  public:
    Generator(std::uint64_t seed, Purpose purpose, std::uint64_t index = 0);

    std::uint64_t bits();
    double uniform();                                            // [0, 1), 53 bits
    double normal();                                             // standard normal
    std::uint64_t below(std::uint64_t bound);                    // unbiased, [0, bound)
    Matrix normal_matrix(Eigen::Index rows, Eigen::Index cols);  // filled row by row
    // Haar-distributed, orthonormal columns (rows >= cols) or rows.
    Matrix orthogonal_matrix(Eigen::Index rows, Eigen::Index cols);

  private:
    std::uint64_t state_[4];
    double spare_ = 0;
    bool has_spare_ = false;
};

}  // namespace muonscope

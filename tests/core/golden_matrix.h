#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/base/types.h"

namespace muonscope {

// A matrix as tests/golden writes it: a list of rows.
inline Matrix matrix_of(const nlohmann::json& rows) {
    Matrix matrix(static_cast<Eigen::Index>(rows.size()),
                  static_cast<Eigen::Index>(rows.at(0).size()));
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
        for (Eigen::Index j = 0; j < matrix.cols(); ++j) matrix(i, j) = rows.at(i).at(j);
    return matrix;
}

// As probe_lstsq.py, likeness.py and transformer.py draw: a congruential generator, exact in any
// language.
class GoldenDraws {
  public:
    explicit GoldenDraws(std::uint64_t seed) : state_(seed) {}
    Matrix matrix(Eigen::Index rows, Eigen::Index cols) {
        Matrix matrix(rows, cols);
        for (Eigen::Index i = 0; i < rows; ++i)
            for (Eigen::Index j = 0; j < cols; ++j) matrix(i, j) = uniform();
        return matrix;
    }
    int below(int bound) { return static_cast<int>((bits() >> 21) % std::uint64_t(bound)); }

  private:
    std::uint64_t bits() {
        state_ = 6364136223846793005ULL * state_ + 1442695040888963407ULL;
        return state_ >> 11;
    }
    double uniform() { return static_cast<double>(bits()) * 0x1p-52 - 1.0; }
    std::uint64_t state_;
};

}  // namespace muonscope

#pragma once

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

}  // namespace muonscope

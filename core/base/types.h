#pragma once

#include <Eigen/Core>

namespace muonscope {

// Weights are out x in; data are columns.
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

}  // namespace muonscope

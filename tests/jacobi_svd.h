#pragma once

#include <Eigen/SVD>

// What results are held against, compiled once for all tests: each would take some seconds for it.
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;

#include "tests/jacobi_svd.h"

template class Eigen::JacobiSVD<Eigen::MatrixXd>;

#include "core/linalg/checked_svd_body.h"

namespace muonscope {

template struct CheckedSvd<double>;

Eigen::VectorXd jacobi_singular_values(const Eigen::MatrixXd& a) {
    return Eigen::JacobiSVD<Eigen::MatrixXd>(a).singularValues();
}

}  // namespace muonscope

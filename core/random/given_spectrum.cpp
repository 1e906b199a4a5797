#include "core/random/given_spectrum.h"

namespace muonscope {

Matrix with_spectrum(const Vector& s, Eigen::Index rows, Eigen::Index cols, Generator& left,
                     Generator& right) {
    const Matrix u = left.orthogonal_matrix(rows, s.size());
    const Matrix v = right.orthogonal_matrix(cols, s.size());
    return u * s.asDiagonal() * v.transpose();
}

}  // namespace muonscope

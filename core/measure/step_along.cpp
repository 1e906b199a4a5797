#include "core/measure/step_along.h"

namespace muonscope {

StepAlong step_along(const ThinSvd& gradient, const Matrix& step) {
    StepAlong result;
    result.s = gradient.s;
    const Matrix image = step * gradient.v;  // rows x r
    result.moved = -gradient.u.cwiseProduct(image).colwise().sum().transpose();
    const double square = step.squaredNorm();
    result.share =
        square == 0 ? Vector::Zero(result.moved.size()) : Vector(result.moved.cwiseAbs2() / square);
    result.along = result.share.sum();
    result.descent = result.s.dot(result.moved);
    return result;
}

}  // namespace muonscope

#include "core/measure/balance.h"

#include "core/linalg/spectrum.h"

namespace muonscope {
namespace {

Balance between(const Matrix& of_upper, const Matrix& of_lower) {
    return {of_upper - of_lower, of_upper.norm() + of_lower.norm()};
}

}  // namespace

Balance gram_balance(const Matrix& lower, const Matrix& upper) {
    return between(upper.transpose() * upper, lower * lower.transpose());
}

Balance root_balance(const Matrix& lower, const Matrix& upper) {
    const ThinSvd above = thin_svd(upper), below = thin_svd(lower);
    return between(above.v * above.s.asDiagonal() * above.v.transpose(),
                   below.u * below.s.asDiagonal() * below.u.transpose());
}

double drift(const Balance& now, const Balance& at_start) {
    const double moved = (now.difference - at_start.difference).norm();
    return moved == 0 ? 0 : moved / now.scale;
}

}  // namespace muonscope

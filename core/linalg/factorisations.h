#pragma once

#include "core/base/types.h"
#include "core/linalg/engine.h"

namespace muonscope {

// O = U (S + floor)^p V^T of G = U S V^T over the numerical rank: what is not in G stays out of O,
// whatever the power. A matrix that is zero or not finite stays what it is.
void spectral_power(const Matrix& gradient, double power, double floor, Matrix& result);

// The engines that are no polynomials, for any shape and rank. gradient and result: of one shape;
// a gradient with a NaN or infinity gives NaN throughout.
//   svd, floored, spectral_power, random_spectrum   U f(s/|G|_F) V^T
//   newton   on the triangle T of a complete orthogonal decomposition G = Q T Z over the numerical
//            rank: Newton's iteration leaves Q and Z alone, and T is square and has an inverse
//   qr       a column that depends on those before it gives zero, as in Gram-Schmidt
void factorise(const OrthogonaliserSpec& spec, const Matrix& gradient, Matrix& result);

}  // namespace muonscope

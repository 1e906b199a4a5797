#pragma once

#include <optional>

#include "core/base/types.h"
#include "core/linalg/engine.h"

namespace muonscope {

// What one engine makes of one gradient G, m x n; O is its result. Not finite where O is not.
struct EngineReport {
    OrthogonaliserSpec spec;
    Matrix result;                        // O
    Vector values;                        // O's singular values, largest first
    std::optional<double> slope_at_zero;  // of the transfer function, see engine.h
    double orthogonality_error = 0;       // |O O^T - I|_F/sqrt(m), O^T O where m > n
    double least = 0, largest = 0;        // singular values of O
    double cosine_to_polar = 0;           // <O, U V^T>/(|O| |U V^T|), 0 where one is zero
    double cosine_to_gradient = 0;        // <O, G>/(|O| |G|), likewise
    double multiply_adds = 0;
};
EngineReport report(const OrthogonaliserSpec& spec, const Matrix& gradient);
// Where several engines are asked about one gradient: polar is its exact polar factor.
EngineReport report(const OrthogonaliserSpec& spec, const Matrix& gradient, const Matrix& polar);

// |O O^T - I|_F/sqrt(n), n the smaller side, on that side: 0 for a (semi-)orthogonal O.
double orthogonality_error(const Matrix& matrix);

}  // namespace muonscope

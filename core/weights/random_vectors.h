#pragma once

#include "core/random/generator.h"

namespace muonscope {

// Generator::orthogonal_matrix for matrices as tall as an embedding: the Q, rows x cols, rows >=
// cols, of the same normal matrix, whose R has a positive diagonal, to rounding. Where it is tall,
// by products (Cholesky QR, twice: Yamamoto et al. 2015), which take a second where Householder's
// reflections take a minute. May be abandoned between the products.
Matrix random_vectors(Generator& generator, Eigen::Index rows, Eigen::Index cols);

}  // namespace muonscope

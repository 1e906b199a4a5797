#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

// What the representation and basis views show of a lane's weights.
namespace muonscope {

// The problem's points after layer 1 … L (activations included), 2 x points each, in the plane of
// the target's two leading directions there: the orthonormalised images (Gram-Schmidt) of v_1 and
// v_2 under W_l … W_1, and u_1, u_2 at the output. A direction that has vanished gives zeros.
// At most `points` columns, spread evenly over the problem's.
std::vector<Matrix> project_layers(const Problem& problem, const std::vector<Matrix>& weights,
                                   int points);
// Which of the problem's points those columns are.
int projected_point(const Problem& problem, int points, int column);

// How many points to show: 24 a class are as many as a small frame can tell apart, and one
// projection shall stay below about 30 million multiply-adds; at least 8.
int affordable_points(const Problem& problem);

// Multiply-adds of taking so many columns through all layers.
double multiply_adds(const Problem& problem, int columns);

// Uᵀ P V of the target A = U S Vᵀ, its first `size` rows and columns: learning fills its diagonal.
// U and V are completed arbitrarily but always alike when size exceeds the target's rank.
Matrix in_target_basis(const Problem& problem, const std::vector<Matrix>& weights, int size);

}  // namespace muonscope

#pragma once

#include <vector>

#include "core/base/types.h"
#include "core/experiment/problem.h"

// What the representation and basis views show of a lane's weights.
namespace muonscope {

// Whether the weights are of the problem's model.
bool fits(const Problem& problem, const std::vector<Matrix>& weights);

// Points after layer 1 … L, activations included, width x points each. inputs: in x points. Empty
// where the weights are not of the problem's model.
std::vector<Matrix> layer_points(const Problem& problem, const std::vector<Matrix>& weights,
                                 const Matrix& inputs);

// Multiply-adds of taking so many columns through all layers.
double multiply_adds(const Problem& problem, int columns);

// From where points of one layer are seen: three directions of its space, and what lies at zero.
struct PointFrame {
    Matrix directions;  // width x 3, orthonormal; zeros where there is none
    Vector origin;      // of width
};

// Three directions from number `first` on, 0 the largest; of each layer 1 … L.
//
// The target's: the orthonormalised images (Gram-Schmidt, in their order) of its right singular
// vectors v under W_l … W_1, whatever activations there are, and its left ones, u, at the output. A
// direction that has vanished gives zeros. Empty where the weights do not fit.
std::vector<PointFrame> target_frames(const Problem& problem, const std::vector<Matrix>& weights,
                                      int first);
// The start's: left singular vectors of what layers 1 … l made of unit vectors at step 0.
std::vector<PointFrame> start_frames(const Problem& problem, int first);
// Principal directions of these very points about their mean, which is the origin. Each points as
// the one before it did, where `before` has one of that width.
std::vector<PointFrame> principal_frames(const std::vector<Matrix>& layers, int first,
                                         const std::vector<PointFrame>& before = {});

// Coordinates there, 3 x points.
Matrix in_frame(const PointFrame& frame, const Matrix& points);

// Uᵀ P V of the target A = U S Vᵀ, out x in: learning fills its diagonal. U and V are completed to
// bases of their spaces, arbitrarily but always alike. P is the response to unit vectors, the
// product of all layers where no tanh lies between them.
Matrix in_target_basis(const Problem& problem, const std::vector<Matrix>& weights);

}  // namespace muonscope

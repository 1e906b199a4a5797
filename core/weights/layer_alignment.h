#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/work.h"
#include "core/weights/tensor_spectrum.h"

// What one matrix writes, held against what another reads: W_b W_a x, with W_a m x n and W_b p x m,
// meets in a space of m dimensions, where the left singular vectors of W_a and the right ones of
// W_b both lie.
namespace muonscope {

// The leading singular vectors of a matrix, in columns.
struct LeadingVectors {
    Vector s;
    Matrix u, v;
};
// At most `count` of each; throws Error where an entry is not finite. `file` and `entry` outlive
// the work.
Work<LeadingVectors> leading_vectors(const TensorFile& file, const TensorEntry& entry,
                                     Eigen::Index count);

struct LayerAlignment {
    Matrix overlap;              // (i, j): (v_i^T u_j)^2, i of the reader, j of the writer
    Eigen::Index dimension = 0;  // m
    double share = 0;      // sum of the overlap over k: 1 where both span the same k directions
    double by_chance = 0;  // its mean for random directions: k/m
};
// Of the first k columns of each; k is at most what either has.
LayerAlignment layer_alignment(const Matrix& writer_u, const Matrix& reader_v, Eigen::Index k);

// Tensors of `names` that read what the tensor `writer` writes, in their order: in a llama, by
// GGUF's names or the hub's, ffn_down of what ffn_gate and ffn_up write, and of what attn_output
// and ffn_down add to the residual stream the next matrices that read it, of the same block and of
// the next; norms between them are not looked at. Otherwise the tensor of the same name with the
// next number: "layers.1.weight" reads what "layers.0.weight" writes.
std::vector<std::string> readers_of(std::string_view writer, const std::vector<std::string>& names);

}  // namespace muonscope

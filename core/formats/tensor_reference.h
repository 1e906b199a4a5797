#pragma once

#include <string>

#include "core/base/types.h"

namespace muonscope {

// A matrix of a file, as a spec names it: "W.npy", or a tensor of a model file,
// "model.gguf#blk.0.attn_q.weight", and behind it, once they are known, what its numbers were:
// "model.gguf#blk.0.attn_q.weight#sha256=1f…".
struct TensorReference {
    std::string path;
    std::string tensor = {};  // empty: the only matrix of a .npy file
    std::string sha256 = {};  // of its numbers as doubles, row by row; empty: not held to any
};
// A text that is the path of a file is that file, whatever signs are in it.
TensorReference reference_in(const std::string& text);
std::string text_of(const TensorReference& reference);

// The matrix, rows x columns as the file has it. Throws Error where the file or the tensor is not
// there, is no matrix of finite numbers, or has other numbers than the reference says.
Matrix read_reference(const std::string& text);
// The reference with the hash of its numbers; a .npy file, and one that has a hash, as it is.
// Throws likewise.
std::string sealed_reference(const std::string& text);

}  // namespace muonscope

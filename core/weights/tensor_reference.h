#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/weights/edit.h"

namespace muonscope {

// A matrix of a file, as a spec names it: "W.npy", or a tensor of a model file,
// "model.gguf#blk.0.attn_q.weight"; behind it edits that are done on it, in their order,
// "…#edit=drop-top=1#edit=power=0.9/norm=free", an edit's options after strokes, because commas
// separate references; and in the end, once they are known, what its numbers were after the edits:
// "…#sha256=1f…".
struct TensorReference {
    std::string path;
    std::string tensor = {};  // empty: the only matrix of a .npy file
    std::string sha256 = {};  // of its numbers as doubles, row by row; empty: not held to any
    std::vector<WeightEdit> edits = {};  // whatever their targets, they act on this tensor
};
// A text that is the path of a file is that file, whatever signs are in it. Throws Error where an
// edit is none.
TensorReference reference_in(const std::string& text);
std::string text_of(const TensorReference& reference);

// The matrix, rows x columns as the file has it, edited; and the reference with the hash of its
// numbers, that of a .npy file as it is. Throws Error where the file or the tensor is not there, is
// no matrix of finite numbers, or has other numbers than the reference says.
struct SealedMatrix {
    Matrix matrix;
    std::string reference;
};
SealedMatrix read_sealed(const std::string& text);
Matrix read_reference(const std::string& text);
// The reference alone; one that has a hash is not read.
std::string sealed_reference(const std::string& text);

}  // namespace muonscope

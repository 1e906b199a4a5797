#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/tensor_writer.h"
#include "core/weights/edit_stack.h"

namespace muonscope {

// What a stack did to one matrix of a file.
struct EditReport {
    std::string name;
    std::vector<EditEffect> effects;
};
struct EditedFile {
    std::vector<EditReport> edits;  // of matrices that were edited, in the file's order
    CastLoss loss;                  // by rounding to the type that was written
};

// A file with a stack of edits done, as .safetensors, .gguf or (of a single tensor) .npy by the
// ending of `path`. Matrices are written as `type`; in GGUF vectors and single numbers as F32 where
// `type` is narrower, which is what its readers expect. A tensor that no edit is meant for has the
// values it had. `told` hears the name of each tensor before it is written. Throws Error where a
// tensor cannot be read, and as the writers do.
// It looks between stretches of values whether it is still wanted (progress.h); given up, it leaves
// no part of a file.
EditedFile write_edited(const TensorFile& file, std::span<const WeightEdit> stack,
                        const std::string& path, const TensorType& type,
                        const std::function<void(const std::string& name)>& told);

// Throws Error where no such file is written: another ending, or a .npy of several tensors.
void check_output(const TensorFile& file, const std::string& path);
// "Every value is exact in F32.", or how far rounding has moved one.
std::string loss_sentence(const CastLoss& loss, std::string_view type);

}  // namespace muonscope

#pragma once

#include "core/formats/tensor_file.h"
#include "core/llama/shared_floats.h"
#include "core/llama/weights.h"

namespace muonscope {

// The numbers of a tensor that a llama has in that size. Throws Error where the file has another:
// `says` is who gives the size, "config.json says".
NewFloats floats_of(const TensorFile& file, const TensorEntry& entry,
                    const LlamaWeights::Size& size, const char* says, const char* remedy);

}  // namespace muonscope

#pragma once

#include <string_view>

#include "core/formats/tensor_file.h"
#include "core/llama/tokeniser.h"
#include "core/llama/weights.h"

// A llama from a GGUF file. All throw Error, which names the file and what is wrong or not known
// here.
namespace muonscope {

// From the keys llama.…; other architectures, rotations that are stretched, and biases are refused.
LlamaShape shape_in(const TensorFile& file);

// All tensors as floats. It looks between tensors whether it is still wanted and says how far it is
// (progress.h).
LlamaWeights weights_in(const TensorFile& file);

// From the keys tokenizer.ggml.….
TokenTable token_table_in(const TensorFile& file);
Tokeniser tokeniser_in(const TensorFile& file);

}  // namespace muonscope

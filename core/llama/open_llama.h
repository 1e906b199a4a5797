#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/tensor_file.h"
#include "core/llama/tokeniser.h"
#include "core/llama/weights.h"

// A llama from a GGUF file, or from a .safetensors file with config.json and tokenizer.json beside
// it (hub_llama.h). All throw Error, which names the file and what is wrong or not known here.
namespace muonscope {

// The file itself; of a folder the model.safetensors in it. Throws Error where its weights are in
// several files.
std::string llama_path(const std::string& path);

// From the keys llama.…; other architectures, rotations that are stretched, and biases are refused.
LlamaShape shape_in(const TensorFile& file);

// All tensors as floats. It looks between tensors whether it is still wanted and says how far it is
// (progress.h).
LlamaWeights weights_in(const TensorFile& file);

// From the keys tokenizer.ggml.….
TokenTable token_table_in(const TensorFile& file);
Tokeniser tokeniser_in(const TensorFile& file);
// In Jinja; none: it has none.
std::optional<std::string> chat_template_in(const TensorFile& file);

// What the file calls a tensor of GGUF's name, without ".weight"; and the other way round.
std::string name_in_file(const TensorFile& file, std::string_view name);
std::string name_of_tensor(std::string_view name_in_file);
// The file's row for each row of a tensor of GGUF's name; empty: in the same order.
std::vector<int> rows_in_file(const TensorFile& file, const LlamaShape& shape,
                              std::string_view name);

}  // namespace muonscope

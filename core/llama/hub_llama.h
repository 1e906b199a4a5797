#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/formats/tensor_file.h"
#include "core/llama/tokeniser.h"
#include "core/llama/weights.h"

// A llama in the form that the Hugging Face Hub keeps it in: a .safetensors file with PyTorch's
// names, and beside it config.json, tokenizer.json and tokenizer_config.json. All throw Error,
// which names the file and what is wrong or not known here.
namespace muonscope {

// By the file's own form; what lies beside it is read by the functions below.
bool is_in_hub_form(const TensorFile& file);

// From config.json. Heads turn in halves there (RotaryPairs::half_split); the shape is that of the
// weights below, whose rows are in GGUF's order.
LlamaShape hub_shape(const TensorFile& file);
// All tensors as floats under GGUF's names, rows of queries and keys in GGUF's order.
LlamaWeights hub_weights(const TensorFile& file);
// From tokenizer.json, with the ends of a text as tokenizer_config.json or config.json have them.
TokenTable hub_token_table(const TensorFile& file);
// tokenizer_config.json's chat_template, or chat_template.jinja; none: it has none.
std::optional<std::string> hub_chat_template(const TensorFile& file);

// The file's row for each row of a tensor by GGUF's name; empty: in the same order.
std::vector<int> hub_rows(const LlamaShape& shape, std::string_view name);

}  // namespace muonscope

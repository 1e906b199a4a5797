#pragma once

#include <string_view>
#include <vector>

namespace muonscope {

// How a text is cut before its bytes are merged; merges never cross a cut.
//   gpt2    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//   smollm  every number character alone, and what lies between as gpt2 has it
enum class WordRule { gpt2, smollm };

// The words of a text, one behind the other: views into it, which together are all of it.
std::vector<std::string_view> words_of(std::string_view text, WordRule rule);

}  // namespace muonscope

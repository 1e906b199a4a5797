#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muonscope {

// What a message says about a name that does not exist: "did you mean a, b or c?", from the
// candidates (or their part behind the last dot) a few typing mistakes away, nearest first.
// Empty when nothing is near.
std::string did_you_mean(std::string_view typed, std::span<const std::string> candidates);

// A value as a message shows it: in quotes, on one line, cut when long, whatever bytes it holds.
std::string in_quotes(std::string_view text, std::size_t longest = 60);

// A word as it is typed into a shell: in quotes where it needs them.
std::string shell_word(std::string_view text);

}  // namespace muonscope

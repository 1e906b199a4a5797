#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muonscope {

// GPT-2's alphabet (Radford et al. 2019): every byte as a printable character, the printable ones
// as themselves and the others in turn from U+0100 on; so a space is U+0120.
std::string in_byte_alphabet(std::string_view bytes);
// The bytes again; none where a character is not of the alphabet.
std::optional<std::string> from_byte_alphabet(std::string_view text);

}  // namespace muonscope

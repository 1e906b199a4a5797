#pragma once

#include <cstddef>
#include <string_view>

namespace muonscope {

// What regular expressions of tokenisers ask of a character: \s, \p{L}, \p{N} or none of them.
enum class CharacterClass { space, letter, number, other };

CharacterClass class_of(char32_t code_point);

// A character of UTF-8 text and how many bytes it takes. A byte that begins none is itself one
// character, of class other, so that no text is lost.
struct Character {
    CharacterClass is = CharacterClass::other;
    std::size_t bytes = 1;
};
// The first one of a text that is not empty.
Character first_character(std::string_view text);

// How many bytes at the end of `text` begin a character that more bytes could complete; 0 to 3.
std::size_t incomplete_bytes(std::string_view text);

}  // namespace muonscope

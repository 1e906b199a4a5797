#include "core/llama/words.h"

#include "core/llama/code_points.h"

namespace muonscope {

namespace {

// Bytes of the characters of that class at the start of a text.
std::size_t run_of(CharacterClass wanted, std::string_view text) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Character next = first_character(text.substr(bytes));
        if (next.is != wanted) break;
        bytes += next.bytes;
    }
    return bytes;
}

std::size_t contraction(std::string_view text) {
    for (const std::string_view end : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
        if (text.starts_with(end)) return end.size();
    return 0;
}

// \s+(?!\S)|\s+ : all of a run at the end of the text; else all but its last character, which may
// belong to the word behind it; that one alone where there is no other.
std::size_t spaces(std::string_view text) {
    std::size_t bytes = 0, last = 0;
    while (bytes < text.size()) {
        const Character next = first_character(text.substr(bytes));
        if (next.is != CharacterClass::space) return bytes > last ? bytes - last : bytes;
        last = next.bytes;
        bytes += last;
    }
    return bytes;
}

std::size_t first_word(std::string_view text) {
    if (const std::size_t bytes = contraction(text)) return bytes;
    const std::size_t space = text.front() == ' ' ? 1 : 0;
    for (const CharacterClass is :
         {CharacterClass::letter, CharacterClass::number, CharacterClass::other})
        if (const std::size_t bytes = run_of(is, text.substr(space))) return space + bytes;
    return spaces(text);
}

void add_words(std::string_view text, std::vector<std::string_view>& words) {
    while (!text.empty()) {
        const std::size_t bytes = first_word(text);
        words.push_back(text.substr(0, bytes));
        text.remove_prefix(bytes);
    }
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text, WordRule rule) {
    std::vector<std::string_view> words;
    if (rule == WordRule::gpt2) {
        add_words(text, words);
        return words;
    }
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const Character next = first_character(text.substr(i));
        if (next.is == CharacterClass::number) {
            add_words(text.substr(begin, i - begin), words);
            words.push_back(text.substr(i, next.bytes));
            begin = i + next.bytes;
        }
        i += next.bytes;
    }
    add_words(text.substr(begin), words);
    return words;
}

}  // namespace muonscope

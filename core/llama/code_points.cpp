#include "core/llama/code_points.h"

#include <algorithm>
#include <iterator>

#include "core/llama/unicode_ranges.h"

namespace muonscope {

namespace {

template <std::size_t n>
bool is_in(const CodeRange (&ranges)[n], char32_t point) {
    const auto* const after =
        std::upper_bound(std::begin(ranges), std::end(ranges), point,
                         [](char32_t p, const CodeRange& range) { return p < range.first; });
    return after != std::begin(ranges) && point <= std::prev(after)->last;
}

// White_Space, which is stable.
bool is_space(char32_t point) {
    return (point >= 0x9 && point <= 0xd) || point == 0x20 || point == 0x85 || point == 0xa0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 ||
           point == 0x2029 || point == 0x202f || point == 0x205f || point == 0x3000;
}

unsigned byte_at(std::string_view text, std::size_t i) {
    return static_cast<unsigned char>(text[i]);
}

// Bytes of the character that this one begins; 0: none does.
std::size_t length_of(unsigned first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

// Whether the second byte may follow the first: neither overlong, nor half of a pair of UTF-16, nor
// beyond the last code point.
bool may_follow(unsigned first, unsigned second) {
    const unsigned least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
}

// How many of the first `length` bytes are there and may stand so.
std::size_t valid_bytes(std::string_view text, std::size_t length) {
    std::size_t valid = 1;
    while (valid < length && valid < text.size()) {
        const unsigned next = byte_at(text, valid);
        if (valid == 1 ? !may_follow(byte_at(text, 0), next) : (next & 0xc0) != 0x80) break;
        ++valid;
    }
    return valid;
}

}  // namespace

CharacterClass class_of(char32_t code_point) {
    if (is_space(code_point)) return CharacterClass::space;
    if (is_in(letter_ranges, code_point)) return CharacterClass::letter;
    return is_in(number_ranges, code_point) ? CharacterClass::number : CharacterClass::other;
}

Character first_character(std::string_view text) {
    const unsigned first = byte_at(text, 0);
    const std::size_t length = length_of(first);
    if (length == 1) return {class_of(first), 1};
    if (length == 0 || valid_bytes(text, length) < length) return {};
    char32_t point = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte_at(text, i) & 0x3f);
    return {class_of(point), length};
}

std::size_t incomplete_bytes(std::string_view text) {
    for (std::size_t count = 1; count <= std::min<std::size_t>(3, text.size()); ++count) {
        const std::string_view end = text.substr(text.size() - count);
        const unsigned first = byte_at(end, 0);
        if ((first & 0xc0) == 0x80) continue;
        return length_of(first) > count && valid_bytes(end, count) == count ? count : 0;
    }
    return 0;
}

}  // namespace muonscope

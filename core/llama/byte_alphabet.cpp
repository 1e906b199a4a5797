#include "core/llama/byte_alphabet.h"

#include <array>

namespace muonscope {

namespace {

constexpr int moved_from = 0x100;  // the first character of a byte that is not printable

struct Alphabet {
    std::array<int, 256> character{};
    std::array<int, 512> byte{};  // -1: of none
};

constexpr Alphabet alphabet = [] {
    Alphabet made;
    made.byte.fill(-1);
    int next = moved_from;
    for (int byte = 0; byte < 256; ++byte) {
        const bool printable =
            (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
        const int character = printable ? byte : next++;
        made.character[static_cast<std::size_t>(byte)] = character;
        made.byte[static_cast<std::size_t>(character)] = byte;
    }
    return made;
}();

}  // namespace

std::string in_byte_alphabet(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        const int character = alphabet.character[static_cast<unsigned char>(byte)];
        if (character < 0x80) {
            text += static_cast<char>(character);
        } else {
            text += static_cast<char>(0xc0 | character >> 6);
            text += static_cast<char>(0x80 | (character & 0x3f));
        }
    }
    return text;
}

std::optional<std::string> from_byte_alphabet(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto character = static_cast<unsigned>(static_cast<unsigned char>(text[i]));
        if (character >= 0x80) {
            // Two bytes of UTF-8, as all of the alphabet beyond ASCII.
            if ((character & 0xe0) != 0xc0 || ++i == text.size()) return {};
            character = (character & 0x1f) << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
        }
        if (character >= alphabet.byte.size() || alphabet.byte[character] < 0) return {};
        bytes += static_cast<char>(alphabet.byte[character]);
    }
    return bytes;
}

}  // namespace muonscope

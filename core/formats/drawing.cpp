#include "core/formats/drawing.h"

namespace muonscope {

std::u32string signs_of(std::string_view text) {
    std::u32string all;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        char32_t sign = more == 0 ? first : first & (0x3FU >> more);
        for (++i; i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80; ++i)
            sign = sign << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
        all += sign;
    }
    return all;
}

}  // namespace muonscope

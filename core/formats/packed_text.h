#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muonscope {

// A text as few letters, digits, - and _ (RFC 4648, base64url without padding) of its zlib stream
// (RFC 1950), which begins from a dictionary that both sides know and ends in a checksum.
std::string packed_text(std::string_view text, std::string_view dictionary);

// The text again, of at most so many bytes. Throws Error that begins with `source`: letters that
// belong to no such text, some missing or changed, another dictionary, more bytes.
std::string unpacked_text(std::string_view packed, std::string_view dictionary, std::size_t most,
                          std::string_view source);

}  // namespace muonscope

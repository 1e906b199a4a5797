#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace muonscope {

// As zlib's streams are (RFC 1950): what PNG and PDF hold.
std::string deflated(std::string_view bytes);
// Rows of RGB bytes, top row first, as a PNG (W3C's recommendation, 2nd edition); for what holds a
// picture within itself. Equal pixels give equal bytes.
std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb);

}  // namespace muonscope

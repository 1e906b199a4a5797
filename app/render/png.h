#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace muonscope {

// Writes rows of RGB bytes, top row first (3 * width * height of them), as a PNG through a
// temporary file. No time stamp, so that equal pixels give equal files. Throws Error.
void write_png(const std::string& path, int width, int height, std::span<const std::uint8_t> rgb);

}  // namespace muonscope

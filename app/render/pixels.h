#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

// The current OpenGL context's default framebuffer as RGB bytes, top row first.
std::vector<std::uint8_t> read_pixels(int width, int height);

}  // namespace muonscope

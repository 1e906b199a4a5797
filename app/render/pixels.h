#pragma once

#include <cstdint>
#include <vector>

namespace muonscope {

struct PixelArea {
    int x = 0, y = 0;  // of its upper left corner, from the picture's
    int width = 1, height = 1;
};
// What of an area lies in a picture of this size; at least one pixel.
PixelArea cut_to(PixelArea area, int width, int height);

// Part of the current OpenGL context's default framebuffer, which has this height, as RGB bytes,
// top row first.
std::vector<std::uint8_t> read_pixels(const PixelArea& area, int framebuffer_height);

}  // namespace muonscope

#include "app/render/pixels.h"

#include "glad/gl.h"

#include <algorithm>

namespace muonscope {

std::vector<std::uint8_t> read_pixels(int width, int height) {
    const auto row = std::size_t{3} * static_cast<std::size_t>(width);
    std::vector<std::uint8_t> bottom_up(row * static_cast<std::size_t>(height));
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, bottom_up.data());
    // OpenGL's first row is the lowest, a picture's the highest.
    std::vector<std::uint8_t> pixels(bottom_up.size());
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
        const auto source = bottom_up.end() - static_cast<std::ptrdiff_t>((y + 1) * row);
        std::copy_n(source, row, pixels.begin() + static_cast<std::ptrdiff_t>(y * row));
    }
    return pixels;
}

}  // namespace muonscope

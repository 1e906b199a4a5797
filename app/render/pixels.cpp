#include "app/render/pixels.h"

#include "glad/gl.h"

#include <algorithm>

namespace muonscope {

PixelArea cut_to(PixelArea area, int width, int height) {
    const int right = std::clamp(area.x + area.width, 1, width);
    const int bottom = std::clamp(area.y + area.height, 1, height);
    const int x = std::clamp(area.x, 0, right - 1), y = std::clamp(area.y, 0, bottom - 1);
    return {x, y, right - x, bottom - y};
}

std::vector<std::uint8_t> read_pixels(const PixelArea& area, int framebuffer_height) {
    const auto row = std::size_t{3} * static_cast<std::size_t>(area.width);
    const auto rows = static_cast<std::size_t>(area.height);
    std::vector<std::uint8_t> bottom_up(row * rows);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(area.x, framebuffer_height - area.y - area.height, area.width, area.height, GL_RGB,
                 GL_UNSIGNED_BYTE, bottom_up.data());
    // OpenGL's first row is the lowest, a picture's the highest.
    std::vector<std::uint8_t> pixels(bottom_up.size());
    for (std::size_t y = 0; y < rows; ++y) {
        const auto source = bottom_up.end() - static_cast<std::ptrdiff_t>((y + 1) * row);
        std::copy_n(source, row, pixels.begin() + static_cast<std::ptrdiff_t>(y * row));
    }
    return pixels;
}

}  // namespace muonscope

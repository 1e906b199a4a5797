#include "app/render/pixels.h"

#include <algorithm>

namespace muonscope {

PixelArea cut_to(PixelArea area, int width, int height) {
    const int right = std::clamp(area.x + area.width, 1, width);
    const int bottom = std::clamp(area.y + area.height, 1, height);
    const int x = std::clamp(area.x, 0, right - 1), y = std::clamp(area.y, 0, bottom - 1);
    return {x, y, right - x, bottom - y};
}

}  // namespace muonscope

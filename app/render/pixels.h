#pragma once

namespace muonscope {

struct PixelArea {
    int x = 0, y = 0;  // of its upper left corner, from the picture's
    int width = 1, height = 1;

    bool operator==(const PixelArea&) const = default;
};
// What of an area lies in a picture of this size; at least one pixel.
PixelArea cut_to(PixelArea area, int width, int height);

}  // namespace muonscope

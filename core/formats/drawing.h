#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A page of lines, discs and words as a file for print.
namespace muonscope {

// In points of 1/72 inch, from the upper left corner; colours as 0xRRGGBB.
struct Drawing {
    struct Line {
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
        double thickness = 0.5;
        std::uint32_t colour = 0;
    };
    struct Disc {
        double x = 0, y = 0, radius = 2;
        std::uint32_t colour = 0;
        bool filled = true;  // else white with a line around
    };
    enum class Anchor { left, middle, right };
    struct Words {
        double x = 0, y = 0;  // of the base line
        std::string text;     // UTF-8
        double size = 8;
        Anchor anchor = Anchor::left;
        std::uint32_t colour = 0;
        bool bold = false;
    };

    double width = 0, height = 0;
    std::vector<Line> lines;
    std::vector<Disc> discs;  // above the lines
    std::vector<Words> words;
};

// How wide a line of words is in Helvetica, by Adobe's metrics; in bold it is somewhat wider.
double helvetica_width(std::string_view text, double size);

std::string svg_of(const Drawing& drawing);
// PDF 1.4 of one page, its words as text in Helvetica, which every reader has: Latin letters and
// the signs of Windows' code page 1252; a minus is an en dash there, other signs are "?".
std::string pdf_of(const Drawing& drawing);

}  // namespace muonscope

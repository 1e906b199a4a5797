#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/formats/print_font.h"

// A page of lines, areas, words and pictures as a file for print.
namespace muonscope {

// In points of 1/72 inch, from the upper left corner; colours as 0xRRGGBB.
struct Drawing {
    struct Point {
        double x = 0, y = 0;
    };
    struct Ink {
        std::uint32_t colour = 0;
        double opacity = 1;
    };
    struct Pen {
        Ink ink = {};
        double thickness = 0.5;
        std::vector<double> dashes = {};  // lengths drawn and left out in turn; none: solid
    };
    struct Line {
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
        Pen pen = {};
    };
    // Polylines, or areas where they are closed.
    struct Path {
        std::vector<std::vector<Point>> parts;
        bool closed = false;
        std::optional<Ink> fill = {};
        std::optional<Pen> pen = {};
    };
    struct Disc {
        double x = 0, y = 0, radius = 2;
        std::optional<Ink> fill = {};
        std::optional<Pen> pen = {};
    };
    struct Rectangle {
        double x = 0, y = 0, width = 0, height = 0;
        std::optional<Ink> fill = {};
        std::optional<Pen> pen = {};
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
    struct Picture {
        double x = 0, y = 0, width = 0, height = 0;
        int columns = 0, rows = 0;      // pixels
        std::vector<std::uint8_t> rgb;  // top row first
    };
    // What follows, up to the End that belongs to it, is one thing with a name, and nothing of it
    // is seen outside the box, where there is one.
    struct Box {
        double x = 0, y = 0, width = 0, height = 0;
    };
    struct Group {
        std::string name = {};
        std::optional<Box> box = {};
    };
    struct End {};
    using Shape = std::variant<Line, Path, Disc, Rectangle, Words, Picture, Group, End>;

    double width = 0, height = 0;
    std::string title = {};          // of the document
    std::vector<Shape> shapes = {};  // those in front last

    template <class Kind>
    std::vector<Kind> all() const {
        std::vector<Kind> found;
        for (const Shape& shape : shapes)
            if (const auto* one = std::get_if<Kind>(&shape)) found.push_back(*one);
        return found;
    }
};

// How wide a line of words is in Helvetica, by Adobe's metrics; in bold it is somewhat wider.
double helvetica_width(std::string_view text, double size);
// The same in fonts of one's own, without their kerning.
double width_of(std::string_view text, double size, const PrintFonts& fonts, bool bold = false);

// Words stay text, in `family` or what takes its place where a reader lacks it.
std::string svg_of(const Drawing& drawing,
                   std::string_view family = "Helvetica, Arial, sans-serif");
// PDF 1.4 of one page, its words as text in Helvetica, which every reader has: Latin letters and
// the signs of Windows' code page 1252; a minus is an en dash there, other signs are "?".
std::string pdf_of(const Drawing& drawing);
// PDF 1.6, with the glyphs that it uses of these fonts inside; signs that they lack are "?".
std::string pdf_of(const Drawing& drawing, const PrintFonts& fonts);

// The signs of a text in UTF-8, which is taken to be sound.
std::u32string signs_of(std::string_view text);

}  // namespace muonscope

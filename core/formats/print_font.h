#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// A font as a page for print needs it. OpenType 1.9: the tables head, hhea, hmtx, cmap (formats 4
// and 12) and "CFF " or glyf; Adobe's Technical Note 5176 for the second last.
namespace muonscope {

class PrintFont {
  public:
    // An OpenType or TrueType font's bytes, which outlive this; throws Error where it is none that
    // a page can have.
    PrintFont(std::string name, std::string_view bytes);

    const std::string& name() const { return name_; }
    bool has_cubic_outlines() const { return !cff_.empty(); }  // else TrueType's

    std::uint16_t glyph(char32_t sign) const;  // 0: it has none
    int width(std::uint16_t glyph) const;      // in thousandths of the size, as all below
    std::array<int, 4> box() const { return box_; }
    int ascent() const { return ascent_; }
    int descent() const { return descent_; }  // below zero

    // The program that draws these glyphs, in which the others of a font with cubic outlines are
    // empty and pack to nothing: the "CFF " table, or the whole file.
    std::string program(const std::set<std::uint16_t>& used) const;

  private:
    std::string name_;
    std::string_view bytes_, cff_;
    std::map<char32_t, std::uint16_t> glyphs_;
    std::vector<int> widths_;
    std::array<int, 4> box_{};
    int ascent_ = 0, descent_ = 0;
};

// What a page writes with: what the first two lack stands in the third.
struct PrintFonts {
    const PrintFont& regular;
    const PrintFont& bold;
    const PrintFont& others;
};

}  // namespace muonscope

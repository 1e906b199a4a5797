#include "app/gui/superscript_t.h"

#include "imgui_internal.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace muonscope::gui {
namespace {

constexpr ImWchar code = 0x1D40;

// In units of the font's size, upwards from the baseline: a capital T at six tenths, as high as the
// raised figures of Inter.
constexpr float width = 0.42F, side = 0.03F, top = 0.66F, bottom = 0.26F;
constexpr float bar = 0.075F, stem = 0.085F;

// How much of [cell, cell + 1] lies in [from, to].
float overlap(float cell, float from, float to) {
    return std::clamp(std::min(cell + 1, to) - std::max(cell, from), 0.0F, 1.0F);
}

bool contains(ImFontAtlas*, ImFontConfig*, ImWchar codepoint) {
    return codepoint == code;
}

bool load(ImFontAtlas* atlas, ImFontConfig* source, ImFontBaked* baked, void*, ImWchar codepoint,
          ImFontGlyph* glyph, float* advance) {
    if (codepoint != code) return false;
    const float size = baked->Size;
    if (advance != nullptr) {
        *advance = (width + 2 * side) * size;
        return true;
    }
    const float density = source->RasterizerDensity * baked->RasterizerDensity;
    const float pixels = size * density;
    const float left = side * pixels, over = std::round(top * pixels);
    const int columns = static_cast<int>(std::ceil(left + width * pixels)) + 1;
    const int rows = static_cast<int>(std::ceil(over - bottom * pixels)) + 1;
    const float thick = std::max(1.0F, bar * pixels), middle = left + width * pixels / 2;
    const float half = std::max(1.0F, stem * pixels) / 2;
    std::vector<unsigned char> cover(static_cast<std::size_t>(columns) *
                                     static_cast<std::size_t>(rows));
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const auto at = static_cast<float>(x), down = static_cast<float>(y);
            const float across = overlap(at, left, left + width * pixels) * overlap(down, 0, thick);
            const float upright = overlap(at, middle - half, middle + half) *
                                  overlap(down, 0, over - bottom * pixels);
            cover[y * columns + x] = static_cast<unsigned char>(
                std::lround(255 * std::clamp(std::max(across, upright), 0.0F, 1.0F)));
        }
    const ImFontAtlasRectId place = ImFontAtlasPackAddRect(atlas, columns, rows);
    if (place == ImFontAtlasRectId_Invalid) return false;
    ImTextureRect* rect = ImFontAtlasPackGetRect(atlas, place);
    const float line = std::round(baked->Ascent);
    glyph->Codepoint = code;
    glyph->AdvanceX = (width + 2 * side) * size;
    glyph->X0 = 0;
    glyph->Y0 = line - over / density;
    glyph->X1 = static_cast<float>(columns) / density;
    glyph->Y1 = glyph->Y0 + static_cast<float>(rows) / density;
    glyph->Visible = 1;
    glyph->PackId = place;
    ImFontAtlasBakedSetFontGlyphBitmap(atlas, baked, source, glyph, rect, cover.data(),
                                       ImTextureFormat_Alpha8, columns);
    return true;
}

ImFontLoader loader() {
    ImFontLoader loader;
    loader.Name = "superscript T";
    loader.FontSrcContainsGlyph = contains;
    loader.FontBakedLoadGlyph = load;
    return loader;
}

const ImFontLoader only = loader();

}  // namespace

const ImFontLoader* superscript_t() {
    return &only;
}

}  // namespace muonscope::gui

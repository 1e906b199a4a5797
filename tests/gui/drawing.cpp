#include "tests/gui/drawing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <tuple>

#include "imgui_internal.h"

namespace muonscope::gui {
namespace {

constexpr ImU32 without_alpha = 0x00ffffff;

struct Glyph {
    const ImFontGlyph* glyph;
    const ImFontBaked* baked;
};

using Corner = std::tuple<float, float, float, float>;

std::map<Corner, Glyph> glyphs_by_place() {
    std::map<Corner, Glyph> found;
    ImStableVector<ImFontBaked, 32>& pool = ImGui::GetIO().Fonts->Builder->BakedPool;
    for (int i = 0; i < pool.Size; ++i) {
        const ImFontBaked& baked = pool[i];
        if (baked.WantDestroy) continue;
        for (const ImFontGlyph& glyph : baked.Glyphs)
            if (glyph.Visible) found[{glyph.U0, glyph.V0, glyph.U1, glyph.V1}] = {&glyph, &baked};
    }
    return found;
}

float space_of(const ImFontBaked& baked) {
    for (const ImFontGlyph& glyph : baked.Glyphs)
        if (glyph.Codepoint == ' ') return glyph.AdvanceX;
    return baked.Size / 4;
}

std::string utf8(unsigned codepoint) {
    std::array<char, 5> bytes{};
    ImTextCharToUtf8(bytes.data(), codepoint);
    return bytes.data();
}

ImVec2 least(ImVec2 a, ImVec2 b) {
    return {std::min(a.x, b.x), std::min(a.y, b.y)};
}
ImVec2 largest(ImVec2 a, ImVec2 b) {
    return {std::max(a.x, b.x), std::max(a.y, b.y)};
}

float to_segment(ImVec2 p, ImVec2 a, ImVec2 b) {
    const float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    const float t =
        square > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0.0F, 1.0F) : 0;
    return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// Puts words together from one glyph after the other.
class Reader {
  public:
    explicit Reader(std::vector<Word>& words) : words_(words) {}

    void add(const Shape& quad, const Glyph& what) {
        const ImFontGlyph& glyph = *what.glyph;
        const float width = glyph.X1 - glyph.X0;
        const float scale = width > 0 ? (quad.max.x - quad.min.x) / width : 1;
        const ImVec2 pen{quad.min.x - glyph.X0 * scale, quad.min.y - glyph.Y0 * scale};
        const float space = space_of(*what.baked) * scale;
        const float gap = pen.x - expected_.x;
        const bool goes_on = open_ && words_.back().colour == quad.colour &&
                             words_.back().window == quad.window && baked_ == what.baked &&
                             std::abs(pen.y - expected_.y) < 0.5F && gap > -0.6F &&
                             gap < 6.5F * space;
        const float height = what.baked->Size * scale;
        if (!goes_on) {
            words_.push_back({"", pen, {pen.x, pen.y + height}, quad.colour, quad.window});
            open_ = true;
            baked_ = what.baked;
        } else if (const long spaces = std::lround(gap / space); spaces > 0) {
            words_.back().text.append(static_cast<std::size_t>(spaces), ' ');
        }
        Word& word = words_.back();
        word.text += utf8(glyph.Codepoint);
        expected_ = {pen.x + glyph.AdvanceX * scale, pen.y};
        word.max.x = expected_.x;
    }
    void end() { open_ = false; }

  private:
    std::vector<Word>& words_;
    bool open_ = false;
    const ImFontBaked* baked_ = nullptr;
    ImVec2 expected_{};
};

void finish(Shape& shape, const std::map<Corner, Glyph>& glyphs, Reader& reader, Drawing& into) {
    if (shape.corners.empty()) return;
    shape.colour = shape.colours.front();
    shape.min = shape.max = shape.corners.front();
    ImVec2 low = shape.uv.front(), high = low;
    for (std::size_t i = 0; i < shape.corners.size(); ++i) {
        shape.min = least(shape.min, shape.corners[i]);
        shape.max = largest(shape.max, shape.corners[i]);
        low = least(low, shape.uv[i]);
        high = largest(high, shape.uv[i]);
    }
    const bool hidden = shape.max.x < shape.clip.x || shape.min.x > shape.clip.z ||
                        shape.max.y < shape.clip.y || shape.min.y > shape.clip.w ||
                        (shape.colour >> IM_COL32_A_SHIFT) == 0;
    if (!hidden) {
        const auto found =
            shape.corners.size() == 4 ? glyphs.find({low.x, low.y, high.x, high.y}) : glyphs.end();
        if (found != glyphs.end())
            reader.add(shape, found->second);
        else
            into.shapes.push_back(shape);
    }
    shape.corners.clear();
    shape.uv.clear();
    shape.colours.clear();
    shape.triangles.clear();
}

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

}  // namespace

float Shape::distance(ImVec2 from) const {
    float best = 1e9F;
    for (std::size_t i = 0; i + 2 < triangles.size(); i += 3) {
        const ImVec2 a = corners[triangles[i]], b = corners[triangles[i + 1]],
                     c = corners[triangles[i + 2]];
        const auto side = [&](ImVec2 p, ImVec2 q) {
            return (q.x - p.x) * (from.y - p.y) - (q.y - p.y) * (from.x - p.x);
        };
        const float s = side(a, b), t = side(b, c), u = side(c, a);
        const bool flat = s + t + u == 0;  // twice its area
        if (!flat && ((s >= 0 && t >= 0 && u >= 0) || (s <= 0 && t <= 0 && u <= 0))) return 0;
        best = std::min(
            {best, to_segment(from, a, b), to_segment(from, b, c), to_segment(from, c, a)});
    }
    return best;
}

Drawing drawing() {
    Drawing result;
    const std::map<Corner, Glyph> glyphs = glyphs_by_place();
    for (const ImDrawList* list : ImGui::GetDrawData()->CmdLists) {
        Reader reader(result.words);
        Shape shape;
        shape.window = list->_OwnerName ? list->_OwnerName : "";
        for (const ImDrawCmd& command : list->CmdBuffer) {
            unsigned first = 0, last = 0;  // corners of the shape that is open
            for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
                std::array<unsigned, 3> at{};
                for (unsigned k = 0; k < 3; ++k)
                    at[k] = command.VtxOffset +
                            list->IdxBuffer[static_cast<int>(command.IdxOffset + i + k)];
                const auto [low, high] = std::minmax_element(at.begin(), at.end());
                if (shape.corners.empty() || *low > last || *low < first) {
                    finish(shape, glyphs, reader, result);
                    shape.clip = command.ClipRect;
                    shape.texture = command.TexRef._TexData;
                    first = *low;
                    last = *low;
                }
                for (unsigned corner = first + static_cast<unsigned>(shape.corners.size());
                     corner <= *high; ++corner) {
                    const ImDrawVert& vertex = list->VtxBuffer[static_cast<int>(corner)];
                    shape.corners.push_back(vertex.pos);
                    shape.uv.push_back(vertex.uv);
                    shape.colours.push_back(vertex.col);
                }
                last = std::max(last, *high);
                for (const unsigned corner : at) shape.triangles.push_back(corner - first);
            }
            finish(shape, glyphs, reader, result);
        }
        reader.end();
    }
    return result;
}

std::vector<Word> Drawing::all(std::string_view text) const {
    std::vector<Word> found;
    for (const Word& word : words)
        if (word.text == text) found.push_back(word);
    return found;
}

std::vector<Word> Drawing::starting(std::string_view text) const {
    std::vector<Word> found;
    for (const Word& word : words)
        if (begins(word.text, text)) found.push_back(word);
    return found;
}

std::optional<Word> Drawing::word(std::string_view text) const {
    const std::vector<Word> found = all(text);
    if (found.size() == 1) return found.front();
    ADD_FAILURE() << '"' << text << "\" stands " << found.size() << " times in\n" << this->text();
    return std::nullopt;
}

std::vector<Word> Drawing::line_of(const Word& word) const {
    std::vector<Word> found;
    for (const Word& other : words)
        if (other.window == word.window && other.min.x != word.min.x &&
            other.middle().y > word.min.y - 3 && other.middle().y < word.max.y + 3)
            found.push_back(other);
    std::sort(found.begin(), found.end(), [&](const Word& a, const Word& b) {
        return std::abs(a.middle().x - word.middle().x) < std::abs(b.middle().x - word.middle().x);
    });
    return found;
}

std::vector<Shape> Drawing::of_colour(ImU32 colour) const {
    std::vector<Shape> found;
    for (const Shape& shape : shapes)
        if (shape.colour == colour) found.push_back(shape);
    return found;
}

float Drawing::distance(ImU32 colour, ImVec2 from) const {
    float best = 1e9F;
    for (const Shape& shape : shapes)
        if ((shape.colour & without_alpha) == (colour & without_alpha))
            best = std::min(best, shape.distance(from));
    return best;
}

std::optional<ImU32> Drawing::painted(ImVec2 at) const {
    for (auto shape = shapes.rbegin(); shape != shapes.rend(); ++shape) {
        const ImTextureData* texture = shape->texture;
        if (!texture || texture == ImGui::GetIO().Fonts->TexData || shape->corners.size() != 4)
            continue;
        const ImVec2 a = shape->corners[0], b = shape->corners[2];
        if (at.x < a.x || at.x > b.x || at.y < a.y || at.y > b.y) continue;
        const ImVec2 from = shape->uv[0], to = shape->uv[2];
        const float u = from.x + (to.x - from.x) * (at.x - a.x) / (b.x - a.x);
        const float v = from.y + (to.y - from.y) * (at.y - a.y) / (b.y - a.y);
        const int x = std::clamp(static_cast<int>(u * static_cast<float>(texture->Width)), 0,
                                 texture->Width - 1);
        const int y = std::clamp(static_cast<int>(v * static_cast<float>(texture->Height)), 0,
                                 texture->Height - 1);
        ImU32 pixel = 0;
        std::memcpy(&pixel, const_cast<ImTextureData*>(texture)->GetPixelsAt(x, y), sizeof pixel);
        return pixel;
    }
    return std::nullopt;
}

Drawing Drawing::in(std::string_view window) const {
    Drawing part;
    for (const Word& word : words)
        if (begins(word.window, window)) part.words.push_back(word);
    for (const Shape& shape : shapes)
        if (begins(shape.window, window)) part.shapes.push_back(shape);
    return part;
}

std::string Drawing::text() const {
    std::string lines;
    for (const Word& word : words) lines += word.window + ": " + word.text + "\n";
    return lines;
}

std::optional<double> number_in(std::string_view label) {
    const auto take = [&](std::string_view prefix) {
        if (!begins(label, prefix)) return false;
        label.remove_prefix(prefix.size());
        return true;
    };
    take("≤ ");
    const bool negative = take("−") || take("-");
    double value = 0;
    const char* end = label.data() + label.size();
    const auto read = std::from_chars(label.data(), end, value);
    if (read.ec != std::errc()) return std::nullopt;
    label.remove_prefix(static_cast<std::size_t>(read.ptr - label.data()));
    if (take("k")) value *= 1e3;
    if (take("M")) value *= 1e6;
    bool power = value == 10 && !label.empty();
    double factor = 1;
    if (take("·10")) {
        power = true;
        factor = value;
    }
    if (power) {
        const bool below = take("⁻");
        int exponent = 0;
        constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
        for (bool more = true; more && !label.empty();) {
            more = false;
            for (int d = 0; d < 10 && !more; ++d)
                if (take(digits[d])) {
                    exponent = 10 * exponent + d;
                    more = true;
                }
        }
        value = factor * std::pow(10.0, below ? -exponent : exponent);
    }
    if (!label.empty()) return std::nullopt;
    return negative ? -value : value;
}

Scale Scale::fitted(std::vector<std::pair<double, float>> marks) {
    std::sort(marks.begin(), marks.end());
    Scale scale;
    scale.labels_ = static_cast<int>(marks.size());
    if (marks.size() < 2) return scale;
    const auto fit = [&](bool logarithmic, double& slope, double& offset) {
        const auto at = [&](double value) { return logarithmic ? std::log10(value) : value; };
        const double low = at(marks.front().first), high = at(marks.back().first);
        const auto from = static_cast<double>(marks.front().second);
        slope = (static_cast<double>(marks.back().second) - from) / (high - low);
        offset = from - slope * low;
        double worst = 0;
        for (const auto& [value, pixel] : marks)
            worst =
                std::max(worst, std::abs(offset + slope * at(value) - static_cast<double>(pixel)));
        return worst;
    };
    const double linear = fit(false, scale.slope_, scale.offset_);
    double slope = 0, offset = 0;
    if (linear > 3 && marks.front().first > 0 && fit(true, slope, offset) < linear) {
        scale.logarithmic_ = true;
        scale.slope_ = slope;
        scale.offset_ = offset;
    }
    return scale;
}

Scale Scale::across(const Drawing& drawing, ImVec2 from, ImVec2 to) {
    std::vector<std::pair<double, float>> marks;
    for (const Word& word : drawing.words)
        if (const auto number = number_in(word.text);
            number && word.middle().x > from.x && word.middle().x < to.x &&
            word.middle().y > from.y && word.middle().y < to.y)
            marks.emplace_back(*number, word.middle().x);
    return fitted(std::move(marks));
}

Scale Scale::up(const Drawing& drawing, ImVec2 from, ImVec2 to) {
    std::vector<std::pair<double, float>> marks;
    for (const Word& word : drawing.words)
        if (const auto number = number_in(word.text);
            number && word.middle().x > from.x && word.middle().x < to.x &&
            word.middle().y > from.y && word.middle().y < to.y)
            marks.emplace_back(*number, word.middle().y);
    return fitted(std::move(marks));
}

float Scale::pixel(double value) const {
    return static_cast<float>(offset_ + slope_ * (logarithmic_ ? std::log10(value) : value));
}

double Scale::value(float pixel) const {
    const double at = (static_cast<double>(pixel) - offset_) / slope_;
    return logarithmic_ ? std::pow(10.0, at) : at;
}

}  // namespace muonscope::gui

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imgui.h"

// What the newest frame drew, read back from Dear ImGui's draw lists as a person sees it: words
// where they stand, and shapes in their colours. Nothing is asked of the panels themselves.
namespace muonscope::gui {

struct Word {
    std::string text;  // with its spaces
    ImVec2 min, max;   // the box that its line takes, pixels
    ImU32 colour = 0;
    std::string window;

    ImVec2 middle() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
};

// Triangles that share corners: a rectangle, a stroke, a circle, a picture.
struct Shape {
    ImU32 colour = 0;  // of its first corner
    std::vector<ImVec2> corners, uv;
    std::vector<ImU32> colours;
    std::vector<unsigned> triangles;  // three indices each
    ImVec2 min, max;
    ImVec4 clip;
    const ImTextureData* texture = nullptr;
    std::string window;

    ImVec2 middle() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
    float distance(ImVec2 from) const;  // 0: inside
};

struct Drawing {
    std::vector<Word> words;
    std::vector<Shape> shapes;  // without those of words

    // The only word or line of words with this text; empty, and a failed test, when there is none
    // or more than one.
    std::optional<Word> word(std::string_view text) const;
    std::vector<Word> all(std::string_view text) const;
    std::vector<Word> starting(std::string_view text) const;
    // On one line with a word, left of it or right of it, nearest first.
    std::vector<Word> line_of(const Word& word) const;
    std::vector<Shape> of_colour(ImU32 colour) const;  // alpha included
    // How far from this point the nearest shape of this colour is; alpha does not count.
    float distance(ImU32 colour, ImVec2 from) const;
    // What the newest picture (not a glyph, not a line) has at this point; none: no picture there.
    std::optional<ImU32> painted(ImVec2 at) const;
    // Those whose window's name begins so.
    Drawing in(std::string_view window) const;
    std::string text() const;  // every word, a line each: for messages
};

Drawing drawing();

// A scale read off its labels: where each number stands.
class Scale {
  public:
    // From words that are numbers and stand on one line below (steps) or in one column left of
    // (values) the rectangle. Logarithmic when equal distances are equal ratios.
    static Scale across(const Drawing& drawing, ImVec2 from, ImVec2 to);
    static Scale up(const Drawing& drawing, ImVec2 from, ImVec2 to);

    float pixel(double value) const;
    double value(float pixel) const;
    bool logarithmic() const { return logarithmic_; }
    int labels() const { return labels_; }

  private:
    static Scale fitted(std::vector<std::pair<double, float>> marks);
    bool logarithmic_ = false;
    double slope_ = 0, offset_ = 0;  // pixel = offset + slope value, or of its logarithm
    int labels_ = 0;
};

// The number that a label shows: "0.05", "1.2k", "10⁻³", "5·10⁻⁶", "≤ 10⁻⁸", "−2".
std::optional<double> number_in(std::string_view label);

}  // namespace muonscope::gui

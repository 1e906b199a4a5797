#pragma once

#include <array>

#include "app/gui/colour_map.h"
#include "imgui.h"

namespace muonscope::gui {

// Colours and sizes of one look. A plain value: panels read it, nothing else decides a colour.
struct Theme {
    bool dark = true;
    float scale = 1;                     // content scale of the monitor times the user's own
    bool thick = false;                  // presentation mode: thicker lines
    ColourMap map = ColourMap::viridis;  // of amounts and of modes by rank

    ImVec4 background;  // behind the cards
    ImVec4 card;        // a panel
    ImVec4 well;        // a field, a track, a button on a card
    ImVec4 well_hovered;
    ImVec4 well_active;
    ImVec4 border;  // hairline around cards
    ImVec4 text;
    ImVec4 dim;        // explanations, axis labels; still 4.5:1 on a card
    ImVec4 accent;     // the one thing to press; links; focus
    ImVec4 on_accent;  // text on it
    ImVec4 good, warning, bad;
    ImVec4 target;  // target levels and matrices
    ImVec4 grid;    // lines inside plots
    ImVec4 mark;    // event marks on step axes
    ImVec4 ghost;   // what was before: the start of a representation, noise modes

    std::array<ImVec4, 8> lanes;    // by lane index, repeated beyond; use lane()
    std::array<ImVec4, 8> classes;  // of points; use class_colour()

    ImVec4 lane(int index) const;       // lines, edges, grabs: at least 3:1 on a card
    ImVec4 lane_text(int index) const;  // the same hue, at least 4.5:1 wherever text stands
    ImVec4 class_colour(int index) const;
    ImVec4 popup() const;           // below lists, menus, tooltips
    ImVec4 event_line() const;      // of an event on a step axis; translucent
    ImVec4 phase_shade() const;     // over every second phase; translucent
    ImVec4 mapped(double x) const;  // of the colour map, x in [0, 1]

    // Thickness of a curve and radius of a point, in pixels.
    float line() const { return scale * (thick ? 2.4F : 1.6F); }
    float hairline() const { return scale < 1.5F ? 1.0F : scale * 0.75F; }
    float point() const { return scale * (thick ? 2.6F : 1.9F); }
};

Theme dark_theme();
Theme light_theme();

// Sets Dear ImGui's style, sizes included (times theme.scale). Its context must exist.
void apply_theme(const Theme& theme);

// Colour of mode k of n, 0 the largest: the end of the map that stands out most on the card goes to
// the largest; the other end stops at 3:1, where it would fade into the card.
ImVec4 rank_colour(const Theme& theme, int k, int n);
// Diverging map for signed matrices, x in [-1, 1]: blue, the card's own colour at 0, red.
ImVec4 diverging(const Theme& theme, double x);

// WCAG 2 contrast ratio of two opaque colours, 1 to 21.
double contrast(const ImVec4& a, const ImVec4& b);
ImVec4 mix(const ImVec4& a, const ImVec4& b, float amount);  // a at 0, b at 1
ImVec4 with_alpha(ImVec4 colour, float alpha);
inline ImU32 u32(const ImVec4& colour) {
    return ImGui::ColorConvertFloat4ToU32(colour);
}

// Distances in units of the current font size, so that everything grows with it.
inline float em(float units) {
    return ImGui::GetFontSize() * units;
}
namespace size {
inline constexpr float smallest_text = 0.8F;  // of labels inside pictures, em
inline constexpr float font = 14.0F;          // pixels at scale 1
inline constexpr float gap = 0.5F;            // between cards, em
inline constexpr float padding = 0.7F;        // inside a card, em
inline constexpr float corner = 6.0F;         // pixels at scale 1
}  // namespace size

}  // namespace muonscope::gui

#pragma once

#include <span>

#include "app/gui/plots/reduction.h"
#include "imgui.h"

// Lines as the plots draw them: smooth edges from Dear ImGui's baked texture at any thickness, two
// vertices a point. (Dear ImGui itself takes that texture for whole pixels only and otherwise draws
// twice the vertices and three times the triangles.)
namespace muonscope::plots {

enum class Dash { solid, dashed, dotted, dash_dotted };

// A polyline of this thickness in pixels, at least one. No corner stands out by more than the
// thickness, so that a peak does not look higher than it is.
void add_stroke(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness);

// A band from `high` to `low` at each column, half a thickness wider on either side, its edges as
// soft as a stroke's.
void add_band(ImDrawList* draw, std::span<const BandColumn> columns, ImU32 colour, float thickness);

// A dashed polyline: `pattern` alternates lengths drawn and left out, measured along the line
// itself, so that no gap is longer on a steep stretch than on a flat one.
void add_dashes(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness,
                std::span<const float> pattern);

// A polyline in a lane's dash, lengths in multiples of `unit`; a single point is a dot.
void add_line(ImDrawList* draw, std::span<const ImVec2> points, ImU32 colour, float thickness,
              Dash dash, float unit);

}  // namespace muonscope::plots

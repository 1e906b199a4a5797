#pragma once

#include <string>
#include <string_view>

#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"

// What stands within the axes of a drawing for paper, as SVG.
namespace muonscope::plots {

std::string svg_text(std::string_view text);  // with what SVG would take for its own escaped
std::string svg_pen(const Ink& ink);          // attributes of a line
std::string svg_rectangle(ImVec2 from, ImVec2 to, const ImVec4& colour);
// All marks of a chart, those in front last.
std::string svg_marks(const Chart& chart, const Axes& axes);

}  // namespace muonscope::plots

#pragma once

#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/page.h"
#include "core/formats/drawing.h"

// What stands within the axes of a drawing for paper.
namespace muonscope::plots {

Drawing::Ink ink_on_page(const ImVec4& colour);
// `line`: points of a line of weight 1.
Drawing::Pen pen_on_page(const Ink& ink, double line);
// All marks of a chart, those in front last.
void draw_marks_on_page(Drawing& page, const Chart& chart, const Axes& axes, const PageLook& look);

}  // namespace muonscope::plots

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/gui/plots/chart.h"
#include "app/gui/plots/table.h"
#include "core/formats/drawing.h"

// Charts as drawings for paper: black on white, axes with round numbers, a legend above. Text stays
// text.
namespace muonscope::plots {

struct PageLook {
    double width = 175, height = 0;  // mm; a height of 0: two thirds of a chart's width each
    double type = 8, line = 1;       // pt: of labels, of curves
};
inline constexpr double points_of_millimetre = 72 / 25.4;

// Charts side by side, as many as `columns`, with one legend for all of them. Of a curve of more
// points than it has across, each place's smallest and largest value are drawn.
Drawing page_of(std::span<const Chart> charts, std::string_view title, int columns = 1,
                const PageLook& look = {});
// The same within a box of a larger page.
void draw_charts(Drawing& page, const Drawing::Box& box, std::span<const Chart> charts,
                 std::string_view title, int columns, const PageLook& look);

// SVG in the program's own font, or what takes its place where a reader lacks it.
std::string to_svg(const Drawing& page);
std::string to_pdf(const Drawing& page);

}  // namespace muonscope::plots

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/gui/plots/chart.h"
#include "app/gui/plots/table.h"

// Drawings for paper: black on white, axes with round numbers, a legend. Text stays text. Sizes in
// points.
namespace muonscope::plots {

// One chart. Of a curve of more points than it has across, each place's smallest and largest value
// are drawn.
std::string to_svg(const Chart& chart, std::string_view title, int width = 640, int height = 400);
// Small multiples, so many side by side.
std::string to_svg(std::span<const Chart> charts, std::string_view title, int columns);
// A table over steps: see chart_of.
std::string to_svg(const Table& table, std::string_view title);

}  // namespace muonscope::plots

#pragma once

#include <string>
#include <string_view>

#include "app/gui/plots/table.h"
#include "app/gui/theme.h"

namespace muonscope::plots {

// A table over steps as a drawing for paper: the first column across, the others as lines in their
// lane's colour and dash, axes with round numbers and a legend; black on white whatever the theme.
// Of more rows than it has points across, each point's smallest and largest value are drawn, and
// where a row stands for more steps than its own their range is a pale area behind the line. Text
// stays text. Width and height in points.
std::string to_svg(const Table& table, std::string_view title, int width = 640, int height = 400);

}  // namespace muonscope::plots

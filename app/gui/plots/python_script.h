#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/plots/chart.h"
#include "app/gui/plots/page.h"

namespace muonscope::plots {

// Charts that stand together, side by side as many as `columns`, in a part of the figure: shares of
// its width and height, from its upper left corner.
struct PlacedCharts {
    double x = 0, y = 0, width = 1, height = 1;
    std::string title = {};
    std::vector<Chart> charts = {};
    int columns = 1;
};
// Of the script what draws them. The look has a height.
std::string python_part(const PlacedCharts& part, const PageLook& look);
// A Python script that draws all parts with NumPy and matplotlib alone, the data inside: `python3
// FILE` shows the figure, `python3 FILE OUT.pdf` writes it.
std::string to_python(std::span<const std::string> parts, std::string_view title,
                      const PageLook& look);

}  // namespace muonscope::plots

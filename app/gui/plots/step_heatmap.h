#pragma once

#include <vector>

#include "app/gui/colour_map.h"
#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/texture.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"

// Series over steps as a picture: a column a bin, two rows a series, the largest of the bin above,
// the smallest below.
namespace muonscope::plots {

struct StepHeatmap {
    static constexpr int most_series = 64;

    Texture texture{Texture::widest, 2 * most_series};
    double low = 0, high = 0;  // what the colours span
    bool logarithmic = false, drawn = false;
    int rows = 0;
    gui::ColourMap colours = gui::ColourMap::viridis;
    std::vector<float> lows, highs;  // scratch
};

// On a plot whose value axis has series k, from 1, at −k. `changed`: the series have, since it was
// drawn last.
void draw_step_heatmap(gui::PanelContext& context, const Axes& plot, int series,
                       const Reduction& reduction, bool changed, const ValueRange& range,
                       StepHeatmap& map);
// The value axis of such a plot.
ValueRange rows_range(int series);
// 1, 2, … on so many pixels.
Ticks row_ticks(int series, float height);

// What the colours are, right of a plot, its ends named.
float colour_bar_width();
void draw_colour_bar(const gui::PanelContext& context, const Axes& beside, const ValueRange& range);

}  // namespace muonscope::plots

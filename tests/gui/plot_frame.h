#pragma once

#include <cmath>

#include "app/gui/theme.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

// The largest plot of a panel, as it was drawn: its frame, and the labels of its axes.
namespace muonscope::gui {

struct PlotFrame {
    ImVec2 min, max;
    Drawing below, beside;  // words of the labels of steps, of values

    Scale across() const { return Scale::across(below, {0, 0}, {4000, 3000}); }
    Scale up() const { return Scale::up(beside, {0, 0}, {4000, 3000}); }
};

// Of the window whose name begins so.
inline PlotFrame plot_frame(Harness& harness, const char* window) {
    const Drawing all = drawing().in(window);
    PlotFrame frame;
    for (const Shape& shape : all.of_colour(u32(theme_for(harness.preferences, 1).border)))
        if (shape.corners.size() <= 16 && shape.max.y - shape.min.y > 60 &&
            shape.max.x - shape.min.x > frame.max.x - frame.min.x) {
            // Cards have a border too: a plot's has labels below it.
            PlotFrame candidate{shape.min, shape.max, {}, {}};
            for (const Word& word : all.words) {
                const float gap = candidate.min.x - word.max.x;
                if (std::abs(word.min.y - candidate.max.y) < 8)
                    candidate.below.words.push_back(word);
                if (gap > -1 && gap < 9 && word.max.y > candidate.min.y &&
                    word.min.y < candidate.max.y)
                    candidate.beside.words.push_back(word);
            }
            if (candidate.below.words.size() > 1) frame = candidate;
        }
    return frame;
}

}  // namespace muonscope::gui

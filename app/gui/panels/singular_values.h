#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/texture.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/plots/value_axis.h"
#include "core/base/types.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {
struct Problem;
}

// What the panel of singular values keeps between frames, and its heatmap.
namespace muonscope::gui {

// Singular values over steps as a picture: a column a bin, two rows an index: the largest of the
// bin above, the smallest below.
struct Heatmap {
    plots::Texture texture{plots::Texture::widest, 128};
    double low = 0, high = 0;  // what the colours span
    bool logarithmic = false, drawn = false;
    int rows = 0;
};

// Theory's curves for one lane, up to the step where the axis ends.
struct Theory {
    std::shared_ptr<const Problem> problem;
    OptimizerSpec optimizer;
    double to = 0;
    Matrix modes;  // modes x samples, evenly spaced from step 0
};

struct SingularValuesView {
    std::map<int, Theory> theories;   // by lane
    std::map<int, Heatmap> heatmaps;  // likewise
    std::vector<float> lows, highs;   // scratch
};

// One lane's heatmap on a plot whose value axis has mode k at −k. `changed`: the curves have, since
// it was drawn last.
void draw_heatmap(PanelContext& context, const plots::Axes& plot, int modes,
                  const plots::Reduction& reduction, bool changed, const plots::ValueRange& range,
                  int lane);
void draw_colour_bar(const PanelContext& context, ImVec2 from, ImVec2 to,
                     const plots::ValueRange& range);
// Of modes 1, 2, … on so many pixels.
plots::Ticks heatmap_ticks(int count, float height);

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/later.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/texture.h"
#include "core/base/types.h"

// What the plots keep between frames, so that nothing is computed twice. It hangs on the view
// state; forgetting it costs one slow frame and nothing else.
namespace muonscope::plots {

// The vertical axis of one plot, in positions (log10 of the value when logarithmic).
struct ValueAxis {
    double min = 0, max = 1;
    bool known = false;    // a range was set before
    bool manual = false;   // the user moved it; double click fits again
    bool hovered = false;  // last frame: only then does the wheel act on it
    AxisScale scale;
    bool at_floor = false;
    int frame = -1;  // moved on once a frame, however many plots share it
};

// Points of one lane after each layer, in the plane of the target's leading directions.
struct Representation {
    std::shared_ptr<const std::vector<Matrix>> weights;  // what it was computed from
    std::shared_ptr<const Problem> problem;
    std::vector<Matrix> layers;  // 2 x points, after layer 1 ... L
    Later<std::vector<Matrix>> later;
};

// The product in the target's basis, rows x cols as shown.
struct BasisProduct {
    std::shared_ptr<const std::vector<Matrix>> weights;
    std::shared_ptr<const Problem> problem;
    Matrix values;
    Later<Matrix> later;
    // Drawn once for what it was drawn of.
    Texture picture{512, 512};
    int side = 0;  // pixels; 0: not drawn
    std::vector<ImU32> colours;
};

// Singular values over steps as a picture: a column a bin, two rows an index: the largest of the
// bin above, the smallest below.
struct Heatmap {
    Texture texture{Texture::widest, 128};
    double low = 0, high = 0;  // what the colours span
    bool logarithmic = false, dark = true, drawn = false;
    int rows = 0;
};

// The shapes of classes, drawn once for the size they are shown at.
struct Markers {
    Texture texture{512, 64};
    int radius = 0;  // tenths of a pixel; 0: not drawn
};

// A dotted line one pixel high, drawn once for the dots of this scale.
struct Dots {
    Texture texture{Texture::widest, 1};
    float on = 0, off = 0;  // pixels; 0: not drawn
};

// Theory's curves for one lane, up to the step where the axis ends.
struct Theory {
    std::shared_ptr<const Problem> problem;
    OptimizerSpec optimizer;
    double to = 0;
    Matrix modes;  // modes x samples, evenly spaced from step 0
};

struct Memory {
    struct Key {
        int panel, lane;
        bool operator<(const Key& other) const {
            return panel != other.panel ? panel < other.panel : lane < other.lane;
        }
    };
    std::map<Key, HistoryReduction> reductions;
    std::map<int, Theory> theories;   // by lane
    std::map<int, Heatmap> heatmaps;  // singular values over steps, by lane
    Markers markers;
    Dots dots;
    std::map<int, ValueAxis> axes;  // by panel
    std::map<int, Representation> representations;
    Representation start;  // of the shared start
    std::map<int, BasisProduct> products;

    int frame = -1;            // of the newest begin_frame()
    double hovered_step = -1;  // where the mouse is on some step axis; < 0: nowhere
    double hovered_next = -1;
    std::vector<CurvePoint> points;  // scratch
    std::vector<CurvePoint> line;
    std::vector<BandColumn> columns;
    std::vector<ImVec2> pixels;
    std::vector<float> lows, highs;
    std::vector<ImU32> colours;
};

// The memory of this view, made when first asked for.
Memory& memory(gui::PanelContext& context);

}  // namespace muonscope::plots

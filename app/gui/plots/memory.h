#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/texture.h"

// What the plots keep between frames, so that nothing is computed twice. Kept with the view;
// forgetting it costs one slow frame and nothing else.
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

// A dotted line one pixel high, drawn once for the dots of this scale.
struct Dots {
    Texture texture{Texture::widest, 1};
    float on = 0, off = 0;  // pixels; 0: not drawn
};

struct Memory {
    struct Key {
        int panel, lane;
        bool operator<(const Key& other) const {
            return panel != other.panel ? panel < other.panel : lane < other.lane;
        }
    };
    std::map<Key, HistoryReduction> reductions;
    Dots dots;
    std::map<int, ValueAxis> axes;  // by panel

    int frame = -1;            // of the newest begin_frame()
    double hovered_step = -1;  // where the mouse is on some step axis; < 0: nowhere
    double hovered_next = -1;
    std::vector<CurvePoint> points;  // scratch
    std::vector<CurvePoint> line;
    std::vector<BandColumn> columns;
    std::vector<ImVec2> pixels;
};

// The memory of this view, made when first asked for.
Memory& memory(gui::PanelContext& context);

}  // namespace muonscope::plots

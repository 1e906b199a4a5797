#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/reduction.h"
#include "app/gui/plots/texture.h"
#include "app/gui/plots/value_axis.h"

// What the plots keep between frames, so that nothing is computed twice. Kept with the view;
// forgetting it costs one slow frame and nothing else.
namespace muonscope::plots {

// A dotted line one pixel high, drawn once for the dots of this scale.
struct Dots {
    Texture texture{Texture::widest, 1};
    float on = 0, off = 0;  // pixels; 0: not drawn
};

struct Memory {
    struct Key {
        std::string axis;
        int lane;
        bool operator<(const Key& other) const {
            return axis != other.axis ? axis < other.axis : lane < other.lane;
        }
    };
    std::map<Key, HistoryReduction> reductions;
    Dots dots;
    std::map<std::string, ValueAxis, std::less<>> axes;  // by name

    int frame = -1;            // of the newest begin_frame()
    double hovered_step = -1;  // where the mouse is on some step axis; < 0: nowhere
    double hovered_next = -1;
    std::vector<CurvePoint> points;  // scratch
    std::vector<CurvePoint> line;
    std::vector<BandColumn> columns;
    std::vector<ImVec2> pixels;

    ValueAxis& axis(std::string_view name);
};

// The memory of this view, made when first asked for.
Memory& memory(gui::PanelContext& context);

// Once a frame, by whichever plot comes first: moves the shared step axis on.
void begin_frame(gui::PanelContext& context);

}  // namespace muonscope::plots

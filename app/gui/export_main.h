#pragma once

#include <functional>
#include <string>

#include "app/gui/plots/page.h"
#include "app/gui/render_main.h"

namespace muonscope::gui {

struct ExportOptions {
    RenderOptions run;       // its size and scale follow from the look
    std::string what;        // svg, pdf, png, csv, csv-all, md, tex, py, frames, mp4 or gif
    std::string plot;        // of a table: which of the panel's; empty: the only one
    plots::PageLook look{};  // a width of 0: 175 mm for a panel, 320 mm for the whole window
    int dpi = 300;           // of pictures
    int frames = 100;        // of an animation
    int rate = 25;           // a second
    // Asked before each frame, with how many are done; false: it is to end.
    std::function<bool(int frames)> goes_on = [](int) { return true; };
};
inline constexpr int called_off = -1;

// What is on the screen, into a file. Throws Error; returns 0, or called_off.
int export_window(const ExportOptions& options);

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/collection.h"
#include "app/gui/plots/page.h"
#include "app/gui/plots/python_script.h"

// What a frame draws, as one figure: every plot where it stands on the screen.
namespace muonscope::gui {

struct FigurePlot {
    std::string name;
    ImVec2 from, to;     // pixels
    int panel = -1;      // whose it is
    int index = 0;       // among the plots that the frame offers
    bool drawn = false;  // has charts
};
struct FigurePanel {
    const Panel* panel = nullptr;
    ImVec2 from, to;
};
struct FigureLayout {
    std::vector<FigurePlot> plots;  // each once, though lanes side by side offer the same
    std::vector<FigurePanel> panels;
};

using DrawFrame = std::function<void()>;

// Draws a frame and says what is in it.
FigureLayout layout_of(const PanelContext& context, const DrawFrame& draw);
// Draws a frame and hands over what is wanted, while it is drawn.
void with_plots(const PanelContext& context, const DrawFrame& draw, const FigureLayout& layout,
                const std::function<void(const FigurePlot&, const plots::OfferedPlot&)>& use);

// What the frame looks like, for what is no drawing.
struct Screen {
    int width = 0, height = 0;  // pixels; 0: it is left out
    std::vector<std::uint8_t> rgb = {};
    ImVec2 origin = {0, 0}, scale = {1, 1};  // of Dear ImGui's coordinates
};
// All plots on one page. Of several panels each has its title; what has no charts is cut out of
// the screen. A height of 0 is that of the screen's shape, but no higher than wide.
Drawing figure_page(const PanelContext& context, const DrawFrame& draw, const FigureLayout& layout,
                    const plots::PageLook& look, const Screen& screen);
// The same as a script, without pictures.
std::string figure_script(const PanelContext& context, const DrawFrame& draw,
                          const FigureLayout& layout, const plots::PageLook& look);

// The figure of the open window, while it goes on: asked for with a path that ends in .svg, .pdf or
// .py, written two frames later. What goes wrong is said in the window.
void ask_for_figure(ViewState& view, const std::string& path);
// Before a frame is built, and when it has been drawn; `pixels` are read where they are needed.
void begin_figure(PanelContext& context);
void end_figure(PanelContext& context, const std::function<Screen()>& pixels);

}  // namespace muonscope::gui

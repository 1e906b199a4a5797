#pragma once

#include <functional>
#include <string>

#include "app/gui/panel.h"
#include "app/gui/plots/export_menu.h"

// Whoever exports without a menu is handed every plot that a frame draws, while it is drawn.
namespace muonscope::plots {

struct OfferedPlot {
    std::string name;
    ImVec2 from, to;  // where it is, pixels
    const Exports& exports;
    const gui::PanelContext& paper;  // in light colours
};

struct Collection {
    std::function<void(const OfferedPlot&)> take = {};  // empty: nobody asks
    // Likewise each panel, before its plots.
    std::function<void(const gui::Panel&, ImVec2 from, ImVec2 to)> take_panel = {};
};

}  // namespace muonscope::plots

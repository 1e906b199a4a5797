#pragma once

#include <span>
#include <string>

#include "app/gui/plots/step_plot.h"

// What a plot says of the place under the mouse.
namespace muonscope::plots {

// A small card beside the mouse: a title, then a swatch, a name and a value a row.
struct ReadoutRow {
    std::string name, value;
    ImVec4 colour;
};
void draw_readout(gui::PanelContext& context, const std::string& title,
                  std::span<const ReadoutRow> rows);
void draw_dot(const gui::PanelContext& context, const Axes& plot, double step, double value,
              const ImVec4& colour);

}  // namespace muonscope::plots

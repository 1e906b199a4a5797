#pragma once

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"

namespace muonscope::plots {

// Points in their shapes, never told apart by colour alone. Those of one radius are one picture, a
// triangle a point, however many they are. Points all in one colour show once a pixel.
void draw_markers(gui::PanelContext& context, const Axes& axes, const Points& points);

}  // namespace muonscope::plots

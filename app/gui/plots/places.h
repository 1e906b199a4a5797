#pragma once

#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"

namespace muonscope::plots {

// A step of a curve that a word is said of.
struct PlacedStep {
    double step = 0, value = 0;
    std::string word;
    ImVec4 colour = {};
};

// Every place has its dot; words stand where they do not meet one another.
void draw_places(const gui::PanelContext& context, const Axes& plot,
                 const std::vector<PlacedStep>& places);

}  // namespace muonscope::plots

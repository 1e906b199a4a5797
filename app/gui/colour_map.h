#pragma once

#include <span>

#include "imgui.h"

namespace muonscope::gui {

// Sequential colour maps, dark to light: matplotlib's viridis, inferno, magma and plasma (van der
// Walt and Smith 2015) and cividis (Nuñez, Anderton and Renslow 2018), whose tables are CC0.
enum class ColourMap { viridis, inferno, magma, plasma, cividis };

struct ColourMapInfo {
    ColourMap map;
    const char* name;
    // Where on it a line has 3:1 on the card: from here up to the light end on the dark card, from
    // the dark end up to here on the light one.
    double dark_from, light_to;
};
std::span<const ColourMapInfo> colour_maps();
const ColourMapInfo& map_info(ColourMap map);

// Its colour at x in [0, 1]; what is not finite is 0. Within 5/255 of matplotlib's in each channel.
ImVec4 colour_of(ColourMap map, double x);

}  // namespace muonscope::gui

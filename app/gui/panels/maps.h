#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "app/gui/orbit.h"
#include "app/gui/panels/maps_bodies.h"
#include "app/gui/plots/export_menu.h"
#include "app/render/scene.h"

// What the files of the panel of maps share: its choices, where its pictures stand, and what is in
// them.
namespace muonscope::gui {

struct MapsChoices : Orbit {
    bool update = false;                // −G beside the step, instead of weights
    bool shape = false;                 // each at its own size, instead of all to one scale
    bool target = true;                 // the target's, as wire
    int source = -1;                    // -1: all, 0: the product, l: layer l
    std::array<int, 3> which{0, 1, 2};  // singular directions, from 0
};

struct MapsView {
    std::map<int, LaneBodies> lanes;
    int hovered = -1;  // cell, in the newest frame
};

// One picture: a body, or the reason why it is missing, with the target's around it.
struct MapCell {
    std::string title;  // "layer 1", "product", and which body where there are two
    MapBody body;
    ImVec2 corner, size;  // pixels, from the sheet's corner
    double reach = 1;     // how far the longest axis goes that is drawn at this scale
    double shrink = 1;    // drawn so many times as long as it is
    Eigen::Matrix3d target = Eigen::Matrix3d::Zero();  // the target's semi-axes, as drawn; 0: none
};
// All pictures of a panel of some size, with the words around them.
struct MapsSheet {
    ImVec2 size;
    std::vector<MapCell> cells;
    float title = 0, foot = 0;  // pixels: above and below each picture
    int columns = 1;            // pictures of one lane
    int lanes_across = 1;
    std::string left_out;  // maps for which there is no room: "layers 2 to 6"
    float caption = 0;     // pixels, at the bottom
};
MapsSheet maps_sheet(PanelContext& context, ImVec2 size);
// The sources that a sheet of this size would show, in their order: layers, then the product.
std::vector<int> sources_shown(const PanelContext& context, ImVec2 size);

Scene scene_of(const PanelContext& context, const MapCell& cell);
Picture picture_of(const PanelContext& context, const MapsSheet& sheet, ImVec2 pixels_per_unit);
// Colour of the first, second or third of the directions chosen.
ImVec4 axis_colour(const Theme& theme, int k);

std::string caption_of(const PanelContext& context, const MapsSheet& sheet);
// "ball", "needle" …: empty where it is nothing of these.
std::string shape_word(const SphereImage& image);

// Pictures and words, into any list: of the window, or of a file at another size. `name`: of the
// picture, see Renderer::image.
void draw_sheet(PanelContext& context, ImDrawList* list, const MapsSheet& sheet, ImVec2 origin,
                const char* name);

// What leaves the program.
plots::Table maps_table(const MapsSheet& sheet);
std::vector<plots::Chart> maps_charts(const PanelContext& context, const MapsSheet& sheet);
void save_maps_picture(PanelContext& context, ImVec2 size, const std::string& path, int width);

}  // namespace muonscope::gui

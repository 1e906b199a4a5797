#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/gui/orbit.h"
#include "app/gui/panels/representation_places.h"
#include "app/gui/panels/representation_points.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/table.h"
#include "core/measure/class_spread.h"

// What the files of the panel of representations share.
namespace muonscope::gui {

enum class RepresentationsAs { plane, space, similarity, likeness };

struct RepresentationsChoices : Orbit {
    int view = -1;       // RepresentationsAs; −1: as the task asks
    int directions = 0;  // FramesOf
    int first = 0;       // the first of them, from 1; 0: as the task asks
    int level = 3;       // of a tree's branches, from 1
    int coloured = 1;    // of a transformer's positions: by which of their classes, from 1
    int trail = 0;       // samples
    int layer = 0;       // 0: all
    bool start = true;   // grey: where the points were
    bool spread = true;  // means of classes, and one standard deviation around them
    bool own_scale = false;
    int leading = 2;  // directions of subspaces that are compared
    // Of likeness: what is drawn over steps.
    bool over_steps = false;
    int measure = 0, with = 1;

    bool tree = false, chain = true;  // of the newest frame
    // Of a tree what is alike says most: two directions are too few for all of its branches.
    RepresentationsAs as() const {
        if (view >= 0) return static_cast<RepresentationsAs>(view);
        return tree ? RepresentationsAs::similarity : RepresentationsAs::plane;
    }
    // A transformer has no target's directions.
    FramesOf frames() const {
        const auto of = static_cast<FramesOf>(directions);
        return chain || of != FramesOf::target ? of : FramesOf::principal;
    }
};

// One picture: a layer of a lane, or of a transformer the stream at one place.
struct RepresentationCell {
    int lane = 0, layer = 0;  // from 0
    ImVec2 corner, size;      // pixels, from the panel's own corner
    PointBox box;             // what is to be seen
    double reach = 1;         // from its middle to the farthest point of it
};
struct RepresentationSheet {
    ImVec2 size;
    RepresentationPlaces places;
    std::vector<RepresentationCell> cells;
};
RepresentationSheet representation_sheet(PanelContext& context, ImVec2 size);

// What each picture of points shows: one box for all lanes of a layer, or each its own.
void set_boxes(const PanelContext& context, RepresentationSheet& sheet);
// The first of the directions that are drawn, from 0.
int chosen_first(const PanelContext& context);

// The points of a cell; null: none yet.
const DrawnPoints* points_in(const PanelContext& context, const RepresentationCell& cell);
const Matrix* drawn_at(const PanelContext& context, const RepresentationCell& cell);
// Whose points they are, and of which step where that is not the newest; and of which layer.
std::string lane_title(const PanelContext& context, int lane);
std::string picture_title(const PanelContext& context, const RepresentationCell& cell);
// Means and spreads of its classes, in the space and in the plane that are drawn; empty: no points.
struct CellSpreads {
    PointsOf of;
    std::size_t level = 0;
    std::vector<ClassSpread> space, plane;
};
const CellSpreads& spreads_in(const PanelContext& context, const RepresentationCell& cell);
// Which level of classes colours them, from 0, and how many classes it has.
std::size_t colour_level(const PanelContext& context);
int classes_of(const PanelContext& context);
const std::vector<int>& kinds_of(const PanelContext& context);
ImVec4 kind_colour(const PanelContext& context, int kind);
std::string kind_name(const PanelContext& context, int kind);
// "point 12"; of a transformer the tokens that it stands behind, and the right one.
std::string point_name(const PanelContext& context, std::size_t point);
int layers_of(const PanelContext& context);
const std::string& layer_name(const PanelContext& context, int layer);
// "target's 1, 2", as far as the view has directions.
std::string directions_text(const PanelContext& context);

// Whether means of classes and what is around them are drawn: of more classes than there are
// colours for, of tokens, they would lie over everything.
bool shows_spreads(const PanelContext& context);

// Names of lanes and layers around all pictures, and of a transformer what the colours are.
void draw_names(PanelContext& context, ImDrawList* list, const RepresentationSheet& sheet,
                ImVec2 origin);
// What is said of a point, with the mouse on it.
void say_point(PanelContext& context, const RepresentationCell& cell, int point);

// The four views, in what is left of the window.
void draw_plane(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin);
void draw_space(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin);
void draw_similarity(PanelContext& context, const RepresentationSheet& sheet, ImVec2 origin);
void draw_likeness(PanelContext& context);

// What leaves the program: a row a point that is drawn. `shown`: whether a point is in the picture.
plots::Table points_table(const PanelContext& context, const RepresentationSheet& sheet,
                          const std::function<bool(std::size_t cell, double x, double y)>& shown);

}  // namespace muonscope::gui

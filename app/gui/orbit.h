#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/gui/panel.h"
#include "app/render/scene.h"

// Pictures of things in space that are turned together: from where they are seen, the mouse that
// turns them, and the picture again at another size.
namespace muonscope::gui {

// Seen from half right and half above, so that no axis lies along the view.
inline constexpr double oblique_around = -0.5, oblique_above = 0.42;

struct Orbit {
    double around = oblique_around, above = oblique_above, zoom = 1;
};
// Under names that begin with `prefix`.
void remember_orbit(std::vector<Remembered>& choices, const std::string& prefix, Orbit& orbit);

// `reach`: how far from the middle anything goes; it has some room around it at zoom 1.
Camera camera_of(const Orbit& orbit, double reach,
                 const Eigen::Vector3f& middle = Eigen::Vector3f::Zero());

// A quiet drop-down of named views.
float view_picker_width();
void view_picker(PanelContext& context, Orbit& orbit, float width);
// A drag turns, the wheel zooms, a double click goes back. Of an item that is hovered, or pressed.
void use_orbit_mouse(Orbit& orbit, bool hovered, bool pressed);

Colour colour_of(const ImVec4& colour, float opacity = 1);
// A floor tells above from below; it lies under things that reach so far from the middle.
void add_floor(const Theme& theme, double reach, const Eigen::Vector3f& middle, Scene& scene);

// A panel's picture into a PNG of this width: `draw` draws it into a list at a size, in the theme
// that it is given; words and lines grow with it. Throws Error where nothing is drawn.
void save_larger(
    PanelContext& context, ImVec2 size, const std::string& path, int width,
    const std::function<void(PanelContext&, ImDrawList*, ImVec2 at, ImVec2 size)>& draw);

}  // namespace muonscope::gui

#pragma once

#include <Eigen/Core>
#include <array>
#include <vector>

#include "app/render/pixels.h"

// Pictures of things in space, said as values: a renderer draws them (renderer.h), and what is
// equal to what it drew last is not drawn again. Projection is orthographic: a ball is a circle
// wherever it lies, and the outline of an ellipsoid is an ellipse.
namespace muonscope {

// Red, green, blue, opacity as they are shown, 0 to 1.
using Colour = std::array<float, 4>;

struct Camera {
    // Rows: what points right, up and towards the viewer; orthonormal.
    Eigen::Matrix3f turn = Eigen::Matrix3f::Identity();
    Eigen::Vector3f middle = Eigen::Vector3f::Zero();  // of the picture
    float reach = 1;  // from the middle to the nearer edges, in units of the world

    bool operator==(const Camera& other) const {
        return turn == other.turn && middle == other.middle && reach == other.reach;
    }
};
// From the front (x right, y up, z towards the viewer), turned to the right by `around` and lifted
// by `above`, radians.
Eigen::Matrix3f turned(float around, float above);
// Where a point is seen in a picture of this size: pixels from its upper left corner.
Eigen::Vector2f seen_at(const Camera& camera, const Eigen::Vector3f& point, int width, int height);
float pixels_per_unit(const Camera& camera, int width, int height);

struct Ellipsoid {
    Eigen::Matrix3f axes = Eigen::Matrix3f::Identity();  // columns: semi-axes
    Eigen::Vector3f centre = Eigen::Vector3f::Zero();
    Colour colour{};

    bool operator==(const Ellipsoid& other) const {
        return axes == other.axes && centre == other.centre && colour == other.colour;
    }
};

// As many pixels wide wherever it lies. dash 0: solid.
struct Polyline {
    std::vector<Eigen::Vector3f> points;
    Colour colour{};
    float width = 1.5F, dash = 0, gap = 0;  // pixels
    float behind = 0;                       // what of it shows where a surface hides it, 0 to 1
    bool closed = false;

    bool operator==(const Polyline&) const = default;
};

// The area between two lines of as many points.
struct Band {
    std::vector<Eigen::Vector3f> one, other;
    Colour colour{};

    bool operator==(const Band&) const = default;
};

enum class PointShape { disc, square, diamond, up, down, plus, cross, ring };
struct PointCloud {
    std::vector<Eigen::Vector3f> at;
    std::vector<Colour> colours;     // of each; one: of all
    std::vector<PointShape> shapes;  // of each; one: of all; none: discs
    float radius = 3, rim = 0;       // pixels
    Colour rim_colour{};             // tells a point from what lies below
    float behind = 0;                // what of them shows where a surface hides them

    bool operator==(const PointCloud&) const = default;
};

// A matrix on a rectangle, each value in the colour of its share of a range.
struct Heatmap {
    int rows = 0, columns = 0;
    std::vector<float> values;    // row by row; one that is not finite has the colour `none`
    std::vector<Colour> colours;  // from `low` to `high`, evenly
    float low = 0, high = 1;
    Colour none{};
    // Where the first entry's outer corner is, the way to the end of its row and of its column.
    Eigen::Vector3f corner{-1, 1, 0}, right{2, 0, 0}, down{0, -2, 0};

    bool operator==(const Heatmap&) const = default;
};

struct Grid {
    Eigen::Vector3f corner{-1, -1, 0}, right{2, 0, 0}, up{0, 2, 0};  // to their ends
    int across = 2, along = 2;                                       // cells
    Colour colour{};
    float width = 1;  // pixels

    bool operator==(const Grid&) const = default;
};

struct Scene {
    Camera camera;
    std::vector<Heatmap> heatmaps{};
    std::vector<Ellipsoid> ellipsoids{};
    std::vector<Grid> grids{};
    std::vector<Band> bands{};
    std::vector<Polyline> lines{};
    std::vector<PointCloud> points{};

    bool operator==(const Scene&) const = default;
};
// How far from the camera's middle anything of it reaches, at least.
float extent_of(const Scene& scene);

// Scenes side by side on one ground.
struct Pane {
    PixelArea area;
    Scene scene;

    bool operator==(const Pane&) const = default;
};
struct Picture {
    Colour ground{};
    std::vector<Pane> panes{};

    bool operator==(const Picture&) const = default;
};

}  // namespace muonscope

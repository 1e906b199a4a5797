#include "app/gui/plots/markers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <set>
#include <utility>

#include "app/gui/plots/texture.h"
#include "app/gui/theme.h"
#include "core/base/choice.h"

namespace muonscope::plots {

using gui::em;
using gui::u32;

namespace {

// How deep a point lies inside a shape of radius 1, as a distance; negative outside.
float inside(Shape shape, float x, float y) {
    const float ax = std::abs(x), ay = std::abs(y);
    switch (shape) {
        case Shape::disc:
            return 1 - std::hypot(x, y);
        case Shape::square:
            return 0.85F - std::max(ax, ay);
        case Shape::diamond:
            return (1.2F - ax - ay) * 0.7071F;
        case Shape::up:
            return std::min(0.75F - y, (1.15F + y - 1.8F * ax) * 0.49F);
        case Shape::down:
            return std::min(0.75F + y, (1.15F - y - 1.8F * ax) * 0.49F);
        case Shape::plus:
            return std::max(std::min(0.36F - ax, 1.1F - ay), std::min(0.36F - ay, 1.1F - ax));
        case Shape::cross: {
            const float u = std::abs(x + y) * 0.7071F, v = std::abs(x - y) * 0.7071F;
            return std::max(std::min(0.36F - u, 1.15F - v), std::min(0.36F - v, 1.15F - u));
        }
        case Shape::ring:
            break;
    }
    return std::min(1 - std::hypot(x, y), std::hypot(x, y) - 0.5F);
}

// A point is drawn as one triangle around its square, so that a cell is twice as wide as its shape.
int cell_size(float radius) {
    return 2 * (static_cast<int>(std::ceil(2.4F * radius)) + 2);
}

// Half the side of the square that holds a shape and its soft edge.
float half_size(Shape shape, float radius) {
    constexpr std::array<float, shapes> reach{1, 0.85F, 1.2F, 1.15F, 1.15F, 1.1F, 1.1F, 1};
    return reach[place_of(shape)] * radius + 0.75F;
}

// Of a shape whose cell is as high as the picture.
constexpr float largest_radius = 25;

// The shapes, drawn once for the size they are shown at.
struct Markers {
    Texture texture{1024, 128};
    int radius = 0;      // tenths of a pixel; 0: not drawn
    int last_shown = 0;  // frame
};
// A picture a size: sizes that are shown together must not paint over one another.
struct AllMarkers {
    std::list<Markers> sizes;
};
constexpr int frames_kept = 120;

// That of this size, or one that nobody has looked at for a while.
Markers& markers_of(gui::PanelContext& context, float radius) {
    std::list<Markers>& all = context.kept<AllMarkers>().sizes;
    const int now = ImGui::GetFrameCount(), wanted = static_cast<int>(radius * 10);
    auto found = std::find_if(all.begin(), all.end(),
                              [&](const Markers& one) { return one.radius == wanted; });
    if (found == all.end())
        found = std::find_if(all.begin(), all.end(), [&](const Markers& one) {
            return now - one.last_shown > frames_kept;
        });
    if (found == all.end()) found = all.emplace(all.end());
    found->last_shown = now;
    return *found;
}

// White shapes with soft edges, side by side; the colour comes with each point.
bool prepare(Markers& markers, float radius) {
    const int wanted = static_cast<int>(radius * 10);
    if (markers.radius == wanted && markers.texture.ready()) return true;
    const int cell = cell_size(radius);
    if (cell * shapes > markers.texture.width() || cell > markers.texture.height()) return false;
    ImU32* pixels = markers.texture.write(cell * shapes, cell);
    if (pixels == nullptr) return false;
    const float centre = static_cast<float>(cell) / 4;
    for (int y = 0; y < cell; ++y)
        for (int shape = 0; shape < shapes; ++shape)
            for (int x = 0; x < cell; ++x) {
                const float dx = (static_cast<float>(x) + 0.5F - centre) / radius;
                const float dy = (static_cast<float>(y) + 0.5F - centre) / radius;
                const float depth = inside(static_cast<Shape>(shape), dx, dy) * radius;
                const float cover = std::clamp(depth + 0.5F, 0.0F, 1.0F);
                pixels[y * markers.texture.width() + shape * cell + x] =
                    IM_COL32(255, 255, 255, static_cast<int>(cover * 255));
            }
    markers.radius = wanted;
    return true;
}

Shape kind_of(const Points& points, std::size_t i) {
    return points.kinds.empty() ? points.kind : points.kinds[i];
}
ImU32 colour_of(const Points& points, std::size_t i) {
    ImVec4 colour = points.colours.empty() ? points.colour : points.colours[i];
    colour.w *= points.fade;
    return u32(colour);
}

bool within(const Axes& axes, ImVec2 at) {
    return at.x >= axes.position.x && at.x <= axes.right() && at.y >= axes.position.y &&
           at.y <= axes.bottom();
}

// One triangle of the picture of shapes.
void add_triangle(ImDrawList* draw, const Markers& markers, Shape shape, ImVec2 centre,
                  float radius, ImU32 colour) {
    const auto size = static_cast<float>(cell_size(radius));
    const float width = static_cast<float>(markers.texture.width());
    const float height = static_cast<float>(markers.texture.height());
    const float half = half_size(shape, radius);
    const ImVec2 middle{size * (static_cast<float>(shape) + 0.25F), size / 4};
    for (const auto& [right, down] : {std::pair{-1.0F, -1.0F}, {3.0F, -1.0F}, {-1.0F, 3.0F}})
        draw->PrimVtx({centre.x + right * half, centre.y + down * half},
                      {(middle.x + right * half) / width, (middle.y + down * half) / height},
                      colour);
}

void draw_many(gui::PanelContext& context, const Axes& axes, const Points& points) {
    const float radius = std::min(em(points.radius), largest_radius);
    Markers& markers = markers_of(context, radius);
    const bool textured = prepare(markers, radius);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const auto count = static_cast<int>(points.x.size());
    if (textured) draw->PushTexture(markers.texture.reference());
    const int indices = textured ? 3 : 6, vertices = textured ? 3 : 4;
    draw->PrimReserve(indices * count, vertices * count);
    int drawn = 0;
    std::set<std::pair<long, long>> taken;  // pixels
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        if (!std::isfinite(points.x[i]) || !std::isfinite(points.y[i])) continue;
        const ImVec2 centre = axes.pixel(points.x[i], points.y[i]);
        if (!within(axes, centre)) continue;
        if (points.colours.empty() &&
            !taken.emplace(std::lround(centre.x), std::lround(centre.y)).second)
            continue;
        ++drawn;
        if (textured)
            add_triangle(draw, markers, kind_of(points, i), centre, radius, colour_of(points, i));
        else
            draw->PrimRect({centre.x - radius, centre.y - radius},
                           {centre.x + radius, centre.y + radius}, colour_of(points, i));
    }
    draw->PrimUnreserve(indices * (count - drawn), vertices * (count - drawn));
    if (textured) draw->PopTexture();
}

// A few, as circles.
void draw_few(const gui::PanelContext& context, const Axes& axes, const Points& points) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const float radius = em(points.radius);
    for (std::size_t i = 0; i < points.x.size(); ++i) {
        if (!std::isfinite(points.x[i]) || !std::isfinite(points.y[i])) continue;
        const ImVec2 at = axes.pixel(points.x[i], points.y[i]);
        if (kind_of(points, i) == Shape::ring) {
            draw->AddCircle(at, radius, colour_of(points, i), 16, context.theme.line() * 0.8F);
            continue;
        }
        const int corners = points.radius > 0.25F ? 16 : 12;
        if (points.edged)
            draw->AddCircleFilled(at, radius + em(0.08F), u32(context.theme.card), corners);
        draw->AddCircleFilled(at, radius, colour_of(points, i), corners);
    }
}

}  // namespace

void draw_markers(gui::PanelContext& context, const Axes& axes, const Points& points) {
    if (points.kinds.empty())
        draw_few(context, axes, points);
    else
        draw_many(context, axes, points);
}

}  // namespace muonscope::plots

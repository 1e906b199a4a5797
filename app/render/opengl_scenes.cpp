#include "app/render/opengl_scenes.h"

#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "app/render/opengl_program.h"

namespace muonscope {
namespace {

void add(std::vector<float>& to, const Eigen::Vector3f& v) {
    to.insert(to.end(), {v.x(), v.y(), v.z()});
}
void add(std::vector<float>& to, const Colour& colour) {
    to.insert(to.end(), colour.begin(), colour.end());
}

// What of each kind of a pane stands where in the buffer that all panes share.
struct DrawnRange {
    int first = 0, count = 0;
    bool hidden = false;  // some of it shows where a surface hides it
};

// ---- values for buffers ----

constexpr int ellipsoid_floats = 16, segment_floats = 24, point_floats = 15, corner_floats = 7;

// A line of sight meets what has a volume: what is flat becomes a film or a thread.
Eigen::Matrix3f with_volume(const Eigen::Matrix3f& axes) {
    constexpr float thin = 1e-3F;
    const float size = axes.norm();
    if (std::abs(axes.determinant()) > thin * thin * size * size * size) return axes;
    const Eigen::JacobiSVD<Eigen::Matrix3f> svd(axes, Eigen::ComputeFullU | Eigen::ComputeFullV);
    const Eigen::Vector3f lengths =
        svd.singularValues().cwiseMax(std::max(thin * svd.singularValues()(0), 1e-12F));
    return svd.matrixU() * lengths.asDiagonal() * svd.matrixV().transpose();
}

DrawnRange add_ellipsoids(const Scene& scene, std::vector<float>& to) {
    const int first = static_cast<int>(to.size()) / ellipsoid_floats;
    for (const Ellipsoid& each : scene.ellipsoids) {
        const Eigen::Matrix3f axes = with_volume(each.axes);
        for (int k = 0; k < 3; ++k) add(to, Eigen::Vector3f(axes.col(k)));
        add(to, each.centre);
        add(to, each.colour);
    }
    return {first, static_cast<int>(to.size()) / ellipsoid_floats - first};
}

// Each stretch with both neighbours, and how far along the line it is on the screen: dashes do not
// stretch.
void add_line(const Polyline& line, const Camera& camera, float pixels, std::vector<float>& to) {
    const std::size_t n = line.points.size();
    if (n < 2) return;
    const std::size_t stretches = line.closed ? n : n - 1;
    const auto point = [&](std::size_t i) -> const Eigen::Vector3f& {
        return line.points[line.closed ? i % n : std::min(i, n - 1)];
    };
    float along = 0;
    for (std::size_t i = 0; i < stretches; ++i) {
        const Eigen::Vector3f eye = camera.turn * (point(i + 1) - point(i));
        const float length = pixels * std::hypot(eye.x(), eye.y());
        const std::size_t before = i > 0 ? i - 1 : (line.closed ? n - 1 : 0);
        add(to, point(before));
        to.push_back(along);
        add(to, point(i));
        to.push_back(along);
        add(to, point(i + 1));
        to.push_back(along + length);
        add(to, point(i + 2));
        to.push_back(along + length);
        add(to, line.colour);
        to.insert(to.end(), {line.width, line.dash, line.gap, line.behind});
        along += length;
    }
}

DrawnRange add_lines(const Pane& pane, std::vector<float>& to) {
    const int first = static_cast<int>(to.size()) / segment_floats;
    const Camera& camera = pane.scene.camera;
    const float pixels = pixels_per_unit(camera, pane.area.width, pane.area.height);
    bool hidden = false;
    for (const Polyline& line : pane.scene.lines) {
        add_line(line, camera, pixels, to);
        hidden = hidden || line.behind > 0;
    }
    return {first, static_cast<int>(to.size()) / segment_floats - first, hidden};
}

DrawnRange add_points(const Scene& scene, std::vector<float>& to) {
    const int first = static_cast<int>(to.size()) / point_floats;
    bool hidden = false;
    for (const PointCloud& cloud : scene.points) {
        hidden = hidden || cloud.behind > 0;
        for (std::size_t i = 0; i < cloud.at.size(); ++i) {
            const auto of = [i](const auto& values, auto none) {
                return values.empty() ? none : values[std::min(i, values.size() - 1)];
            };
            add(to, cloud.at[i]);
            add(to, of(cloud.colours, Colour{0, 0, 0, 1}));
            add(to, cloud.rim_colour);
            to.insert(to.end(),
                      {cloud.radius, static_cast<float>(of(cloud.shapes, PointShape::disc)),
                       cloud.behind, cloud.rim});
        }
    }
    return {first, static_cast<int>(to.size()) / point_floats - first, hidden};
}

DrawnRange add_bands(const Scene& scene, std::vector<float>& to) {
    const int first = static_cast<int>(to.size()) / corner_floats;
    for (const Band& band : scene.bands)
        for (std::size_t i = 0; i + 1 < std::min(band.one.size(), band.other.size()); ++i)
            for (const Eigen::Vector3f* corner :
                 {&band.one[i], &band.other[i], &band.one[i + 1], &band.one[i + 1], &band.other[i],
                  &band.other[i + 1]}) {
                add(to, *corner);
                add(to, band.colour);
            }
    return {first, static_cast<int>(to.size()) / corner_floats - first};
}

// ---- drawing ----

GLuint texture_of(GLenum format, int width, int height, GLenum layout, GLenum type,
                  const void* values) {
    GLuint texture = 0;
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, static_cast<GLint>(format), width, height, 0, layout, type,
                 values);
    for (const GLenum side : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
        glTexParameteri(GL_TEXTURE_2D, side, GL_NEAREST);
    for (const GLenum side : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T})
        glTexParameteri(GL_TEXTURE_2D, side, GL_CLAMP_TO_EDGE);
    return texture;
}

GLuint values_of(const Heatmap& map) {
    std::vector<float> values;
    values.reserve(2 * map.values.size());
    for (const float value : map.values) {
        const bool there = std::isfinite(value);
        values.push_back(there ? value : 0);
        values.push_back(there ? 1.0F : 0.0F);
    }
    return texture_of(GL_RG32F, map.columns, map.rows, GL_RG, GL_FLOAT, values.data());
}

GLuint colours_of(const Heatmap& map) {
    std::vector<std::uint8_t> bytes;
    for (const Colour& colour : map.colours)
        for (const float part : colour)
            bytes.push_back(
                static_cast<std::uint8_t>(std::lround(255 * std::clamp(part, 0.0F, 1.0F))));
    return texture_of(GL_RGBA8, static_cast<int>(map.colours.size()), 1, GL_RGBA, GL_UNSIGNED_BYTE,
                      bytes.data());
}

// World to clip space of a pane. Depth holds all that is in the scene, however far it is zoomed.
struct View {
    explicit View(const Pane& pane) : camera(pane.scene.camera) {
        const auto width = static_cast<float>(pane.area.width);
        const auto height = static_cast<float>(pane.area.height);
        const float unit = pixels_per_unit(camera, pane.area.width, pane.area.height);
        const float depth = std::max(1.03F * extent_of(pane.scene), 1e-6F);
        scale = {2 * unit / width, 2 * unit / height, -1 / depth};
        size = {width, height};
        lift = -0.01F * std::min(camera.reach, depth) / depth;
    }
    void set(const Program& program) const {
        program.set("turn", camera.turn);
        program.set("middle", camera.middle);
        program.set("scale", scale);
    }
    Camera camera;
    Eigen::Vector3f scale;
    std::array<float, 2> size{};
    float lift;
};

const std::vector<float> rectangle{0, 0, 1, 0, 0, 1, 1, 1};

}  // namespace

// One a kind of thing.
struct ScenePainter::Programs {
    struct Lazy {
        const char* name;
        std::vector<Program::Input> inputs;
        std::unique_ptr<Program> program{};
    };
    ShaderLanguage language;
    ShaderFiles files;
    Lazy ellipsoid{"ellipsoid", {{2, false}, {3}, {3}, {3}, {3}, {4}}};
    Lazy polyline{"polyline", {{2, false}, {4}, {4}, {4}, {4}, {4}, {4}}};
    Lazy band{"band", {{3, false}, {4, false}}};
    Lazy point{"point", {{2, false}, {3}, {4}, {4}, {4}}};
    Lazy heatmap{"heatmap", {{2, false}}};
    Lazy grid{"grid", {{2, false}}};
    std::string fault{};  // the first of the picture under way

    // Ready for use, or null: then why is noted.
    Program* of(Lazy& lazy, const std::vector<float>& corners) {
        if (!lazy.program) {
            lazy.program = std::make_unique<Program>(lazy.name, language, files, lazy.inputs);
            lazy.program->set_corners(corners);
        }
        if (!lazy.program->fault().empty()) {
            if (fault.empty()) fault = lazy.program->fault();
            return nullptr;
        }
        return lazy.program.get();
    }

    struct Ranges {
        DrawnRange ellipsoids, lines, points, bands;
    };
    std::vector<Ranges> fill(const Picture& picture);
    void draw(const Pane& pane, const Ranges& ranges);
    void draw_ellipsoids(const View& view, DrawnRange range);
    void draw_bands(const View& view, DrawnRange range);
    void draw_strokes(const View& view, Program* program, DrawnRange range);
    void draw_heatmap(const View& view, const Heatmap& map);
    void draw_grid(const View& view, const Grid& lines);
    Program* bodies() { return of(ellipsoid, {-1, -1, 1, -1, -1, 1, 1, 1}); }
    Program* lines() { return of(polyline, {0, -1, 1, -1, 0, 1, 1, 1}); }
    Program* marks() { return of(point, {-1, -1, 1, -1, -1, 1, 1, 1}); }
};

std::vector<ScenePainter::Programs::Ranges> ScenePainter::Programs::fill(const Picture& picture) {
    std::vector<Ranges> ranges;
    std::vector<float> balls, segments, dots, corners;
    for (const Pane& pane : picture.panes)
        ranges.push_back({add_ellipsoids(pane.scene, balls), add_lines(pane, segments),
                          add_points(pane.scene, dots), add_bands(pane.scene, corners)});
    if (Program* program = balls.empty() ? nullptr : bodies())
        program->set_instances(balls, ellipsoid_floats);
    if (Program* program = segments.empty() ? nullptr : lines())
        program->set_instances(segments, segment_floats);
    if (Program* program = dots.empty() ? nullptr : marks())
        program->set_instances(dots, point_floats);
    if (Program* program = corners.empty() ? nullptr : of(band, corners))
        program->set_corners(corners);
    return ranges;
}

void ScenePainter::Programs::draw_ellipsoids(const View& view, DrawnRange range) {
    Program* program = range.count > 0 ? bodies() : nullptr;
    if (program == nullptr) return;
    program->use();
    view.set(*program);
    program->set("size", view.size);
    program->set("line", std::max(1.0F, std::min(view.size[0], view.size[1]) / 250));
    program->draw_instances(range.first, range.count);
}

void ScenePainter::Programs::draw_bands(const View& view, DrawnRange range) {
    Program* program = range.count > 0 ? band.program.get() : nullptr;
    if (program == nullptr || !program->fault().empty()) return;
    program->use();
    view.set(*program);
    program->draw_triangles(range.first, range.count);
}

// What is behind a surface first, as far as it shows, then what is in front.
void ScenePainter::Programs::draw_strokes(const View& view, Program* program, DrawnRange range) {
    if (program == nullptr || range.count == 0) return;
    program->use();
    view.set(*program);
    program->set("size", view.size);
    program->set("lift", view.lift);
    for (const bool hidden : {true, false}) {
        if (hidden && !range.hidden) continue;
        program->set("hidden", hidden ? 1 : 0);
        glDepthFunc(hidden ? GL_GREATER : GL_LEQUAL);
        program->draw_instances(range.first, range.count);
    }
    glDepthFunc(GL_LEQUAL);
}

void ScenePainter::Programs::draw_heatmap(const View& view, const Heatmap& map) {
    Program* program = of(heatmap, rectangle);
    const auto entries = static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns);
    if (program == nullptr || entries == 0 || map.values.size() != entries || map.colours.empty())
        return;
    program->use();
    view.set(*program);
    program->set("corner", map.corner);
    program->set("right", map.right);
    program->set("down", map.down);
    program->set("range", std::array{map.low, map.high});
    program->set("none", map.none);
    program->set("values", 0);
    program->set("colours", 1);
    glActiveTexture(GL_TEXTURE1);
    const GLuint colours = colours_of(map);
    glActiveTexture(GL_TEXTURE0);
    const GLuint values = values_of(map);
    program->draw_instances(0, 1);
    for (const GLuint texture : {values, colours}) glDeleteTextures(1, &texture);
}

void ScenePainter::Programs::draw_grid(const View& view, const Grid& lines) {
    Program* program = of(grid, rectangle);
    if (program == nullptr) return;
    program->use();
    view.set(*program);
    program->set("corner", lines.corner);
    program->set("right", lines.right);
    program->set("up", lines.up);
    program->set("cells",
                 std::array{static_cast<float>(lines.across), static_cast<float>(lines.along)});
    program->set("colour", lines.colour);
    program->set("width", lines.width);
    program->draw_instances(0, 1);
}

// What covers first, and writes its depth; then what lets it shine through.
void ScenePainter::Programs::draw(const Pane& pane, const Ranges& ranges) {
    const View view(pane);
    glDepthMask(GL_TRUE);
    for (const Heatmap& each : pane.scene.heatmaps) draw_heatmap(view, each);
    draw_ellipsoids(view, ranges.ellipsoids);
    glDepthMask(GL_FALSE);
    for (const Grid& each : pane.scene.grids) draw_grid(view, each);
    draw_bands(view, ranges.bands);
    if (ranges.lines.count > 0) draw_strokes(view, lines(), ranges.lines);
    if (ranges.points.count > 0) draw_strokes(view, marks(), ranges.points);
    glDepthMask(GL_TRUE);
}

ScenePainter::ScenePainter(ShaderLanguage language, ShaderFiles files)
    : programs_(std::make_unique<Programs>(Programs{language, std::move(files)})) {}
ScenePainter::~ScenePainter() = default;

std::string ScenePainter::paint(const Picture& picture, int width, int height) {
    programs_->fault.clear();
    const std::vector<Programs::Ranges> ranges = programs_->fill(picture);
    glViewport(0, 0, width, height);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_CULL_FACE);
    glDepthMask(GL_TRUE);
    const Colour& ground = picture.ground;
    glClearColor(ground[0], ground[1], ground[2], 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glEnable(GL_DEPTH_TEST);
    glDepthFunc(GL_LEQUAL);
    glEnable(GL_BLEND);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glEnable(GL_SCISSOR_TEST);
    for (std::size_t i = 0; i < picture.panes.size(); ++i) {
        const PixelArea& area = picture.panes[i].area;
        if (area.width < 1 || area.height < 1) continue;
        const int below = height - area.y - area.height;
        glViewport(area.x, below, area.width, area.height);
        glScissor(area.x, below, area.width, area.height);
        programs_->draw(picture.panes[i], ranges[i]);
    }
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_DEPTH_TEST);
    glBindVertexArray(0);
    glUseProgram(0);
    return programs_->fault;
}

}  // namespace muonscope

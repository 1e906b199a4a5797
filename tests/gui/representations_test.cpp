// The panel of representations: where points stand, how they got there and how alike they are, read
// back from the screen and from pictures, and held against the weights.

#include "app/gui/panels/representations.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/gui/frame.h"
#include "app/gui/likeness_now.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{900, 600};

Spec small(const char* name = "two-ways-up") {
    Spec spec = preset(name);
    set(spec, "network.width", "8");
    set(spec, "target.modes", "5");
    spec.experiment.classes = {.count = 3, .points = 4, .spread = 0.3};
    return spec;
}

class Representations : public testing::Test {
  protected:
    explicit Representations(ImVec2 size = screen) : harness(size) {}

    void begin(const Spec& spec, std::int64_t steps) {
        session = std::make_unique<Session>(spec);
        run_to(steps);
    }
    void run_to(std::int64_t steps) {
        WorkerPool pool(1);
        session->advance_to(steps, pool);
        snapshot = session->snapshot({.show = Session::Show::what_is_sound});
        harness.show(snapshot);
        look();
    }
    Drawing look() {
        for (int i = 0; i < 4; ++i) harness.panel_frame(representations_panel);
        for (int i = 0; i < 400 && harness.view.working; ++i) {
            harness.work(0.01);
            harness.view.working = false;
            harness.panel_frame(representations_panel);
        }
        for (int i = 0; i < 4; ++i) harness.panel_frame(representations_panel);
        return drawing();
    }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        for (int i = 0; i < 30; ++i) harness.panel_frame(representations_panel);
        return drawing();
    }
    RepresentationsChoices& chosen() { return harness.chosen<RepresentationsChoices>(); }
    RepresentationsView& kept() { return harness.kept<RepresentationsView>(); }
    Theme theme() const { return theme_for(harness.preferences, 1); }
    const Problem& problem() const { return *snapshot->problem; }
    const std::vector<Matrix>& weights(int lane) const {
        return *snapshot->lanes.at(static_cast<std::size_t>(lane)).weights;
    }
    const Picture& picture(const char* name) {
        const Picture* found = harness.renderer().picture(name);
        EXPECT_NE(found, nullptr) << name;
        static const Picture none;
        return found == nullptr ? none : *found;
    }
    void show_as(RepresentationsAs view) {
        chosen().view = static_cast<int>(view);
        look();
    }
    // Points of a layer by hand, the activation included.
    Matrix state_of(const std::vector<Matrix>& w, int layer, Matrix inputs) const {
        for (int l = 0; l <= layer; ++l) {
            inputs = (w[static_cast<std::size_t>(l)] * inputs).eval();
            if (has_tanh(problem().experiment.network, l + 1))
                inputs = inputs.array().tanh().matrix();
        }
        return inputs;
    }
    // In the target's directions, by hand: Gram and Schmidt of the images of v1, v2, v3.
    Matrix in_target(const std::vector<Matrix>& w, int layer, const Matrix& inputs) const {
        Matrix some = problem().target_svd.v.leftCols(3);
        for (int l = 0; l <= layer; ++l) some = (w[static_cast<std::size_t>(l)] * some).eval();
        if (layer + 1 == static_cast<int>(w.size())) some = problem().target_svd.u.leftCols(3);
        const Matrix q =
            Eigen::HouseholderQR<Matrix>(some).householderQ() * Matrix::Identity(some.rows(), 3);
        Matrix directions = q;
        for (int k = 0; k < 3; ++k)
            if (q.col(k).dot(some.col(k)) < 0) directions.col(k) *= -1;
        return directions.transpose() * state_of(w, layer, inputs);
    }

    Harness harness;
    std::unique_ptr<Session> session;
    std::shared_ptr<const Snapshot> snapshot;
};

// Frames of pictures, from above and then from the left.
std::vector<Shape> frames(const Theme& theme) {
    std::vector<Shape> found;
    for (const Shape& shape : drawing().of_colour(u32(theme.border)))
        if (shape.corners.size() <= 16 && shape.max.x - shape.min.x > 60 &&
            shape.max.y - shape.min.y > 40 && shape.max.x - shape.min.x < 0.9F * screen.x)
            found.push_back(shape);
    std::sort(found.begin(), found.end(), [](const Shape& a, const Shape& b) {
        return std::abs(a.min.y - b.min.y) > 2 ? a.min.y < b.min.y : a.min.x < b.min.x;
    });
    return found;
}

bool within(const Shape& frame, ImVec2 at) {
    return at.x >= frame.min.x && at.x <= frame.max.x && at.y >= frame.min.y && at.y <= frame.max.y;
}

// A picture's scale as a person reads it: lines through zero, and a bar with its length.
struct ReadScale {
    float zero_x = NAN, zero_y = NAN;
    double per_pixel = NAN;

    ImVec2 pixel(double x, double y) const {
        return {zero_x + static_cast<float>(x / per_pixel),
                zero_y - static_cast<float>(y / per_pixel)};
    }
};
ReadScale scale_in(const Shape& frame, const Theme& theme) {
    ReadScale scale;
    const Drawing all = drawing();
    for (const Shape& shape : all.of_colour(u32(theme.grid))) {
        if (!within(frame, shape.middle())) continue;
        if (shape.max.y - shape.min.y > 0.8F * (frame.max.y - frame.min.y))
            scale.zero_x = shape.middle().x;
        if (shape.max.x - shape.min.x > 0.8F * (frame.max.x - frame.min.x))
            scale.zero_y = shape.middle().y;
    }
    for (const Word& word : all.words) {
        const auto length = number_in(word.text);
        if (!length || !within(frame, word.middle())) continue;
        for (const Shape& shape : all.of_colour(u32(theme.dim)))
            if (shape.max.y - shape.min.y < 3 && shape.max.x - shape.min.x > 8 &&
                within(frame, shape.middle()) && shape.min.y > word.middle().y &&
                shape.min.y < word.max.y + 10)
                scale.per_pixel = *length / static_cast<double>(shape.max.x - shape.min.x);
    }
    return scale;
}

TEST_F(Representations, stand_where_the_layers_map_them_in_the_colours_of_their_classes) {
    Spec spec = small();
    set(spec, "network.activation", "tanh");
    chosen().start = false;
    begin(spec, 80);
    for (const bool dark : {true, false}) {
        harness.preferences.dark = dark;
        harness.set_scale(1);
        const Drawing seen = look();
        const std::vector<Shape> cells = frames(theme());
        ASSERT_EQ(cells.size(), 6U) << seen.text();  // three layers, two lanes
        for (int lane = 0; lane < 2; ++lane)
            for (int layer = 0; layer < 3; ++layer) {
                const ReadScale scale =
                    scale_in(cells[static_cast<std::size_t>(3 * lane + layer)], theme());
                ASSERT_TRUE(std::isfinite(scale.per_pixel)) << lane << ", " << layer;
                const Matrix at = in_target(weights(lane), layer, problem().points);
                for (Eigen::Index i = 0; i < at.cols(); ++i) {
                    const int kind = problem().point_class[static_cast<std::size_t>(i)];
                    EXPECT_LE(seen.distance(u32(theme().class_colour(kind)),
                                            scale.pixel(at(0, i), at(1, i))),
                              2.5F)
                        << "lane " << lane << ", layer " << layer + 1 << ", point " << i;
                }
            }
    }
}

TEST_F(Representations, fill_their_pictures_at_one_scale_a_layer) {
    begin(preset("tree"), 60);  // all items lie on one side of zero
    const std::vector<Shape> cells = frames(theme());
    ASSERT_EQ(cells.size(), 4U);
    for (std::size_t layer = 0; layer < 2; ++layer) {
        // Over both lanes they reach from edge to edge one way.
        float low_x = INFINITY, high_x = -INFINITY, low_y = INFINITY, high_y = -INFINITY;
        double scales[2];
        for (std::size_t lane = 0; lane < 2; ++lane) {
            const Shape& cell = cells[2 * lane + layer];
            scales[lane] = scale_in(cell, theme()).per_pixel;
            for (int kind = 0; kind < 8; ++kind)
                for (const Shape& shape : drawing().of_colour(u32(theme().class_colour(kind)))) {
                    if (!within(cell, shape.middle()) || shape.corners.size() != 3) continue;
                    low_x = std::min(low_x, shape.min.x - cell.min.x);
                    high_x = std::max(high_x, shape.max.x - cell.min.x);
                    low_y = std::min(low_y, shape.min.y - cell.min.y);
                    high_y = std::max(high_y, shape.max.y - cell.min.y);
                }
        }
        EXPECT_EQ(scales[0], scales[1]);
        const float wide = cells[layer].max.x - cells[layer].min.x;
        const float high = cells[layer].max.y - cells[layer].min.y;
        EXPECT_GT(std::max((high_x - low_x) / wide, (high_y - low_y) / high), 0.75F) << layer;
    }
}

TEST_F(Representations, are_found_by_the_mouse) {
    chosen().start = chosen().spread = false;
    begin(small(), 80);
    int found = 0;
    for (Eigen::Index i = 0; i < 12; i += 5) {
        const int kind = problem().point_class[static_cast<std::size_t>(i)];
        for (const Shape& shape : look().of_colour(u32(theme().class_colour(kind)))) {
            if (shape.corners.size() != 3 || shape.max.y > screen.y / 2) continue;
            const float half = (shape.max.x - shape.min.x) / 4;
            const Drawing hovered = look_with_mouse_at({shape.min.x + half, shape.min.y + half});
            EXPECT_EQ(hovered.all("class " + std::to_string(kind + 1)).size(), 1u)
                << hovered.text();
            ++found;
            break;
        }
    }
    EXPECT_EQ(found, 3);
}

TEST_F(Representations, have_a_mean_and_one_standard_deviation_around_each_class) {
    chosen().start = false;
    begin(small(), 80);
    const std::vector<Shape> cells = frames(theme());
    const Matrix at = in_target(weights(0), 1, problem().points).topRows(2);
    const ReadScale scale = scale_in(cells[1], theme());
    for (int kind = 0; kind < 3; ++kind) {
        Matrix own(2, 4);
        for (Eigen::Index i = 0; i < 4; ++i) own.col(i) = at.col(4 * kind + i);
        const Vector mean = own.rowwise().mean();
        const Matrix away = own.colwise() - mean;
        const Eigen::JacobiSVD<Matrix> svd(away / 2, Eigen::ComputeFullU);  // root of four points
        for (int k = 0; k < 2; ++k)
            for (const double side : {-1.0, 1.0}) {
                const Vector on = mean + side * svd.singularValues()(k) * svd.matrixU().col(k);
                EXPECT_LE(
                    drawing().distance(u32(theme().class_colour(kind)), scale.pixel(on(0), on(1))),
                    2)
                    << kind << ", " << k;
            }
        EXPECT_LE(
            drawing().distance(u32(theme().class_colour(kind)), scale.pixel(mean(0), mean(1))), 2);
    }
    // Nothing of them where they are off: the ends of axes are no points.
    chosen().spread = false;
    const Drawing without = look();
    for (const Shape& shape : without.of_colour(u32(theme().class_colour(0))))
        EXPECT_EQ(shape.corners.size(), 3U);
}

TEST_F(Representations, in_space_are_points_in_three_directions_with_ellipsoids_of_their_classes) {
    begin(small(), 80);
    show_as(RepresentationsAs::space);
    const Picture& drawn = picture("representations");
    ASSERT_EQ(drawn.panes.size(), 6U);
    for (int lane = 0; lane < 2; ++lane)
        for (int layer = 0; layer < 3; ++layer) {
            const Scene& scene = drawn.panes[static_cast<std::size_t>(3 * lane + layer)].scene;
            const Matrix at = in_target(weights(lane), layer, problem().points);
            // The start, the points, the means.
            ASSERT_EQ(scene.points.size(), 3U);
            const PointCloud& cloud = scene.points[1];
            ASSERT_EQ(cloud.at.size(), 12U);
            for (std::size_t i = 0; i < 12; ++i) {
                const auto column = static_cast<Eigen::Index>(i);
                EXPECT_LT((cloud.at[i].cast<double>() - at.col(column)).norm(), 1e-5 * at.norm());
                const ImVec4 colour = theme().class_colour(problem().point_class[i]);
                EXPECT_EQ(cloud.colours[i], (Colour{colour.x, colour.y, colour.z, colour.w}));
                EXPECT_EQ(static_cast<int>(cloud.shapes[i]), problem().point_class[i]);
            }
            ASSERT_EQ(scene.ellipsoids.size(), 3U);
            for (Eigen::Index kind = 0; kind < 3; ++kind) {
                const Matrix own = at.middleCols(4 * kind, 4);
                const Matrix away = own.colwise() - Vector(own.rowwise().mean());
                const Ellipsoid& body = scene.ellipsoids[static_cast<std::size_t>(kind)];
                EXPECT_LT((body.centre.cast<double>() - Vector(own.rowwise().mean())).norm(),
                          1e-5 * at.norm());
                const Matrix got = (body.axes * body.axes.transpose()).cast<double>();
                const double film = std::pow(0.02 * static_cast<double>(scene.camera.reach), 2);
                EXPECT_LT((got - away * away.transpose() / 4).norm(), film + 1e-5 * got.norm());
            }
        }
    // One camera turns all of them, and what lies in a picture lies in its ball.
    harness.move_to({300, 300});
    look();
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    look();
    ImGui::GetIO().AddMousePosEvent(360, 320);
    look();
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    look();
    EXPECT_NE(chosen().around, oblique_around);
    for (const Pane& pane : picture("representations").panes) {
        EXPECT_EQ(pane.scene.camera.turn, picture("representations").panes[0].scene.camera.turn);
        for (const PointCloud& cloud : pane.scene.points)
            for (const Eigen::Vector3f& point : cloud.at)
                EXPECT_LT((point - pane.scene.camera.middle).norm(), pane.scene.camera.reach);
    }
}

}  // namespace
}  // namespace muonscope::gui

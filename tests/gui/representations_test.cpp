// The panel of representations: where points stand, how they got there and how alike they are, read
// back from the screen and from pictures, and held against the weights.

#include "app/gui/panels/representations.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "app/gui/frame.h"
#include "app/gui/likeness_now.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/linalg/dense_factors.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/small_run.h"
#include "tests/jacobi_svd.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr ImVec2 screen{900, 600};

Spec small(const char* name = "two-ways-up") {
    Spec spec = narrow(name);
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
    Drawing look() { return look_at_panel(harness, representations_panel); }
    Drawing look_with_mouse_at(ImVec2 at) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        for (int i = 0; i < 30; ++i) harness.panel_frame(representations_panel);
        return drawing();
    }
    void click(ImVec2 at, int button = 0) {
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
        look();
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(button, down);
            harness.panel_frame(representations_panel);
        }
        look();
    }
    RepresentationsChoices& chosen() { return harness.chosen<RepresentationsChoices>(); }
    RepresentationsView& kept() { return harness.kept<RepresentationsView>(); }
    WatchedRun& run() { return harness.kept<WatchedRun>(); }
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
        const Matrix q = thin_q(some);
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
    chosen().view = static_cast<int>(RepresentationsAs::plane);
    chosen().first = 1;
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

// ---- directions, trails, steps ----

TEST_F(Representations, are_seen_from_the_start_and_from_where_they_spread_most) {
    Spec spec = small();
    set(spec, "network.activation", "tanh");
    begin(spec, 80);
    for (const FramesOf frames : {FramesOf::start, FramesOf::principal}) {
        chosen().directions = static_cast<int>(frames);
        show_as(RepresentationsAs::space);
        for (int layer = 0; layer < 3; ++layer) {
            const Matrix state = state_of(weights(1), layer, problem().points);
            const Vector mean = state.rowwise().mean();
            const Matrix away = state.colwise() - mean;
            const Matrix of_start = state_of(problem().start, layer, Matrix::Identity(8, 8));
            const Eigen::JacobiSVD<Matrix> svd(frames == FramesOf::start ? of_start : away,
                                               Eigen::ComputeThinU);
            const Matrix expected =
                svd.matrixU().leftCols(3).transpose() * (frames == FramesOf::start ? state : away);
            const PointCloud& cloud = picture("representations")
                                          .panes[static_cast<std::size_t>(3 + layer)]
                                          .scene.points[1];
            for (std::size_t i = 0; i < 12; ++i)
                for (Eigen::Index k = 0; k < 3; ++k)
                    EXPECT_NEAR(std::abs(static_cast<double>(cloud.at[i](k))),
                                std::abs(expected(k, static_cast<Eigen::Index>(i))),
                                1e-4 * expected.norm())
                        << layer << ", " << i << ", " << k;
        }
    }
}

TEST_F(Representations, stay_in_the_directions_that_are_held_and_follow_again) {
    begin(small(), 40);
    chosen().directions = static_cast<int>(FramesOf::principal);
    show_as(RepresentationsAs::space);
    kept().held = true;
    look();
    const std::vector<PointFrame> held = kept().lanes[0].now.frames;
    run_to(90);
    const auto cloud = [&](int layer) -> const PointCloud& {
        return picture("representations").panes[static_cast<std::size_t>(layer)].scene.points[1];
    };
    for (int layer = 0; layer < 3; ++layer) {
        const PointFrame& frame = held[static_cast<std::size_t>(layer)];
        const Matrix expected =
            frame.directions.transpose() *
            (state_of(weights(0), layer, problem().points).colwise() - frame.origin);
        for (std::size_t i = 0; i < 12; ++i)
            EXPECT_LT(
                (cloud(layer).at[i].cast<double>() - expected.col(static_cast<Eigen::Index>(i)))
                    .norm(),
                1e-5 * expected.norm());
    }
    EXPECT_NE(drawing().text().find("held at 40:"), std::string::npos) << drawing().text();
    kept().held = false;
    look();
    EXPECT_GT((kept().lanes[0].now.frames[0].directions - held[0].directions).norm(), 1e-3);
}

TEST_F(Representations, trail_the_newest_samples_from_the_oldest_to_the_point) {
    chosen().trail = 4;
    chosen().directions = static_cast<int>(FramesOf::start);
    begin(small(), 10);
    show_as(RepresentationsAs::space);
    std::vector<Matrix> drawn;  // of lane 2, layer 1, a step each
    const Matrix u = Eigen::JacobiSVD<Matrix>(problem().start[0], Eigen::ComputeThinU).matrixU();
    for (const std::int64_t step : {10, 20, 30, 40, 50, 60}) {
        run_to(step);
        drawn.push_back(u.leftCols(3).transpose() * weights(1)[0] * problem().points);
    }
    const Scene& scene = picture("representations").panes[3].scene;
    std::vector<const Polyline*> trails;
    for (const Polyline& line : scene.lines)
        if (line.points.size() > 2) trails.push_back(&line);
    ASSERT_EQ(trails.size(), 12U);
    for (std::size_t i = 0; i < 12; ++i) {
        ASSERT_EQ(trails[i]->points.size(), 5U);  // four samples and the point itself
        for (std::size_t s = 0; s < 5; ++s)
            for (Eigen::Index k = 0; k < 3; ++k)
                EXPECT_NEAR(std::abs(static_cast<double>(trails[i]->points[s](k))),
                            std::abs(drawn[s + 1](k, static_cast<Eigen::Index>(i))),
                            1e-4 * drawn[s + 1].norm());
        EXPECT_EQ(trails[i]->points.back(), scene.points[1].at[i]);
        const ImVec4 colour = theme().class_colour(problem().point_class[i]);
        EXPECT_EQ(trails[i]->colour, (Colour{colour.x, colour.y, colour.z, 0.5F}));
    }
    // In the plane the lines go by the samples' places.
    chosen().start = chosen().spread = false;
    chosen().trail = 4;
    show_as(RepresentationsAs::plane);
    const std::vector<Shape> cells = frames(theme());
    const ReadScale scale = scale_in(cells[3], theme());
    for (std::size_t s = 0; s < 5; ++s) {
        const Matrix& at = kept().lanes[1].trail[s].at[0];
        EXPECT_EQ(kept().lanes[1].trail[s].step, static_cast<std::int64_t>(20 + 10 * s));
        for (Eigen::Index i = 0; i < 12; i += 5) {
            const int kind = problem().point_class[static_cast<std::size_t>(i)];
            EXPECT_LE(drawing().distance(u32(theme().class_colour(kind)),
                                         scale.pixel(at(0, i), at(1, i))),
                      2.5F);
        }
    }
    // A step back takes off what came after it; other directions begin anew.
    run_to(60);
    session = std::make_unique<Session>(*snapshot->spec);
    WorkerPool pool(1);
    session->advance_to(35, pool);
    auto back = std::make_shared<Snapshot>(*session->snapshot());
    back->problem = snapshot->problem;
    harness.show(back);
    look();
    ASSERT_FALSE(kept().lanes[0].trail.empty());
    EXPECT_EQ(kept().lanes[0].trail.back().step, 35);
    EXPECT_EQ(kept().lanes[0].trail.front().step, 20);
    chosen().directions = static_cast<int>(FramesOf::target);
    look();
    EXPECT_EQ(kept().lanes[0].trail.size(), 1U);
}

TEST_F(Representations, go_back_to_a_state_of_the_past) {
    begin(small(), 10);
    show_as(RepresentationsAs::space);
    const Matrix early = in_target(weights(0), 1, problem().points);
    for (const std::int64_t step : {20, 30, 40}) run_to(step);
    const Matrix late = in_target(weights(0), 1, problem().points);
    const auto drawn = [&] {
        Matrix at(3, 12);
        const PointCloud& cloud = picture("representations").panes[1].scene.points[1];
        for (std::size_t i = 0; i < 12; ++i)
            at.col(static_cast<Eigen::Index>(i)) = cloud.at[i].cast<double>();
        return at;
    };
    EXPECT_LT((drawn() - late).norm(), 1e-5 * late.norm());
    run().look_at(*run().at(10));
    look();
    EXPECT_LT((drawn() - early).norm(), 1e-5 * late.norm());
    EXPECT_EQ(look().starting("SGD, step 10").size(), 1U) << drawing().text();
    // What comes meanwhile changes nothing, until the newest is followed again.
    run_to(60);
    EXPECT_LT((drawn() - early).norm(), 1e-5 * late.norm());
    run().follow_newest();
    look();
    const Matrix newest = in_target(weights(0), 1, problem().points);
    EXPECT_LT((drawn() - newest).norm(), 1e-5 * newest.norm());
}

// ---- similarity ----

TEST_F(Representations, are_similar_by_the_cosine_they_are_seen_at_from_their_mean) {
    begin(small(), 60);
    show_as(RepresentationsAs::similarity);
    const Picture& drawn = picture("similarity");
    ASSERT_EQ(drawn.panes.size(), 6U);
    for (int lane = 0; lane < 2; ++lane)
        for (int layer = 0; layer < 3; ++layer) {
            const Pane& pane = drawn.panes[static_cast<std::size_t>(3 * lane + layer)];
            ASSERT_EQ(pane.scene.heatmaps.size(), 1U);
            const muonscope::Heatmap& map = pane.scene.heatmaps[0];
            EXPECT_EQ(pane.area.width, pane.area.height);
            EXPECT_EQ(map.low, -1);
            EXPECT_EQ(map.high, 1);
            const Matrix state = state_of(weights(lane), layer, problem().points);
            const Matrix away = state.colwise() - Vector(state.rowwise().mean());
            ASSERT_EQ(map.values.size(), 144U);
            for (Eigen::Index i = 0; i < 12; ++i)
                for (Eigen::Index j = 0; j < 12; ++j) {
                    const double cosine = away.col(i).normalized().dot(away.col(j).normalized());
                    EXPECT_NEAR(
                        static_cast<double>(map.values[static_cast<std::size_t>(12 * i + j)]),
                        cosine, 1e-6);
                }
        }
    // The mouse says which two.
    const PixelArea& area = drawn.panes[0].area;
    // The picture's corner is where the first lane's name begins.
    const ImVec2 corner = drawing().word("SGD")->min;
    const Drawing said = look_with_mouse_at(
        {corner.x + static_cast<float>(area.x) + 10.5F / 12 * static_cast<float>(area.width),
         corner.y + static_cast<float>(area.y) + 1.5F / 12 * static_cast<float>(area.height)});
    EXPECT_EQ(said.all("point 2, class 1").size(), 1U) << said.text();
    EXPECT_EQ(said.all("point 11, class 3").size(), 1U) << said.text();
}

// ---- likeness ----

double cka_by_hand(const Matrix& one, const Matrix& other) {
    const Matrix x = one.colwise() - Vector(one.rowwise().mean());
    const Matrix y = other.colwise() - Vector(other.rowwise().mean());
    return (y * x.transpose()).squaredNorm() /
           ((x * x.transpose()).norm() * (y * y.transpose()).norm());
}
double overlap_by_hand(const Matrix& one, const Matrix& other, int k) {
    const auto leading = [k](const Matrix& points) {
        const Matrix x = points.colwise() - Vector(points.rowwise().mean());
        return Matrix(Eigen::JacobiSVD<Matrix>(x, Eigen::ComputeThinV).matrixV().leftCols(k));
    };
    return (leading(one).transpose() * leading(other)).squaredNorm() / k;
}

TEST_F(Representations, are_as_alike_as_the_table_says) {
    begin(small(), 60);
    show_as(RepresentationsAs::likeness);
    std::vector<Word> rows;
    for (const char* name : {"layer 1", "layer 2", "output"})
        for (const Word& word : drawing().all(name))
            if (word.min.x < 100) rows.push_back(word);
    ASSERT_EQ(rows.size(), 6U) << drawing().text();
    std::sort(rows.begin(), rows.end(),
              [](const Word& a, const Word& b) { return a.min.y < b.min.y; });
    for (int lane = 0; lane < 2; ++lane)
        for (int layer = 0; layer < 3; ++layer) {
            const Matrix own = state_of(weights(lane), layer, problem().points);
            const Matrix others[] = {state_of(problem().start, layer, problem().points),
                                     problem().target * problem().points,
                                     state_of(weights(1 - lane), layer, problem().points)};
            std::vector<std::string> expected;
            for (const Matrix& other : others)
                expected.push_back(fmt::format("{:.3f} ", cka_by_hand(own, other)));
            for (const Matrix& other : others)
                expected.push_back(fmt::format("{:.3f} ", overlap_by_hand(own, other, 2)));
            std::vector<Word> line =
                drawing().line_of(rows[static_cast<std::size_t>(3 * lane + layer)]);
            std::sort(line.begin(), line.end(),
                      [](const Word& a, const Word& b) { return a.min.x < b.min.x; });
            std::vector<std::string> said;
            for (const Word& word : line)
                if (number_in(word.text.substr(0, 5)) && said.size() < 6)
                    said.push_back(fmt::format("{:.3f} ", *number_in(word.text.substr(0, 5))));
            EXPECT_EQ(said, expected) << lane << ", " << layer;
        }
}

TEST_F(Representations, have_likeness_over_all_steps_that_were_seen) {
    begin(small(), 5);
    std::map<std::int64_t, double> expected;  // of lane 1, layer 2, with the target
    for (const std::int64_t step : {10, 20, 30, 40}) {
        run_to(step);  // seen in the plane
        expected[step] = cka_by_hand(state_of(weights(0), 1, problem().points),
                                     problem().target * problem().points);
    }
    show_as(RepresentationsAs::likeness);
    const LikenessNow& now = harness.kept<LikenessNow>();
    ASSERT_EQ(now.steps.size(), 5U);
    for (const auto& [step, cka] : expected)
        EXPECT_NEAR(now.steps.at(step).lanes[0][1].cka[LayerLikeness::target], cka, 1e-10) << step;
    // Drawn over them: the curve of the output.
    EXPECT_GE(drawing().starting("SGD output").size(), 1U) << drawing().text();
    // A step back forgets what was after it.
    session = std::make_unique<Session>(*snapshot->spec);
    WorkerPool pool(1);
    session->advance_to(25, pool);
    auto back = std::make_shared<Snapshot>(*session->snapshot());
    back->problem = snapshot->problem;
    harness.show(back);
    look();
    EXPECT_EQ(now.steps.rbegin()->first, 25);
    EXPECT_EQ(now.steps.size(), 4U);
    // Other subspaces are worked out anew, for all steps.
    chosen().leading = 3;
    look();
    const LikenessNow& anew = harness.kept<LikenessNow>();
    EXPECT_EQ(anew.steps.size(), 4U);
    EXPECT_NEAR(anew.newest()->lanes[0][1].overlap[LayerLikeness::target],
                overlap_by_hand(state_of((*back->lanes[0].weights), 1, problem().points),
                                problem().target * problem().points, 3),
                1e-9);
}

TEST(LikenessLanes, are_each_others_or_the_firsts) {
    EXPECT_EQ(compared_lane(0, 1), -1);
    EXPECT_EQ(compared_lane(0, 2), 1);
    EXPECT_EQ(compared_lane(1, 2), 0);
    EXPECT_EQ(compared_lane(0, 5), 1);
    EXPECT_EQ(compared_lane(3, 5), 0);
}

// ---- trees ----

TEST_F(Representations, of_a_tree_are_items_in_the_colours_of_their_branches) {
    begin(preset("tree"), 60);
    show_as(RepresentationsAs::space);
    for (int level = 1; level <= 5; ++level) {
        chosen().level = level;
        look();
        const int branches = 1 << level;
        const Scene& scene = picture("representations").panes[0].scene;
        const PointCloud& cloud = scene.points[1];
        ASSERT_EQ(cloud.at.size(), 32U);
        for (std::size_t i = 0; i < 32; ++i) {
            const int branch = static_cast<int>(i) * branches / 32;
            const ImVec4 colour = branches <= 8 ? theme().class_colour(branch)
                                                : rank_colour(theme(), branch, branches);
            EXPECT_EQ(cloud.colours[i], (Colour{colour.x, colour.y, colour.z, colour.w}))
                << level << ", " << i;
        }
        // An item alone has no spread.
        EXPECT_EQ(scene.ellipsoids.size(), level < 5 ? static_cast<std::size_t>(branches) : 0U);
    }
    // From the second direction on: the first is what all have in common.
    const Matrix output = weights(1)[1] * weights(1)[0];
    const Matrix at = problem().target_svd.u.middleCols(1, 3).transpose() * output;
    const PointCloud& cloud = picture("representations").panes[3].scene.points[1];
    for (std::size_t i = 0; i < 32; ++i)
        EXPECT_LT((cloud.at[i].cast<double>() - at.col(static_cast<Eigen::Index>(i))).norm(),
                  1e-5 * at.norm());
    EXPECT_NE(drawing().text().find("target's 2, 3, 4"), std::string::npos) << drawing().text();
    EXPECT_NE(drawing().text().find("items after each layer"), std::string::npos);
}

// The thesis in one picture: at step 60 SGD tells the broad branches apart and hardly any item from
// its neighbour, Muon every item from every other.
TEST_F(Representations, of_a_tree_part_from_the_broad_under_sgd_and_all_at_once_under_muon) {
    begin(preset("tree"), 60);  // nobody has to choose what shows it
    const auto mean_cosine = [&](std::size_t pane, int low, int high) {
        // Of pairs whose lowest common branch is at a level between.
        const muonscope::Heatmap& map = picture("similarity").panes[pane].scene.heatmaps[0];
        double sum = 0;
        int count = 0;
        for (int i = 0; i < 32; ++i)
            for (int j = 0; j < 32; ++j) {
                int level = 0;
                while (level < 5 && (i >> (4 - level)) == (j >> (4 - level))) ++level;
                if (i == j || level < low || level > high) continue;
                sum += static_cast<double>(map.values[static_cast<std::size_t>(32 * i + j)]);
                ++count;
            }
        return sum / count;
    };
    // Outputs: of both halves, and of neighbours within a quarter.
    EXPECT_LT(mean_cosine(1, 0, 0), -0.85);
    EXPECT_GT(mean_cosine(1, 2, 3), 0.9);
    EXPECT_GT(mean_cosine(3, 0, 0), -0.3);
    EXPECT_LT(mean_cosine(3, 2, 3), 0.5);
}

// ---- room ----

TEST_F(Representations, of_sixteen_layers_are_all_within_reach_and_those_left_out_named) {
    Spec spec = small();
    set(spec, "network.depth", "16");
    begin(spec, 3);
    std::set<std::string> names;
    for (const Word& word : look().starting("layer ")) names.insert(word.text);
    EXPECT_EQ(names.size(), 15U) << drawing().text();  // and the output: there is room for all
    EXPECT_EQ(drawing().all("output").size(), 2U);
    EXPECT_TRUE(drawing().starting("layers ").empty());
}

class RepresentationsInASmallPanel : public Representations {
  protected:
    RepresentationsInASmallPanel() : Representations({330, 260}) {}
};

TEST_F(RepresentationsInASmallPanel, of_sixteen_layers_are_reached_by_turning_pages) {
    Spec spec = small();
    set(spec, "network.depth", "16");
    begin(spec, 3);
    std::set<int> reached;
    for (int turn = 0; turn < 16; ++turn) {
        const auto where = look().starting("layer");
        std::string pages;
        for (const Word& word : where)
            if (word.text.find(" of 16") != std::string::npos) pages = word.text;
        ASSERT_FALSE(pages.empty()) << drawing().text();
        int first = 0, last = 0;
        if (std::sscanf(pages.c_str(), "layers %d–%d of 16", &first, &last) != 2) {
            ASSERT_EQ(std::sscanf(pages.c_str(), "layer %d of 16", &first), 1) << pages;
            last = first;
        }
        for (int layer = first; layer <= last; ++layer) {
            reached.insert(layer);
            const std::string name = layer == 16 ? "output" : fmt::format("layer {}", layer);
            EXPECT_GE(drawing().all(name).size(), 1U) << name;
        }
        std::optional<ImVec2> after;
        for (const Word& word : drawing().all("›"))
            if (word.window.find("##Tooltip") == std::string::npos) after = word.middle();
        ASSERT_TRUE(after);
        click(*after);
    }
    EXPECT_EQ(reached.size(), 16U);
    // Or chosen, one for all of the room.
    chosen().layer = 9;
    const Drawing one = look();
    EXPECT_EQ(one.all("layer 9").size(), 2U) << one.text();
    EXPECT_TRUE(one.all("layer 10").empty());
    EXPECT_TRUE(one.all("›").empty());
}

TEST_F(Representations, are_drawn_in_every_hard_case) {
    const std::vector<std::pair<const char*, const char*>> changes{
        {"network.width", "1"},  {"network.width", "2"},        {"network.width", "3"},
        {"network.depth", "1"},  {"network.depth", "16"},       {"classes.count", "1"},
        {"classes.points", "1"}, {"network.widths", "7,9,2,5"}, {"target.kind", "tree"},
        {"classes.count", "16"}, {"probe.task", "softmax"}};
    for (const auto& [key, value] : changes) {
        SCOPED_TRACE(std::string(key) + " " + value);
        Spec spec = preset("two-ways-up");
        set(spec, key, value);
        chosen().trail = 8;
        begin(spec, 3);
        for (int view = 0; view < 4; ++view) {
            harness.preferences.dark = view % 2 == 0;
            harness.set_scale(1);
            chosen().directions = view % 3;
            show_as(static_cast<RepresentationsAs>(view));
            EXPECT_FALSE(harness.view.working);
            EXPECT_FALSE(drawing().words.empty());
        }
        run_to(7);
    }
}

TEST_F(Representations, of_a_lane_that_has_run_away_are_those_of_its_last_sound_step) {
    Spec spec = small();
    set(spec, "lanes.0.optimizer.lr", "3");
    begin(spec, 200);
    ASSERT_TRUE(snapshot->lanes[0].lost());
    for (int view = 0; view < 4; ++view) {
        show_as(static_cast<RepresentationsAs>(view));
        EXPECT_EQ(drawing().starting("SGD, step ").size(), 1U) << drawing().text();
        for (const Matrix& at : kept().lanes[0].now.at) EXPECT_TRUE(at.allFinite());
    }
}

TEST_F(Representations, of_weights_that_are_not_finite_draw_what_is_left) {
    begin(small(), 10);
    auto broken = std::make_shared<Snapshot>(*snapshot);
    auto bad = std::make_shared<std::vector<Matrix>>(*snapshot->lanes[0].weights);
    (*bad)[1](0, 0) = std::numeric_limits<double>::quiet_NaN();
    broken->lanes[0].weights = bad;
    snapshot = broken;
    harness.show(snapshot);
    for (int view = 0; view < 4; ++view)
        for (int directions = 0; directions < 3; ++directions) {
            chosen().directions = directions;
            show_as(static_cast<RepresentationsAs>(view));
            EXPECT_FALSE(drawing().words.empty());
        }
}

// ---- what leaves the program ----

TEST_F(Representations, leave_the_program_with_lane_layer_class_and_place) {
    chosen().trail = 4;
    begin(small(), 10);
    run_to(30);
    for (const RepresentationsAs view : {RepresentationsAs::plane, RepresentationsAs::space}) {
        show_as(view);
        const bool space = view == RepresentationsAs::space;
        PanelContext context = harness.context();
        const plots::Table table = points_table(context, representation_sheet(context, screen),
                                                [](std::size_t, double, double) { return true; });
        const auto column = [&](const char* name) {
            const auto found = std::find(table.columns.begin(), table.columns.end(), name);
            EXPECT_NE(found, table.columns.end()) << name;
            return static_cast<std::size_t>(found - table.columns.begin());
        };
        EXPECT_EQ(std::count(table.columns.begin(), table.columns.end(), "z"), space ? 1 : 0);
        std::map<int, int> kinds;
        for (const auto& row : table.rows) {
            ASSERT_EQ(row.size(), table.columns.size());
            const int what = static_cast<int>(row[column("what")]);
            ++kinds[what];
            if (what != 0) continue;
            const int lane = static_cast<int>(row[column("lane")]) - 1;
            const int layer = static_cast<int>(row[column("layer")]) - 1;
            const auto point = static_cast<Eigen::Index>(row[column("point")]) - 1;
            const Matrix at = in_target(weights(lane), layer, problem().points);
            EXPECT_NEAR(row[column("x")], at(0, point), 1e-9);
            EXPECT_NEAR(row[column("y")], at(1, point), 1e-9);
            if (space) {
                EXPECT_NEAR(row[column("z")], at(2, point), 1e-9);
            }
            EXPECT_EQ(row[column("class")],
                      problem().point_class[static_cast<std::size_t>(point)] + 1);
            EXPECT_EQ(row[column("step")], 30);
        }
        // Two lanes of three layers: points, the start, one older sample, means.
        EXPECT_EQ(kinds, (std::map<int, int>{{0, 72}, {1, 72}, {2, 72}, {3, 18}}));
    }
}

TEST_F(Representations,
       in_every_view_have_a_menu_with_values_and_a_drawing_where_lines_are_enough) {
    const ScratchFolder folder;
    begin(small(), 30);
    for (int view = 0; view < 4; ++view) {
        show_as(static_cast<RepresentationsAs>(view));
        click({120, 120}, 1);
        ASSERT_TRUE(drawing().word("Copy values as CSV")) << view << drawing().text();
        EXPECT_EQ(drawing().all("Save drawing as SVG…").size(), view < 2 ? 1U : 0U);
        EXPECT_EQ(drawing().all("Save picture as PNG of width").size(),
                  view == 1 || view == 2 ? 1U : 0U);
        click(drawing().word("Save values as CSV…")->middle());
        ASSERT_TRUE(harness.view.path_dialog) << view;
        const std::string path = folder / "values.csv";
        harness.view.path_dialog->request.done(path);
        harness.view.path_dialog.reset();
        const std::string csv = read_file(path, std::size_t{1} << 24U);
        EXPECT_EQ(csv.rfind("lane,layer,", 0), 0U) << csv.substr(0, 80);
        EXPECT_GT(std::count(csv.begin(), csv.end(), '\n'), 5);
        look();
    }
}

}  // namespace
}  // namespace muonscope::gui

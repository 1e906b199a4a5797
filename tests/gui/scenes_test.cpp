// Pictures of scenes, drawn without a display and read back pixel by pixel.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>

#include "app/gui/imgui_session.h"
#include "app/gui/panels/maps.h"
#include "app/gui/theme.h"
#include "app/gui/window.h"
#include "app/render/opengl_scenes.h"
#include "app/render/opengl_target.h"
#include "app/render/renderer.h"
#include "app/render/scene.h"
#include "app/render/shader_text.h"
#include "core/base/error.h"
#include "tests/gui/mesa.h"

namespace muonscope::gui {
namespace {

using Eigen::Matrix3f;
using Eigen::Vector3f;

constexpr Colour black{0, 0, 0, 1}, white{1, 1, 1, 1}, red{1, 0, 0, 1}, green{0, 1, 0, 1},
    blue{0, 0, 1, 1};

using Rgb = std::array<int, 3>;

// RGB bytes with a size.
struct Pixels {
    int width = 0, height = 0;
    std::vector<std::uint8_t> bytes;

    Rgb at(int x, int y) const {
        Rgb rgb{};
        for (std::size_t part = 0; part < 3; ++part)
            rgb[part] = bytes[3 * static_cast<std::size_t>(y * width + x) + part];
        return rgb;
    }
    bool is(int x, int y, const Colour& colour, int within = 3) const {
        const Rgb rgb = at(x, y);
        for (std::size_t part = 0; part < 3; ++part)
            if (std::abs(rgb[part] - std::lround(255 * colour[part])) > within) return false;
        return true;
    }
    int count(const Colour& colour, int within = 3) const {
        int found = 0;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) found += is(x, y, colour, within) ? 1 : 0;
        return found;
    }
};

// Whether OpenGL has complained at the end of each test.
class Scenes : public testing::Test {
  protected:
    Scenes() {
        keep_mesa_loaded();
        window.emplace("scenes", Window::Size{64, 64}, Window::Kind::offscreen);
        window->begin_frame();
    }
    ~Scenes() override {
        if (!window) return;
        ImGui::Render();
        window->draw();
        for (const std::string& complaint : window->renderer().complaints())
            ADD_FAILURE() << complaint;
    }
    Pixels painted(const Picture& picture, int width, int height) {
        const Image& image = window->renderer().image("test", picture, width, height);
        EXPECT_EQ(image.fault, "");
        return read(image.texture, width, height);
    }
    Pixels painted(const Scene& scene, int width, int height, const Colour& ground = black) {
        return painted(Picture{ground, {{{0, 0, width, height}, scene}}}, width, height);
    }
    Pixels read(ImTextureID texture, int width, int height) {
        ImDrawList list(ImGui::GetDrawListSharedData());
        list._ResetForNewFrame();
        list.PushTexture(ImGui::GetIO().Fonts->TexRef);
        const ImVec2 size{static_cast<float>(width), static_cast<float>(height)};
        list.PushClipRect({0, 0}, size);
        if (texture != ImTextureID_Invalid) list.AddImage(texture, {0, 0}, size, {0, 1}, {1, 0});
        return {width, height, window->renderer().pixels_of(list, width, height, {})};
    }

    ImGuiSession imgui;
    std::optional<Window> window;
};

// ---- where things are ----

TEST(Camera, from_the_front_sees_x_to_the_right_and_y_upwards) {
    const Matrix3f front = turned(0, 0);
    EXPECT_LT((front - Matrix3f::Identity()).norm(), 1e-6);
    // A quarter to the right: what was right now points away, what was in front is to the left.
    const Matrix3f right = turned(static_cast<float>(std::numbers::pi / 2), 0);
    EXPECT_LT((right * Vector3f(1, 0, 0) - Vector3f(0, 0, 1)).norm(), 1e-6);
    EXPECT_LT((right * Vector3f(0, 0, 1) - Vector3f(-1, 0, 0)).norm(), 1e-6);
    // From above: what was up points to the viewer, what was in front is below.
    const Matrix3f above = turned(0, static_cast<float>(std::numbers::pi / 2));
    EXPECT_LT((above * Vector3f(0, 1, 0) - Vector3f(0, 0, 1)).norm(), 1e-6);
    EXPECT_LT((above * Vector3f(0, 0, 1) - Vector3f(0, -1, 0)).norm(), 1e-6);
    for (const float around : {-2.0F, 0.3F, 1.2F})
        for (const float up : {-1.5F, 0.4F}) {
            const Matrix3f turn = turned(around, up);
            EXPECT_LT((turn * turn.transpose() - Matrix3f::Identity()).norm(), 1e-5);
            EXPECT_NEAR(turn.determinant(), 1, 1e-5);
        }
}

TEST(Camera, shows_its_reach_to_the_nearer_edges) {
    const Camera camera{.middle = {1, 2, 3}, .reach = 4};
    EXPECT_LT((seen_at(camera, {1, 2, 3}, 200, 100) - Eigen::Vector2f(100, 50)).norm(), 1e-4);
    EXPECT_LT((seen_at(camera, {1, 6, 3}, 200, 100) - Eigen::Vector2f(100, 0)).norm(), 1e-4);
    EXPECT_LT((seen_at(camera, {5, 2, 9}, 200, 100) - Eigen::Vector2f(150, 50)).norm(), 1e-4);
    EXPECT_FLOAT_EQ(pixels_per_unit(camera, 200, 100), 12.5F);
}

TEST_F(Scenes, a_ball_is_a_disc_of_its_radius_where_it_lies) {
    Scene scene{.camera = {.reach = 2}};
    scene.ellipsoids.push_back({.centre = {0.5F, 0.25F, 0}, .colour = red});
    const Pixels seen = painted(scene, 200, 200);
    // 50 pixels a unit, the middle at (125, 87.5), radius 50.
    int inside = 0;
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x) {
            const double away = std::hypot(x + 0.5 - 125, y + 0.5 - 87.5);
            const Rgb rgb = seen.at(x, y);
            if (away < 49) {
                EXPECT_GT(rgb[0], 40) << x << ", " << y;
                EXPECT_GE(rgb[0], rgb[1]);
            } else if (away > 51) {
                EXPECT_TRUE(seen.is(x, y, black)) << x << ", " << y;
            }
            inside += rgb[0] > 20 ? 1 : 0;
        }
    EXPECT_NEAR(inside, std::numbers::pi * 50 * 50, 160);
    EXPECT_GT(seen.at(100, 60)[0], seen.at(150, 115)[0]);  // lit from the upper left
}

// For each ellipsoid its outline by hand: a point is inside where |B+ x| < 1 for B = view * axes.
TEST_F(Scenes, an_ellipsoid_covers_what_its_outline_encloses) {
    for (const float around : {0.0F, 0.7F, -1.3F})
        for (const float above : {0.0F, 0.6F}) {
            Scene scene{.camera = {.turn = turned(around, above), .reach = 3}};
            Ellipsoid body{.colour = white};
            body.axes << 2.0F, 0.3F, 0, -0.4F, 1.1F, 0.2F, 0.1F, 0.2F, 0.3F;
            scene.ellipsoids.push_back(body);
            const Pixels seen = painted(scene, 240, 240);
            const Eigen::Matrix<float, 2, 3> view = (scene.camera.turn * body.axes).topRows<2>();
            const Eigen::Matrix2f shape = (view * view.transpose()).inverse();
            for (int y = 0; y < 240; y += 3)
                for (int x = 0; x < 240; x += 3) {
                    const Eigen::Vector2f at((static_cast<float>(x) + 0.5F - 120) / 40,
                                             (120 - static_cast<float>(y) - 0.5F) / 40);
                    const float away = std::sqrt(at.dot(shape * at));
                    if (away < 0.96F) {
                        EXPECT_FALSE(seen.is(x, y, black, 8)) << x << ", " << y;
                    }
                    if (away > 1.06F) {
                        EXPECT_TRUE(seen.is(x, y, black)) << x << ", " << y;
                    }
                }
        }
}

// A film or a thread has no normals of its own: it is lit all the same.
TEST_F(Scenes, a_body_that_is_flat_is_seen_and_its_near_side_alone) {
    Scene scene{.camera = {.reach = 2}};
    Ellipsoid film{.colour = red};
    film.axes = Vector3f(1, 1, 0).asDiagonal();
    scene.ellipsoids = {film};
    const Pixels seen = painted(scene, 100, 100);
    EXPECT_GT(seen.at(60, 40)[0], 90);
    // Nearer ones hide those behind, in whatever order they are drawn.
    Ellipsoid behind{.centre = {0, 0, -2}, .colour = green};
    behind.axes *= 1.5F;
    for (const bool first : {true, false}) {
        scene.ellipsoids = first ? std::vector{behind, film} : std::vector{film, behind};
        const Pixels both = painted(scene, 100, 100);
        EXPECT_GT(both.at(60, 40)[0], both.at(60, 40)[1]);
        EXPECT_GT(both.at(83, 50)[1], both.at(83, 50)[0]);
    }
}

TEST_F(Scenes, a_line_is_as_wide_as_it_says_however_near_it_is) {
    for (const float reach : {1.0F, 10.0F})
        for (const float width : {1.0F, 3.0F, 6.0F}) {
            Scene scene{.camera = {.reach = reach}};
            scene.lines.push_back(
                {.points = {{-20, 0, 0}, {20, 0, 0}}, .colour = white, .width = width});
            const Pixels seen = painted(scene, 120, 120);
            for (const int x : {10, 60, 110}) {
                double across = 0;
                for (int y = 0; y < 120; ++y) across += seen.at(x, y)[0] / 255.0;
                EXPECT_NEAR(across, width, 0.3) << reach << ", " << width << ", " << x;
            }
        }
}

TEST_F(Scenes, a_dashed_line_has_its_gaps_on_the_screen) {
    Scene scene{.camera = {.reach = 1}};
    // In three pieces: dashes go on over the corners.
    scene.lines.push_back({.points = {{-1, 0, 0}, {-0.35F, 0, 0}, {0.15F, 0, 0}, {1, 0, 0}},
                           .colour = white,
                           .width = 4,
                           .dash = 12,
                           .gap = 8});
    const Pixels seen = painted(scene, 200, 200);
    for (int x = 2; x < 198; ++x) {
        const int on = x % 20;
        if (on >= 2 && on < 10) {
            EXPECT_GT(seen.at(x, 100)[0], 200) << x;
        }
        if (on >= 14 && on < 18) {
            EXPECT_LT(seen.at(x, 100)[0], 40) << x;
        }
    }
}

TEST_F(Scenes, a_closed_line_has_no_gap_at_its_end_and_corners_are_filled) {
    Scene scene{.camera = {.reach = 1}};
    scene.lines.push_back(
        {.points = {{-0.5F, -0.5F, 0}, {0.5F, -0.5F, 0}, {0.5F, 0.5F, 0}, {-0.5F, 0.5F, 0}},
         .colour = white,
         .width = 6,
         .closed = true});
    const Pixels seen = painted(scene, 200, 200);
    for (int i = 52; i < 148; ++i) {
        EXPECT_GT(seen.at(i, 50)[0], 230) << i;
        EXPECT_GT(seen.at(50, i)[0], 230) << i;
    }
    EXPECT_GT(seen.at(48, 48)[0], 128);  // a mitre
    EXPECT_TRUE(seen.is(100, 100, black));
}

TEST_F(Scenes, what_a_surface_hides_shows_as_far_as_it_says) {
    const auto behind = [&](float share) {
        Scene scene{.camera = {.reach = 2}};
        scene.ellipsoids.push_back({.colour = {0, 0, 0.6F, 1}});
        scene.lines.push_back({.points = {{-2, 0, -1.5F}, {2, 0, -1.5F}},
                               .colour = green,
                               .width = 5,
                               .behind = share});
        const Pixels seen = painted(scene, 100, 100);
        EXPECT_GT(seen.at(10, 50)[1], 240);  // beside the ball
        return seen.at(45, 50)[1];
    };
    const int none = behind(0), some = behind(0.4F), all = behind(1);
    EXPECT_LT(none, 60);
    EXPECT_GT(some, none + 50);
    EXPECT_GT(all, 240);
}

TEST_F(Scenes, points_have_their_shapes_and_sizes) {
    Scene scene{.camera = {.reach = 1}};
    PointCloud cloud{.at = {}, .colours = {white}, .shapes = {}, .radius = 20};
    const std::array at{Vector3f(-0.6F, 0.5F, 0),  Vector3f(0, 0.5F, 0),  Vector3f(0.6F, 0.5F, 0),
                        Vector3f(-0.6F, -0.5F, 0), Vector3f(0, -0.5F, 0), Vector3f(0.6F, -0.5F, 0)};
    cloud.at.assign(at.begin(), at.end());
    cloud.shapes = {PointShape::disc, PointShape::square, PointShape::ring,
                    PointShape::up,   PointShape::plus,   PointShape::cross};
    scene.points.push_back(cloud);
    const Pixels seen = painted(scene, 300, 300);
    // Middles at x = 60, 150, 240 and y = 75, 225.
    const auto on = [&](int x, int y) { return seen.at(x, y)[0] > 128; };
    for (const int by : {-18, 18}) {
        EXPECT_TRUE(on(60 + by, 75)) << "disc";
        EXPECT_TRUE(on(60, 75 + by)) << "disc";
    }
    EXPECT_FALSE(on(60 + 16, 75 + 16)) << "disc";
    EXPECT_TRUE(on(150 + 16, 75 + 16)) << "square";
    EXPECT_FALSE(on(240, 75)) << "ring";
    EXPECT_TRUE(on(240 + 16, 75)) << "ring";
    EXPECT_TRUE(on(60, 225 - 8)) << "up";
    EXPECT_TRUE(on(60 - 14, 225 + 8)) << "up";
    EXPECT_FALSE(on(60 - 14, 225 - 10)) << "up";
    EXPECT_TRUE(on(150, 225 + 18)) << "plus";
    EXPECT_FALSE(on(150 + 13, 225 + 13)) << "plus";
    EXPECT_TRUE(on(240 + 13, 225 + 13)) << "cross";
    EXPECT_FALSE(on(240, 225 + 18)) << "cross";
}

TEST_F(Scenes, a_heatmap_has_each_value_in_its_place_and_colour) {
    Scene scene{.camera = {.reach = 1}};
    const float none = std::numeric_limits<float>::quiet_NaN();
    scene.heatmaps.push_back({.rows = 2,
                              .columns = 3,
                              .values = {0, 0.5F, 1, -9, 9, none},
                              .colours = {red, green, blue},
                              .low = 0,
                              .high = 1,
                              .none = white});
    const Pixels seen = painted(scene, 120, 120);
    EXPECT_TRUE(seen.is(20, 30, red));
    EXPECT_TRUE(seen.is(60, 30, green));
    EXPECT_TRUE(seen.is(100, 30, blue));
    EXPECT_TRUE(seen.is(20, 90, red));   // below the range
    EXPECT_TRUE(seen.is(60, 90, blue));  // above it
    EXPECT_TRUE(seen.is(100, 90, white));
    scene.heatmaps.front().values[1] = 0.25F;
    EXPECT_TRUE(painted(scene, 120, 120).is(60, 30, {0.5F, 0.5F, 0, 1}));
    for (const Colour& colour : {red, green, blue, white})
        EXPECT_GT(seen.count(colour), 2200);  // four whole entries of 40 x 60 each, and two more
    // One of no entries or of another number than it says is not drawn.
    scene.heatmaps.front().values.pop_back();
    EXPECT_EQ(painted(scene, 120, 120).count(black), 120 * 120);
}

TEST_F(Scenes, a_grid_has_a_line_at_the_border_of_each_cell) {
    Scene scene{.camera = {.reach = 1.25F}};
    scene.grids.push_back({.across = 4, .along = 2, .colour = white, .width = 2});
    const Pixels seen = painted(scene, 250, 250);
    for (const int x : {25, 75, 125, 175, 225})
        EXPECT_GT(seen.at(std::clamp(x, 25, 224), 100)[0], 150) << x;
    for (const int x : {50, 100, 150, 200}) EXPECT_TRUE(seen.is(x, 100, black)) << x;
    for (const int y : {25, 125, 225}) EXPECT_GT(seen.at(50, std::clamp(y, 25, 224))[0], 150) << y;
    EXPECT_TRUE(seen.is(10, 125, black));
}

TEST_F(Scenes, a_band_fills_what_is_between_two_lines) {
    Scene scene{.camera = {.reach = 1}};
    scene.bands.push_back({.one = {{-1, 0.5F, 0}, {1, 0.5F, 0}},
                           .other = {{-1, -0.5F, 0}, {1, 0, 0}},
                           .colour = {1, 1, 1, 0.5F}});
    const Pixels seen = painted(scene, 100, 100);
    EXPECT_NEAR(seen.at(50, 40)[0], 128, 3);
    EXPECT_NEAR(seen.at(5, 70)[0], 128, 3);
    EXPECT_TRUE(seen.is(95, 70, black));
    EXPECT_TRUE(seen.is(50, 20, black));
}

TEST_F(Scenes, side_by_side_stay_in_their_panes) {
    Scene large{.camera = {.reach = 0.2F}};
    large.ellipsoids.push_back({.colour = red});
    Scene empty{.camera = {.reach = 1}};
    Scene other = large;
    other.ellipsoids.front().colour = green;
    const Picture picture{
        blue, {{{10, 5, 40, 60}, large}, {{60, 5, 40, 60}, other}, {{60, 70, 40, 20}, empty}}};
    const Pixels seen = painted(picture, 120, 100);
    for (int y = 0; y < 100; ++y)
        for (int x = 0; x < 120; ++x) {
            const bool first = x >= 10 && x < 50 && y >= 5 && y < 65;
            const bool second = x >= 60 && x < 100 && y >= 5 && y < 65;
            if (!first && !second) {
                EXPECT_TRUE(seen.is(x, y, blue)) << x << ", " << y;
            }
            if (first) {
                EXPECT_GT(seen.at(x, y)[0], 60);
                EXPECT_LT(seen.at(x, y)[2], 80);
            }
            if (second) {
                EXPECT_GT(seen.at(x, y)[1], 60);
            }
        }
}

TEST_F(Scenes, edges_are_smooth) {
    Scene scene{.camera = {.reach = 1.2F}};
    scene.ellipsoids.push_back({.colour = white});
    const Pixels seen = painted(scene, 100, 100);
    std::vector<int> levels;
    for (int x = 0; x < 50; ++x)
        for (int y = 0; y < 100; ++y)
            if (const int level = seen.at(x, y)[0]; level > 8 && level < 60)
                levels.push_back(level);
    EXPECT_GT(levels.size(), 20U);
}

// Bodies, lines and points smooth their edges themselves.
TEST_F(Scenes, edges_of_areas_are_smooth_where_there_are_samples) {
    Scene scene{.camera = {.reach = 1}};
    scene.bands.push_back({.one = {{-1, 0.9F, 0}, {1, 0.3F, 0}},
                           .other = {{-1, -0.4F, 0}, {1, -0.9F, 0}},
                           .colour = white});
    ScenePainter painter(ShaderLanguage::glsl_330, embedded_shaders());
    const auto mixed = [&](int samples) {
        Target target;
        EXPECT_EQ(target.bind(120, 120, samples), "");
        EXPECT_EQ(painter.paint({black, {{{0, 0, 120, 120}, scene}}}, 120, 120), "");
        target.resolve();
        const Pixels seen{120, 120, target.pixels()};
        int found = 0;
        for (int y = 0; y < 120; ++y)
            for (int x = 0; x < 120; ++x)
                found += seen.at(x, y)[0] > 20 && seen.at(x, y)[0] < 235 ? 1 : 0;
        return found;
    };
    EXPECT_EQ(mixed(0), 0);
    EXPECT_GT(mixed(4), 50);
}

// ---- what is drawn again, and what is kept ----

TEST_F(Scenes, are_drawn_again_only_where_something_is_other) {
    Renderer& renderer = window->renderer();
    Scene scene;
    scene.ellipsoids.push_back({.colour = red});
    Picture picture{black, {{{0, 0, 50, 50}, scene}}};
    const auto before = renderer.paintings();
    const ImTextureID texture = renderer.image("one", picture, 50, 50).texture;
    EXPECT_NE(texture, ImTextureID_Invalid);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(renderer.image("one", picture, 50, 50).texture, texture);
    EXPECT_EQ(renderer.paintings(), before + 1);
    picture.panes[0].scene.ellipsoids[0].axes(0, 1) = 0.25F;
    renderer.image("one", picture, 50, 50);
    picture.panes[0].scene.camera.turn = turned(0.1F, 0);
    renderer.image("one", picture, 50, 50);
    picture.ground = white;
    renderer.image("one", picture, 50, 50);
    EXPECT_EQ(renderer.paintings(), before + 4);
    renderer.image("one", picture, 60, 50);
    EXPECT_EQ(renderer.paintings(), before + 5);
    renderer.image("two", picture, 60, 50);
    EXPECT_EQ(renderer.paintings(), before + 6);
    ASSERT_NE(renderer.picture("one"), nullptr);
    EXPECT_EQ(*renderer.picture("one"), picture);
}

TEST_F(Scenes, that_nobody_asks_for_are_forgotten_after_a_frame) {
    Renderer& renderer = window->renderer();
    const auto next = [&] {
        ImGui::Render();
        window->draw();
        window->begin_frame();
    };
    renderer.image("one", {}, 40, 40);
    next();
    EXPECT_NE(renderer.picture("one"), nullptr);
    renderer.image("one", {}, 40, 40);
    next();
    EXPECT_NE(renderer.picture("one"), nullptr);
    next();
    EXPECT_EQ(renderer.picture("one"), nullptr);
}

TEST_F(Scenes, too_large_for_opengl_say_so_and_the_next_is_drawn) {
    const Image& image = window->renderer().image("large", {}, 1 << 20, 10);
    EXPECT_EQ(image.texture, ImTextureID_Invalid);
    EXPECT_NE(image.fault.find("1048576 x 10"), std::string::npos) << image.fault;
    ImDrawList list(ImGui::GetDrawListSharedData());
    EXPECT_THROW(window->renderer().pixels_of(list, 1 << 20, 10, {}), Error);
    EXPECT_EQ(painted(Scene{}, 30, 30, red).count(red), 900);
}

TEST_F(Scenes, for_print_are_as_large_as_asked_and_words_with_them) {
    ImDrawList list(ImGui::GetDrawListSharedData());
    list._ResetForNewFrame();
    list.PushTexture(ImGui::GetIO().Fonts->TexRef);
    list.PushClipRect({0, 0}, {1500, 900});
    ImGui::PushFont(imgui.fonts().text, 200);
    list.AddText({100, 100}, IM_COL32(255, 255, 0, 255), "Muon");
    const ImVec2 extent = ImGui::CalcTextSize("Muon");
    ImGui::PopFont();
    list.AddRectFilled({1400, 800}, {1500, 900}, IM_COL32(0, 255, 0, 255));
    const Pixels seen{1500, 900, window->renderer().pixels_of(list, 1500, 900, {0, 0, 1})};
    ASSERT_EQ(seen.bytes.size(), 3U * 1500 * 900);
    EXPECT_TRUE(seen.is(1450, 850, green));
    EXPECT_TRUE(seen.is(700, 850, blue));
    EXPECT_EQ(seen.count(green), 100 * 100);
    int words = 0;
    for (int y = 100; y < 100 + static_cast<int>(extent.y); ++y)
        for (int x = 100; x < 100 + static_cast<int>(extent.x); ++x)
            words += seen.is(x, y, {1, 1, 0, 1}) ? 1 : 0;
    EXPECT_GT(words, 5000);
}

TEST(NullRenderer, answers_with_an_empty_image_and_knows_what_was_asked) {
    ImGuiSession imgui;
    const auto renderer = null_renderer();
    Picture picture;
    picture.panes.push_back({{0, 0, 5, 5}, {}});
    const Image& image = renderer->image("one", picture, 5, 5);
    EXPECT_EQ(image.texture, ImTextureID_Invalid);
    EXPECT_EQ(image.fault, "");
    EXPECT_EQ(*renderer->picture("one"), picture);
    renderer->image("one", picture, 5, 5);
    EXPECT_EQ(renderer->paintings(), 1);
}

// ---- shaders that do not compile ----

TEST(ShaderText, begins_with_its_language_and_counts_lines_as_the_file_does) {
    const std::string text = shader_text(ShaderLanguage::glsl_330, "void main() {}\n");
    EXPECT_EQ(text, "#version 330 core\n#line 1\nvoid main() {}\n");
    const std::string embedded = shader_text(ShaderLanguage::essl_300, "void main() {}\n");
    EXPECT_TRUE(embedded.starts_with("#version 300 es\n"));
    EXPECT_NE(embedded.find("precision highp float;"), std::string::npos);
    EXPECT_TRUE(embedded.ends_with("#line 1\nvoid main() {}\n"));
}

TEST(ShaderText, finds_the_line_in_what_drivers_say) {
    EXPECT_EQ(shader_fault("shaders/a.frag", "0:12(5): error: `x' undeclared\n"),
              "shaders/a.frag:12: error: `x' undeclared");
    EXPECT_EQ(shader_fault("shaders/a.frag", "0(7) : error C1503: undefined variable \"x\""),
              "shaders/a.frag:7: error C1503: undefined variable \"x\"");
    EXPECT_EQ(shader_fault("shaders/a.vert",
                           "WARNING: 0:1: odd\nERROR: 0:40: 'x' : undeclared identifier\n"),
              "shaders/a.vert:40: ERROR: 0:40: 'x' : undeclared identifier");
    EXPECT_EQ(shader_fault("shaders/a.vert", "error: too many uniforms"),
              "shaders/a.vert: error: too many uniforms");
    EXPECT_EQ(shader_fault("shaders/a.vert", ""), "shaders/a.vert: the driver does not say why");
}

// Something of each kind.
Scene full_scene() {
    Scene scene;
    scene.ellipsoids.push_back({.colour = red});
    scene.lines.push_back({.points = {{-1, 0, 0}, {1, 0, 0}}, .colour = white, .behind = 1});
    scene.bands.push_back({.one = {{-1, 1, 0}, {1, 1, 0}},
                           .other = {{-1, 0, 0}, {1, 0, 0}},
                           .colour = {0, 1, 0, 0.5F}});
    scene.points.push_back({.at = {{0, 0, 1}}, .colours = {white}, .shapes = {}, .behind = 1});
    scene.heatmaps.push_back(
        {.rows = 1, .columns = 1, .values = {1}, .colours = {red, green}, .none = blue});
    scene.grids.push_back({.colour = white});
    return scene;
}

TEST_F(Scenes, compile_for_opengl_es_too) {
    for (const ShaderLanguage language : {ShaderLanguage::glsl_330, ShaderLanguage::essl_300}) {
        ScenePainter painter(language, embedded_shaders());
        EXPECT_EQ(painter.paint({black, {{{0, 0, 64, 64}, full_scene()}}}, 64, 64), "");
    }
}

// The line of the file, not of the text that the driver was given.
TEST_F(Scenes, with_a_broken_shader_name_its_file_and_line_and_draw_the_rest) {
    const auto broken = [](const std::string& which, const std::string& added) {
        return [which, added](const std::string& path) {
            const std::string text = embedded_shaders()(path);
            return path == which ? "\n\n" + added + "\n" + text : text;
        };
    };
    const Picture picture{blue, {{{0, 0, 64, 64}, full_scene()}}};
    for (const char* path :
         {"shaders/point.frag", "shaders/polyline.vert", "shaders/band.frag",
          "shaders/ellipsoid.vert", "shaders/heatmap.frag", "shaders/grid.vert"}) {
        ScenePainter painter(ShaderLanguage::glsl_330, broken(path, "float x = nothing_at_all;"));
        for (int again = 0; again < 2; ++again) {
            const std::string fault = painter.paint(picture, 64, 64);
            EXPECT_TRUE(fault.starts_with(std::string(path) + ":3: ")) << fault;
            EXPECT_NE(fault.find("nothing_at_all"), std::string::npos) << fault;
        }
    }
    // Each by itself is well; together they are not: a function is promised and not there, which
    // every driver minds.
    ScenePainter painter(ShaderLanguage::glsl_330, [](const std::string& path) {
        std::string text = embedded_shaders()(path);
        if (path == "shaders/band.vert") {
            const std::size_t main = text.find("void main()"), body = text.find('{', main) + 1;
            text.insert(body, " gl_PointSize = not_there(); ").insert(main, "float not_there();\n");
        }
        return text;
    });
    const std::string fault = painter.paint(picture, 64, 64);
    EXPECT_TRUE(fault.starts_with("shaders/band.vert and .frag")) << fault;
    // OpenGL's own output says it as well; that is all there is to complain of.
    for (const std::string& complaint : window->renderer().complaints())
        EXPECT_NE(complaint.find("nothing_at_all"), std::string::npos) << complaint;
    // A sound one draws on.
    EXPECT_EQ(painted(Scene{}, 20, 20, red).count(red), 400);
}

class FaultyRenderer final : public Renderer {
  public:
    void draw(int, int, const ClearColour&) override {}
    std::vector<std::uint8_t> pixels(const PixelArea&) override { return {}; }
    std::vector<std::uint8_t> pixels_of(ImDrawList&, int, int, const ClearColour&) override {
        return {};
    }

  protected:
    Image paint(const Picture&, int, int, std::unique_ptr<Surface>&) override {
        return {.fault = "shaders/point.frag:3: error"};
    }
};

TEST_F(Scenes, that_cannot_be_drawn_are_said_by_the_panel) {
    FaultyRenderer faulty;
    Preferences preferences;
    ViewState view;
    Workplace workplace{0};
    const Theme theme = dark_theme();
    PanelContext context{.preferences = preferences,
                         .view = view,
                         .theme = theme,
                         .fonts = imgui.fonts(),
                         .send = [](const Command&) { return std::uint64_t{0}; },
                         .workplace = workplace};
    const auto said = [&](Renderer* renderer) {
        context.renderer = renderer;
        ImDrawList list(ImGui::GetDrawListSharedData());
        list._ResetForNewFrame();
        list.PushTexture(ImGui::GetIO().Fonts->TexRef);
        list.PushClipRect({0, 0}, {400, 300});
        MapsSheet sheet;
        sheet.size = {400, 300};
        draw_sheet(context, &list, sheet, {0, 0}, "faulty");
        return std::any_of(list.VtxBuffer.begin(), list.VtxBuffer.end(),
                           [&](const ImDrawVert& v) { return v.col == u32(theme.bad); });
    };
    EXPECT_TRUE(said(&faulty));
    EXPECT_FALSE(said(&window->renderer()));
    EXPECT_FALSE(said(nullptr));
}

}  // namespace
}  // namespace muonscope::gui

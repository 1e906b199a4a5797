// The panel of maps: what is in its pictures, held against decompositions worked out anew, and what
// the mouse and the choices do to them.

#include "app/gui/panels/maps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numbers>

#include "app/gui/frame.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/page.h"
#include "app/gui/window.h"
#include "app/render/renderer.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/choices.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/gui/mesa.h"
#include "tests/jacobi_svd.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

std::shared_ptr<Snapshot> three(std::int64_t steps = 60) {
    return trained(preset("three-dimensions"), steps);
}

class Maps : public testing::Test {
  protected:
    explicit Maps(ImVec2 size = {900, 500}) : harness(size) {}

    void show(std::shared_ptr<const Snapshot> snapshot) {
        harness.show(std::move(snapshot));
        look();
    }
    void look() {
        for (int i = 0; i < 3; ++i) harness.panel_frame(maps_panel);
        harness.frames_until([&] {
            harness.panel_frame(maps_panel);
            return !harness.view.working;
        });
        for (int i = 0; i < 3; ++i) harness.panel_frame(maps_panel);
    }
    const Picture& picture() {
        const Picture* found = harness.renderer().picture("maps");
        EXPECT_NE(found, nullptr);
        static const Picture none;
        return found == nullptr ? none : *found;
    }
    const Scene& scene(std::size_t pane) { return picture().panes.at(pane).scene; }
    MapsChoices& chosen() { return harness.chosen<MapsChoices>(); }
    // All words, whatever lines they stand on.
    static std::string said() {
        std::string text = drawing().text();
        for (std::size_t at = 0; (at = text.find("\nMaps##alone: ", at)) != std::string::npos;)
            text.replace(at, 14, " ");
        return text;
    }
    // Semi-axes as drawn, longest first.
    static Eigen::Vector3f lengths(const Scene& scene) {
        return Eigen::JacobiSVD<Eigen::Matrix3f>(scene.ellipsoids.at(0).axes).singularValues();
    }

    Harness harness;
};

TEST_F(Maps, at_width_three_are_the_images_of_the_sphere) {
    const auto snapshot = three();
    show(snapshot);
    // A lane after the other: layer 1, layer 2, the product.
    ASSERT_EQ(picture().panes.size(), 6U);
    for (std::size_t lane = 0; lane < 2; ++lane) {
        const auto& weights = *snapshot->lanes[lane].weights;
        const Matrix maps[] = {weights[0], weights[1], weights[1] * weights[0]};
        for (std::size_t m = 0; m < 3; ++m) {
            const Scene& drawn = scene(3 * lane + m);
            ASSERT_EQ(drawn.ellipsoids.size(), 1U);
            const Matrix frame =
                m == 0 ? Eigen::JacobiSVD<Matrix>(snapshot->problem->start[0], Eigen::ComputeFullU)
                             .matrixU()
                       : Eigen::JacobiSVD<Matrix>(snapshot->problem->target, Eigen::ComputeFullU)
                             .matrixU();
            // As sets, up to the signs of the frame's columns and the film of the thinnest.
            const Matrix turned = frame.transpose() * maps[m];
            const Matrix expected = turned * turned.transpose();
            const Eigen::Matrix3d axes = drawn.ellipsoids[0].axes.cast<double>();
            const Matrix got = axes * axes.transpose();
            const double film = std::pow(0.012 * drawn.camera.reach, 2);
            for (int i = 0; i < 3; ++i)
                for (int j = 0; j < 3; ++j)
                    EXPECT_NEAR(std::abs(got(i, j)), std::abs(expected(i, j)),
                                film + 1e-5 * expected.norm())
                        << lane << ", " << m << ": " << i << ", " << j;
        }
    }
    const std::string words = said();
    EXPECT_NE(words.find("Exact: nothing is left out."), std::string::npos) << words;
}

TEST_F(Maps, of_wide_layers_have_the_chosen_singular_values_and_say_what_is_left_out) {
    const auto snapshot = trained(preset("two-ways-up"), 30);
    harness.chosen<MapsChoices>().which = {0, 3, 6};
    show(snapshot);
    ASSERT_EQ(picture().panes.size(), 8U);
    for (std::size_t lane = 0; lane < 2; ++lane)
        for (std::size_t m = 0; m < 4; ++m) {
            const auto& weights = *snapshot->lanes[lane].weights;
            const Matrix map = m < 3 ? weights[m] : Matrix(weights[2] * weights[1] * weights[0]);
            const Vector s = Eigen::JacobiSVD<Matrix>(map).singularValues();
            const Eigen::Vector3f drawn = lengths(scene(4 * lane + m));
            for (int k = 0; k < 3; ++k)
                EXPECT_NEAR(
                    static_cast<double>(drawn(k)),
                    std::max(s(3 * k),
                             0.012 * static_cast<double>(scene(4 * lane + m).camera.reach) / 1.28),
                    2e-5)
                    << lane << ", " << m << ", " << k;
        }
    const std::string words = said();
    EXPECT_NE(words.find("Of 32 dimensions singular directions 1, 4, 7"), std::string::npos)
        << words;
    EXPECT_EQ(words.find("Exact"), std::string::npos);
}

TEST_F(Maps, have_the_targets_ellipsoid_around_them) {
    const auto snapshot = three();
    show(snapshot);
    const Vector& s = snapshot->problem->target_svd.s;
    const auto wire = [&](std::size_t pane) {
        std::vector<float> reach;
        for (const Polyline& line : scene(pane).lines)
            if (line.closed)
                for (const auto& point : line.points) reach.push_back(point.norm());
        return reach;
    };
    const std::vector<float> product = wire(2), layer = wire(1);
    ASSERT_FALSE(product.empty());
    EXPECT_NEAR(*std::max_element(product.begin(), product.end()), s(0), 1e-5);
    EXPECT_NEAR(*std::min_element(product.begin(), product.end()), s(2), 1e-5);
    EXPECT_NEAR(*std::max_element(layer.begin(), layer.end()), std::sqrt(s(0)), 1e-5);
    EXPECT_NEAR(*std::min_element(layer.begin(), layer.end()), std::sqrt(s(2)), 1e-5);
    chosen().target = false;
    look();
    EXPECT_TRUE(wire(2).empty());
}

TEST_F(Maps, of_the_update_show_a_ball_for_muon_and_the_gradients_shape_for_sgd) {
    const auto snapshot = three(60);
    chosen().update = true;
    show(snapshot);
    // Layer 1: −G, step; layer 2: −G, step; the product likewise.
    ASSERT_EQ(picture().panes.size(), 12U);
    for (const std::size_t layer : {0U, 1U}) {
        const Eigen::Vector3f sgd_descent = lengths(scene(2 * layer));
        const Eigen::Vector3f sgd_step = lengths(scene(2 * layer + 1));
        const Eigen::Vector3f muon_descent = lengths(scene(6 + 2 * layer));
        const Eigen::Vector3f muon_step = lengths(scene(6 + 2 * layer + 1));
        EXPECT_LT((sgd_descent - sgd_step).norm(), 1e-4);
        EXPECT_LT(sgd_step(1), 0.25F);  // nearly a needle
        EXPECT_LT(muon_descent(2), 0.7F);
        EXPECT_GT(muon_step(2), 0.99F);  // a ball
        EXPECT_NEAR(sgd_descent(0), 1, 1e-5);
        EXPECT_NEAR(muon_step(0), 1, 1e-5);
    }
    const std::string words = drawing().text();
    EXPECT_NE(words.find("layer 1: −G"), std::string::npos) << words;
    EXPECT_NE(words.find("layer 2: step"), std::string::npos) << words;
}

TEST_F(Maps, of_the_products_update_show_what_is_missing_and_what_the_layers_steps_make_together) {
    const auto snapshot = three(60);
    chosen().update = true;
    chosen().source = 0;
    show(snapshot);
    ASSERT_EQ(picture().panes.size(), 4U);
    for (std::size_t lane = 0; lane < 2; ++lane) {
        const auto& w = *snapshot->lanes[lane].weights;
        const auto& moved = snapshot->lanes[lane].move->updates;
        const Matrix before = (w[1] - moved[1]) * (w[0] - moved[0]);
        const auto expect = [&](const Matrix& matrix, std::size_t pane) {
            const Vector s = Eigen::JacobiSVD<Matrix>(matrix).singularValues();
            Eigen::Vector3f drawn = lengths(scene(pane));
            std::sort(drawn.data(), drawn.data() + 3, std::greater<>());
            for (int k = 0; k < 3; ++k)  // a needle is drawn as thick as can be seen
                EXPECT_NEAR(drawn(k), std::max(s(k) / s(0), 0.0125), 2e-3) << pane << ", " << k;
        };
        expect(snapshot->problem->target - before, 2 * lane);
        expect(w[1] * w[0] - before, 2 * lane + 1);
    }
    EXPECT_NE(drawing().text().find("product: −G"), std::string::npos) << drawing().text();
}

TEST_F(Maps, ask_for_steps_only_while_they_are_shown) {
    harness.show(three());
    harness.panel_frame(maps_panel);
    EXPECT_TRUE(harness.view.weights_shown);
    EXPECT_FALSE(harness.view.moves_shown);
    chosen().update = true;
    harness.panel_frame(maps_panel);
    EXPECT_TRUE(harness.view.moves_shown);
}

TEST_F(Maps, of_a_layer_that_stands_still_say_so) {
    Spec spec = preset("three-dimensions");
    for (Recipe& recipe : spec.lanes) recipe.phases.front().layers = {1};
    chosen().update = true;
    show(trained(spec, 10));
    EXPECT_EQ(drawing().all("did not move").size(), 4U) << drawing().text();
}

TEST_F(Maps, that_are_not_finite_say_so) {
    auto snapshot = three(5);
    auto weights = *snapshot->lanes[0].weights;
    weights[0](0, 0) = std::nan("");
    snapshot->lanes[0].weights = std::make_shared<const std::vector<Matrix>>(weights);
    show(snapshot);
    EXPECT_EQ(drawing().all("not finite").size(), 2U) << drawing().text();  // layer 1 and product
    for (const Pane& pane : picture().panes)
        for (const Ellipsoid& body : pane.scene.ellipsoids) EXPECT_TRUE(body.axes.allFinite());
}

TEST_F(Maps, are_turned_together_by_a_drag_and_zoomed_by_the_wheel_and_come_back) {
    show(three());
    const Camera before = scene(0).camera;
    const ImVec2 from{300, 250};
    harness.move_to(from);
    look();
    ImGuiIO& io = ImGui::GetIO();
    io.AddMouseButtonEvent(0, true);
    look();
    io.AddMousePosEvent(from.x + 60, from.y);
    look();
    io.AddMouseButtonEvent(0, false);
    look();
    const Camera turned_right = scene(0).camera;
    EXPECT_GT((turned_right.turn - before.turn).norm(), 0.1F);
    for (const Pane& pane : picture().panes) EXPECT_EQ(pane.scene.camera.turn, turned_right.turn);
    // What was in front has gone with the mouse, to the right.
    const Eigen::Vector3f front = before.turn.transpose() * Eigen::Vector3f(0, 0, 1);
    EXPECT_GT((turned_right.turn * front).x(), 0.1F);
    EXPECT_NEAR((turned_right.turn * Eigen::Vector3f(0, 1, 0)).x(), 0, 1e-6);

    io.AddMouseWheelEvent(0, 3);
    look();
    EXPECT_NEAR(scene(0).camera.reach * std::pow(1.1F, 3.0F), turned_right.reach, 1e-4);
    for (const bool down : {true, false, true, false}) {
        io.AddMouseButtonEvent(0, down);
        harness.panel_frame(maps_panel);
    }
    look();
    EXPECT_EQ(scene(0).camera.turn, before.turn);
    EXPECT_EQ(scene(0).camera.reach, before.reach);
}

TEST_F(Maps, are_drawn_again_only_when_something_has_changed) {
    const auto snapshot = three();
    show(snapshot);
    const auto before = harness.renderer().paintings();
    for (int i = 0; i < 10; ++i) harness.panel_frame(maps_panel);
    auto same = std::make_shared<Snapshot>(*snapshot);  // as a paused trainer publishes it again
    ++same->serial;
    show(same);
    EXPECT_EQ(harness.renderer().paintings(), before);
    chosen().zoom = 2;
    look();
    EXPECT_EQ(harness.renderer().paintings(), before + 1);
    harness.preferences.dark = false;
    look();
    EXPECT_EQ(harness.renderer().paintings(), before + 2);
}

TEST_F(Maps, are_not_worked_out_behind_another_tab) {
    harness.show(three());
    harness.frames(6);
    harness.view.bring_forward = "Singular values";
    harness.frames(6);
    EXPECT_EQ(harness.renderer().picture("maps"), nullptr);
    harness.view.bring_forward = "Maps";
    harness.frames(6);
    EXPECT_NE(harness.renderer().picture("maps"), nullptr);
}

TEST_F(Maps, tell_the_numbers_under_the_mouse) {
    const auto snapshot = three();
    show(snapshot);
    const PixelArea area = picture().panes[5].area;  // Muon's product
    const auto words = drawing().word("Muon");
    ASSERT_TRUE(words);
    ImGui::GetIO().AddMousePosEvent(
        words->min.x + static_cast<float>(area.x) + 0.5F * static_cast<float>(area.width),
        words->max.y + 0.5F * static_cast<float>(area.height));
    look();
    EXPECT_EQ(harness.kept<MapsView>().hovered, 5);
    const std::string text = drawing().text();
    EXPECT_NE(text.find("Muon, product"), std::string::npos) << text;
    EXPECT_NE(text.find("target's 1"), std::string::npos) << text;
    EXPECT_NE(text.find("σ3"), std::string::npos) << text;
}

class NarrowMaps : public Maps {
  protected:
    NarrowMaps() : Maps({560, 460}) {}
};

TEST_F(NarrowMaps, of_many_layers_leave_none_out_without_a_word) {
    Spec spec = preset("deep");
    set(spec, "network.width", "4");
    set(spec, "target.modes", "4");
    show(trained(spec, 5));
    EXPECT_LT(picture().panes.size(), 18U);
    EXPECT_EQ(picture().panes.size() % 2, 0U);
    EXPECT_NE(said().find("No room for layers"), std::string::npos) << said();
    for (int layer = 1; layer <= 8; ++layer) {
        chosen().source = layer;
        look();
        EXPECT_EQ(picture().panes.size(), 2U);
        EXPECT_EQ(drawing().all("layer " + std::to_string(layer)).size(), 3U);  // and the choice
        EXPECT_EQ(drawing().text().find("No room"), std::string::npos);
    }
}

TEST_F(Maps, with_shapes_alone_are_all_as_long) {
    chosen().shape = true;
    show(three(5));
    for (std::size_t pane = 0; pane < 6; ++pane) {
        EXPECT_NEAR(lengths(scene(pane))(0), 1, 1e-5);
        EXPECT_EQ(scene(pane).camera.reach, scene(0).camera.reach);
    }
}

TEST_F(Maps, leave_as_a_table_of_axes_and_as_outlines) {
    const auto snapshot = three();
    show(snapshot);
    PanelContext context = harness.context();
    ImGui::NewFrame();
    const MapsSheet sheet = maps_sheet(context, {800, 400});
    const plots::Table table = maps_table(sheet);
    ASSERT_EQ(table.rows.size(), 18U);
    const Matrix product = (*snapshot->lanes[1].weights)[1] * (*snapshot->lanes[1].weights)[0];
    const Vector s = Eigen::JacobiSVD<Matrix>(product).singularValues();
    for (int k = 0; k < 3; ++k) {
        const std::vector<double>& row = table.rows[15 + static_cast<std::size_t>(k)];
        EXPECT_EQ(row[0], 2);
        EXPECT_EQ(row[1], 0);
        EXPECT_EQ(row[2], 60);  // the step
        EXPECT_EQ(row[4], k + 1);
        EXPECT_NEAR(row[5], s(k), 1e-13);
        EXPECT_NEAR(row[6] * row[6] + row[7] * row[7] + row[8] * row[8], 1, 1e-12);
        EXPECT_NEAR(row[9], 1, 1e-12);
    }
    const std::vector<plots::Chart> charts = maps_charts(context, sheet);
    ASSERT_EQ(charts.size(), 6U);
    const std::string svg = plots::to_svg(plots::page_of(charts, "maps", 3));
    EXPECT_NE(svg.find("Muon, product"), std::string::npos);
    EXPECT_NE(svg.find("<polyline"), std::string::npos);
    ImGui::EndFrame();
}

TEST_F(Maps, have_a_menu_that_saves_them_at_any_width) {
    show(three());
    const ImVec2 at{300, 250};
    harness.move_to(at);
    look();
    for (const bool down : {true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(1, down);
        harness.panel_frame(maps_panel);
    }
    look();
    const Drawing menu = drawing();
    for (const char* entry : {"Copy values as CSV", "Save values as CSV…", "Save drawing as SVG…",
                              "Save picture as PNG…", "Save picture as PNG of width"})
        EXPECT_EQ(menu.all(entry).size(), 1U) << entry << " in\n" << menu.text();
    const auto wide = menu.word("Save picture as PNG of width");
    ASSERT_TRUE(wide);
    ImGui::GetIO().AddMousePosEvent(wide->middle().x, wide->middle().y);
    look();
    look();
    const auto entry = drawing().word("3200 pixels…");
    ASSERT_TRUE(entry);
    ImGui::GetIO().AddMousePosEvent(wide->max.x, wide->middle().y);
    look();
    ImGui::GetIO().AddMousePosEvent(entry->middle().x, entry->middle().y);
    look();
    for (const bool down : {true, false}) {
        ImGui::GetIO().AddMouseButtonEvent(0, down);
        harness.panel_frame(maps_panel);
    }
    look();
    ASSERT_TRUE(harness.view.path_dialog);
    EXPECT_EQ(harness.view.path_dialog->request.ending, ".png");
    EXPECT_NE(harness.view.path_dialog->request.path.find("maps-step-60"), std::string::npos);
}

TEST_F(Maps, are_said_to_be_what_they_look_like) {
    show(three(80));
    const std::string at_80 = drawing().text();
    EXPECT_NE(at_80.find("needle"), std::string::npos) << at_80;
    show(three(40));
    EXPECT_NE(drawing().text().find("ball"), std::string::npos) << drawing().text();
    show(three(140));
    EXPECT_NE(drawing().text().find("disc"), std::string::npos) << drawing().text();
}

// ---- with pixels ----

TEST(MapsPicture, for_print_has_the_size_asked_for_and_the_bodies_in_it_in_both_themes) {
    keep_mesa_loaded();
    const ScratchFolder folder;
    const auto snapshot = three(60);
    for (const bool dark : {true, false}) {
        ImGuiSession imgui;
        Window window("maps", {700, 400}, Window::Kind::offscreen);
        Preferences preferences;
        preferences.dark = dark;
        ViewState view;
        Workplace workplace{0};
        const Theme theme = theme_for(preferences, 1);
        apply_theme(theme);
        PanelContext context{.snapshot = snapshot.get(),
                             .preferences = preferences,
                             .view = view,
                             .theme = theme,
                             .fonts = imgui.fonts(),
                             .send = [](const Command&) { return std::uint64_t{0}; },
                             .workplace = workplace,
                             .renderer = &window.renderer()};
        const auto count = [&](const std::vector<std::uint8_t>& rgb, const ImVec4& hue) {
            int found = 0;
            for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
                const Eigen::Vector3f is(rgb[i], rgb[i + 1], rgb[i + 2]);
                const Eigen::Vector3f wanted(hue.x, hue.y, hue.z);
                const float length = is.norm() * wanted.norm();
                found += length > 60 && is.dot(wanted) > 0.985F * length && is.maxCoeff() > 60 &&
                         is.maxCoeff() > 1.6F * is.minCoeff();
            }
            return found;
        };
        for (int frame = 0; frame < 4; ++frame) {
            window.begin_frame();
            draw_panel_alone(context, maps_panel);
            if (frame == 3) save_maps_picture(context, {650, 340}, folder / "maps.png", 1300);
            ImGui::Render();
            window.draw();
        }
        const auto rgb = window.pixels({0, 0, 700, 400});
        EXPECT_GT(count(rgb, theme.lane(1)), 3000) << dark;
        EXPECT_GT(count(rgb, theme.lane(0)), 300) << dark;
        EXPECT_TRUE(window.renderer().complaints().empty());
        const std::string png = read_file(folder / "maps.png", 1U << 24U);
        ASSERT_GT(png.size(), 24U);
        const auto number = [&](std::size_t at) {
            int value = 0;
            for (std::size_t i = 0; i < 4; ++i)
                value = 256 * value + static_cast<unsigned char>(png[at + i]);
            return value;
        };
        EXPECT_EQ(number(16), 1300);
        EXPECT_EQ(number(20), 680);
        window.begin_frame();
        ImGui::Render();
        window.draw();
    }
}

}  // namespace
}  // namespace muonscope::gui

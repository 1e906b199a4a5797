#include "app/gui/frame_pacer.h"
#include "app/gui/imgui_session.h"
#include "app/gui/preferences.h"
#include "app/gui/render_main.h"
#include "app/gui/window.h"
#include "app/gui/window_main.h"
#include "app/render/pixels.h"
#include "app/render/png.h"
#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "imgui.h"
#include "tests/gui/choices.h"
#include "tests/gui/mesa.h"
#include "tests/scratch_folder.h"

#include <gtest/gtest.h>
#include <png.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <unistd.h>

namespace muonscope::gui {
namespace {

// A folder of this test's own, gone with it; XDG_CONFIG_HOME points there meanwhile.
class PreferenceFiles : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("muonscope preferences " + std::to_string(getpid()));
        std::filesystem::create_directories(folder_ / "muonscope");
        setenv("XDG_CONFIG_HOME", folder_.c_str(), 1);
    }
    void TearDown() override {
        unsetenv("XDG_CONFIG_HOME");
        std::filesystem::remove_all(folder_);
    }
    std::filesystem::path file(const char* name) const { return folder_ / "muonscope" / name; }
    std::filesystem::path folder_;
};

TEST(pacer, draws_nothing_while_nothing_happens) {
    FramePacer pacer;
    EXPECT_FALSE(pacer.due(1));
    EXPECT_EQ(pacer.wait(1), FramePacer::idle_wait);
}

TEST(pacer, draws_at_most_sixty_frames_a_second) {
    FramePacer pacer;
    int drawn = 0;
    for (int i = 0; i < 10000; ++i) {
        const double now = i * 1e-4;
        pacer.wake(now, 0.1);
        if (pacer.due(now)) {
            pacer.drawn(now);
            ++drawn;
        }
    }
    EXPECT_LE(drawn, 61);
    EXPECT_GE(drawn, 55);
}

TEST(pacer, falls_asleep_after_the_time_it_was_woken_for) {
    FramePacer pacer;
    pacer.wake(5, 0.5);
    EXPECT_TRUE(pacer.due(5.4));
    EXPECT_FALSE(pacer.due(5.6));
}

TEST(frame_times, know_their_median_and_their_newest_second) {
    FrameTimes times;
    for (int i = 0; i < 100; ++i) times.add(i * 0.1, 1 + i, 2);
    times.add(10, 200, 8);
    EXPECT_EQ(times.frames(), 101);
    EXPECT_NEAR(times.summary().build_median, 51, 1);
    EXPECT_EQ(times.summary().frame_median, 2);
    EXPECT_EQ(times.summary().build_p99, 100);
    EXPECT_NEAR(times.mean_of_newest_second(10), (10 * 2 + 8) / 11.0, 0.1);
}

TEST_F(PreferenceFiles, come_back_as_they_were_saved) {
    Preferences saved;
    saved.dark = false;
    saved.user_scale = 1.5;
    number_of(saved, "sv_source") = 2;
    switch_of(saved, "sv_log") = true;
    save_preferences(saved);
    std::string complaint;
    Preferences read = load_preferences(complaint);
    EXPECT_TRUE(complaint.empty()) << complaint;
    EXPECT_EQ(to_json(read), to_json(saved));
}

TEST_F(PreferenceFiles, give_defaults_and_a_reason_when_they_cannot_be_read) {
    for (const char* text : {"{", "[1, 2]", "", "\xff\xfe", "42"}) {
        std::ofstream(file("preferences.json")) << text;
        std::string complaint;
        Preferences read = load_preferences(complaint);
        EXPECT_EQ(to_json(read), to_json(Preferences{}));
        EXPECT_NE(complaint.find("preferences.json"), std::string::npos);
    }
}

TEST_F(PreferenceFiles, are_silently_the_defaults_before_the_first_time) {
    std::string complaint;
    load_preferences(complaint);
    EXPECT_TRUE(complaint.empty());
}

TEST_F(PreferenceFiles, ignore_values_of_a_wrong_type_or_out_of_range) {
    Preferences read = preferences_from_json(
        R"({"dark": 3, "user_scale": 1e9, "sv_source": -4, "sv_log": true, "unknown": {}})");
    EXPECT_EQ(read.dark, Preferences{}.dark);
    EXPECT_EQ(read.user_scale, 1);
    EXPECT_EQ(number_of(read, "sv_source"), 0);
    EXPECT_TRUE(switch_of(read, "sv_log"));
}

TEST_F(PreferenceFiles, keep_a_layout_only_of_their_own_version) {
    save_layout("[Window][Loss]\n\n[Docking][Data]\nDockSpace ID=0x00000001 Pos=0,0 Size=9,9\n");
    std::string complaint;
    EXPECT_NE(load_layout(complaint).find("[Window][Loss]"), std::string::npos);
    EXPECT_EQ(complaint, "");
    std::ofstream(file("layout.ini")) << "; muonscope layout 0\n[Window][Loss]\n";
    EXPECT_EQ(load_layout(complaint), "");
    EXPECT_NE(complaint.find("is not of this version"), std::string::npos) << complaint;
}

TEST(png, refuses_pixels_that_do_not_fill_the_picture) {
    const std::vector<std::uint8_t> pixels(10);
    EXPECT_THROW(write_png("x.png", 2, 2, pixels), Error);
    EXPECT_FALSE(std::filesystem::exists("x.png"));
}

TEST(png, holds_every_pixel_where_it_was) {
    const ScratchFolder folder;
    for (const auto& [width, height] : {std::pair{5, 3}, {3, 5}, {1, 7}, {7, 1}}) {
        std::vector<std::uint8_t> pixels;
        for (int i = 0; i < width * height; ++i)
            for (const int part : {10 + i, 250 - 2 * i, 7 * i})
                pixels.push_back(static_cast<std::uint8_t>(part));
        const std::string path = folder / "a.png";
        write_png(path, width, height, pixels);
        png_image image{};
        image.version = PNG_IMAGE_VERSION;
        ASSERT_NE(png_image_begin_read_from_file(&image, path.c_str()), 0) << image.message;
        EXPECT_EQ(image.width, static_cast<png_uint_32>(width));
        EXPECT_EQ(image.height, static_cast<png_uint_32>(height));
        image.format = PNG_FORMAT_RGB;
        std::vector<std::uint8_t> read(PNG_IMAGE_SIZE(image));
        ASSERT_NE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr), 0);
        EXPECT_EQ(read, pixels) << width << " x " << height;
    }
}

// Every pixel has a colour of its own.
TEST(window, gives_a_part_of_the_picture_row_by_row_from_its_upper_left_corner) {
    keep_mesa_loaded();
    constexpr int width = 40, height = 30;
    const auto parts = [](int x, int y) { return std::array{3 + 6 * x, 5 + 8 * y, 100 + x}; };
    ImGuiSession imgui;
    Window window("pixels", {width, height}, Window::Kind::offscreen);
    ASSERT_EQ(window.framebuffer().width, width);
    window.begin_frame();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto [red, green, blue] = parts(x, y);
            const ImVec2 at{static_cast<float>(x), static_cast<float>(y)};
            ImGui::GetForegroundDrawList()->AddRectFilled(at, {at.x + 1, at.y + 1},
                                                          IM_COL32(red, green, blue, 255));
        }
    ImGui::Render();
    window.draw();
    for (const PixelArea& area :
         {PixelArea{0, 0, width, height}, {0, 0, 7, 4}, {9, 2, 13, 5}, {33, 25, 7, 5}}) {
        const std::vector<std::uint8_t> pixels = window.pixels(area);
        ASSERT_EQ(pixels.size(), static_cast<std::size_t>(3 * area.width * area.height));
        for (int y = 0; y < area.height; ++y)
            for (int x = 0; x < area.width; ++x)
                for (int part = 0; part < 3; ++part)
                    ASSERT_NEAR(pixels[3 * (y * area.width + x) + part],
                                parts(area.x + x, area.y + y)[part], 1)
                        << x << ", " << y << " of " << area.x << ", " << area.y;
    }
}

TEST(cut_to, leaves_the_pixels_that_lie_in_the_picture_and_at_least_one) {
    constexpr int width = 12, height = 9;
    for (const int x : {-20, -3, 0, 4, 11, 12, 30})
        for (const int y : {-20, -2, 0, 5, 8, 9, 30})
            for (const int w : {1, 3, 12, 50})
                for (const int h : {1, 2, 9, 50}) {
                    const PixelArea cut = cut_to({x, y, w, h}, width, height);
                    const auto inside = [&](int i, int j) {
                        return i >= x && i < x + w && j >= y && j < y + h;
                    };
                    int both = 0, kept = 0;
                    for (int j = 0; j < height; ++j)
                        for (int i = 0; i < width; ++i) both += inside(i, j) ? 1 : 0;
                    for (int j = cut.y; j < cut.y + cut.height; ++j)
                        for (int i = cut.x; i < cut.x + cut.width; ++i) {
                            ASSERT_TRUE(i >= 0 && i < width && j >= 0 && j < height)
                                << x << ", " << y << ", " << w << ", " << h;
                            kept += both == 0 || inside(i, j) ? 1 : 0;
                        }
                    EXPECT_EQ(kept, cut.width * cut.height);
                    EXPECT_GE(kept, 1);
                    if (both > 0) {
                        EXPECT_EQ(kept, both);
                    }
                }
}

TEST(render, gives_the_same_picture_for_the_same_arguments) {
    keep_mesa_loaded();
    RenderOptions options;
    options.spec = preset("two-ways-up");
    options.steps = 20;
    options.width = 640;
    options.height = 400;
    std::vector<std::string> pictures;
    for (const char* name : {"render_a.png", "render_b.png"}) {
        options.output = name;
        ASSERT_EQ(render_window(options), 0);
        pictures.push_back(read_file(name, 1U << 24U));
        std::filesystem::remove(name);
    }
    EXPECT_GT(pictures[0].size(), 5000U);
    EXPECT_TRUE(pictures[0] == pictures[1]);

    options.dark = false;
    options.output = "render_c.png";
    ASSERT_EQ(render_window(options), 0);
    EXPECT_FALSE(read_file("render_c.png", 1U << 24U) == pictures[0]);
    std::filesystem::remove("render_c.png");
}

RenderOptions twenty_steps() {
    RenderOptions options;
    options.spec = preset("three-dimensions");
    options.steps = 20;
    options.width = 400;
    options.height = 300;
    return options;
}

// The bytes of the file, which is gone then.
std::string drawn(const RenderOptions& options) {
    EXPECT_EQ(render_window(options), 0);
    std::string picture = read_file(options.output, 1U << 24U);
    std::filesystem::remove(options.output);
    return picture;
}

TEST(render, shows_what_a_panel_was_chosen_to_show_and_what_it_gathered_on_the_way) {
    keep_mesa_loaded();
    RenderOptions options = twenty_steps();
    options.panel = "representations";
    options.output = "render_d.png";
    const std::string plane = drawn(options);
    options.choices = {"representations_view=1", "show_ghost=false", "maps_zoom=2.5"};
    EXPECT_NE(drawn(options), plane);
    // The same steps, looked at on the way: there are trails, and a slider over the states.
    options.choices = {"representations_trail=8"};
    const std::string once = drawn(options);
    options.looks = 5;
    const std::string five = drawn(options);
    EXPECT_NE(five, once);
    EXPECT_EQ(drawn(options), five);
}

TEST(render, draws_a_step_on_the_way_as_a_run_that_ended_there_has_it) {
    keep_mesa_loaded();
    RenderOptions options = twenty_steps();
    options.panel = "maps";
    options.output = "render_e.png";
    const std::string newest = drawn(options);
    options.at = 20;
    EXPECT_EQ(drawn(options), newest);
    options.at = 7;
    const std::string then = drawn(options);
    EXPECT_NE(then, newest);
    EXPECT_EQ(drawn(options), then);
    options.panel = "loss";  // all steps, and a mark at this one
    const std::string marked = drawn(options);
    options.at = 20;
    EXPECT_NE(drawn(options), marked);
}

TEST(render, refuses_what_cannot_be_drawn_before_training) {
    RenderOptions options;
    options.spec = preset("two-ways-up");
    options.output = "never.png";
    const auto refused = [&](auto change) {
        RenderOptions bad = options;
        change(bad);
        EXPECT_THROW(render_window(bad), Error);
    };
    refused([](RenderOptions& o) { o.width = 0; });
    refused([](RenderOptions& o) { o.height = 100000; });
    refused([](RenderOptions& o) { o.scale = 0.0 / 0.0; });
    refused([](RenderOptions& o) { o.steps = -1; });
    refused([](RenderOptions& o) { o.panel = "nothing"; });
    refused([](RenderOptions& o) { o.output = ""; });
    refused([](RenderOptions& o) { o.looks = 0; });
    refused([](RenderOptions& o) { o.at = o.steps + 1; });
    for (const char* choice :
         {"representations_view", "representations_view=4", "representations_view=0.5",
          "representations_view=true", "show_ghost=1", "maps_zoom=99", "maps_zoom=", "what=1", "=1",
          "maps_zoom=1,\"dark\":true"})
        refused([&](RenderOptions& o) { o.choices = {choice}; });
    EXPECT_FALSE(std::filesystem::exists("never.png"));
}

TEST(window, without_a_display_names_what_works_without_one) {
    const char* display = std::getenv("DISPLAY");
    const std::string before = display != nullptr ? display : "";
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    testing::internal::CaptureStderr();
    WindowOptions options;
    options.spec = preset("two-ways-up");
    EXPECT_EQ(run_window(options), 2);
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_NE(said.find("muonscope run"), std::string::npos) << said;
    EXPECT_NE(said.find("muonscope render"), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    if (!before.empty()) setenv("DISPLAY", before.c_str(), 1);
}

}  // namespace
}  // namespace muonscope::gui

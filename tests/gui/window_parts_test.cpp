#include "app/gui/frame_pacer.h"
#include "app/gui/preferences.h"
#include "app/gui/render_main.h"
#include "app/gui/window_main.h"
#include "app/render/png.h"
#include "core/error.h"
#include "core/experiment/presets.h"
#include "core/io/files.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

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
    saved.sv_source = 2;
    saved.sv_log = true;
    save_preferences(saved);
    std::string complaint;
    const Preferences read = load_preferences(complaint);
    EXPECT_TRUE(complaint.empty()) << complaint;
    EXPECT_EQ(to_json(read), to_json(saved));
}

TEST_F(PreferenceFiles, give_defaults_and_a_reason_when_they_cannot_be_read) {
    for (const char* text : {"{", "[1, 2]", "", "\xff\xfe", "42"}) {
        std::ofstream(file("preferences.json")) << text;
        std::string complaint;
        const Preferences read = load_preferences(complaint);
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
    const Preferences read = preferences_from_json(
        R"({"dark": 3, "user_scale": 1e9, "sv_source": -4, "sv_log": true, "unknown": {}})");
    EXPECT_EQ(read.dark, Preferences{}.dark);
    EXPECT_EQ(read.user_scale, 1);
    EXPECT_EQ(read.sv_source, 0);
    EXPECT_TRUE(read.sv_log);
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

TEST(render, gives_the_same_picture_for_the_same_arguments) {
#ifdef __SANITIZE_ADDRESS__
    // Kept loaded, so that what Mesa leaks at its end is still known by Mesa's name.
    dlopen("libOSMesa.so.8", RTLD_NOW | RTLD_NODELETE);
#endif
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

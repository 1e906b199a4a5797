// A film of the window over steps: the time line leads through the run, each step is taken when it
// is there, and whoever looks elsewhere ends it.

#include "app/gui/filming.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "app/gui/film.h"
#include "app/gui/time_cursor.h"
#include "core/base/error.h"
#include "core/formats/files.h"
#include "tests/gui/small_run.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t largest = std::size_t{1} << 20U;

// A program of this name that says how many frames there are, in the place of the film.
class Filmed : public testing::Test {
  protected:
    Filmed() {
        const char* path = std::getenv("PATH");
        path_ = path != nullptr ? path : "";
        fs::create_directory(tools());
        write_file(tools() + "/ffmpeg",
                   "#!/bin/sh\nwhile [ $# -gt 1 ]; do [ \"$1\" = -i ] && in=$2; shift; done\n"
                   "ls \"$(dirname \"$in\")\" | grep -c '^frame-[0-9]*.png$' > \"$1\"\n");
        fs::permissions(tools() + "/ffmpeg", fs::perms::owner_all);
        setenv("PATH", (tools() + ":" + path_).c_str(), 1);
        harness.train(narrow()).send(RunTo{60});
        harness.now();
        harness.frames(60);
    }
    ~Filmed() override { setenv("PATH", path_.c_str(), 1); }

    std::string tools() const { return folder / "tools"; }
    std::string film() const { return folder / "run.mp4"; }

    void frame() {
        PanelContext context = harness.context();
        begin_film_frame(context);
        harness.frame();
        harness.work(0.01);
        end_film_frame(context, [&] {
            const TimeCursor& cursor = harness.kept<TimeCursor>();
            steps.push_back(cursor.step < 0 ? 60 : cursor.step);
            Screen screen{40, 20};
            screen.rgb.assign(std::size_t{3} * 40 * 20, 100);
            return screen;
        });
    }

    const ScratchFolder folder;
    Harness harness;
    std::vector<std::int64_t> steps;  // that were taken

  private:
    std::string path_;
};

TEST_F(Filmed, a_run_is_shown_from_its_start_to_its_end) {
    ask_for_film(harness.view, film(), {4, 2}, {36, 18});
    for (int i = 0; i < 20000 && is_filming(harness.view); ++i) frame();
    ASSERT_FALSE(is_filming(harness.view));
    EXPECT_EQ(harness.view.toast, "Saved " + film());
    EXPECT_EQ(read_file(film(), largest), "100\n");
    ASSERT_EQ(steps.size(), 100U);
    EXPECT_EQ(steps.front(), 0);
    EXPECT_EQ(steps.back(), 60);
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end()));
    EXPECT_EQ(std::set<std::int64_t>(steps.begin(), steps.end()).size(), 61U) << "every step";
    EXPECT_EQ(harness.kept<TimeCursor>().step, -1) << "the newest is followed again";
    EXPECT_FALSE(fs::exists(film() + ".frames"));
}

TEST_F(Filmed, a_film_ends_when_another_step_is_looked_at) {
    ask_for_film(harness.view, film(), {0, 0}, {40, 20});
    for (int i = 0; i < 20000 && steps.size() < 5; ++i) frame();
    ASSERT_EQ(steps.size(), 5U);
    EXPECT_TRUE(fs::exists(film() + ".frames/" + frame_name(5)));
    PanelContext context = harness.context();
    look_at_newest(context);
    for (int i = 0; i < 5; ++i) frame();
    EXPECT_FALSE(is_filming(harness.view));
    EXPECT_NE(harness.view.toast.find("nothing is saved"), std::string::npos) << harness.view.toast;
    EXPECT_FALSE(fs::exists(film()));
    EXPECT_FALSE(fs::exists(film() + ".frames"));
}

TEST_F(Filmed, without_ffmpeg_nothing_begins) {
    setenv("PATH", (folder / "nowhere").c_str(), 1);
    EXPECT_THROW(ask_for_film(harness.view, film(), {0, 0}, {40, 20}), Error);
    EXPECT_FALSE(is_filming(harness.view));
    EXPECT_FALSE(fs::exists(film() + ".frames"));
}

TEST_F(Filmed, what_ffmpeg_says_is_shown) {
    write_file(tools() + "/ffmpeg", "#!/bin/sh\necho no such codec >&2\nexit 1\n");
    fs::permissions(tools() + "/ffmpeg", fs::perms::owner_all);
    ask_for_film(harness.view, film(), {0, 0}, {40, 20});
    for (int i = 0; i < 20000 && is_filming(harness.view); ++i) frame();
    EXPECT_TRUE(harness.view.toast_is_error);
    EXPECT_NE(harness.view.toast.find("no such codec"), std::string::npos) << harness.view.toast;
    EXPECT_FALSE(fs::exists(film()));
}

}  // namespace
}  // namespace muonscope::gui

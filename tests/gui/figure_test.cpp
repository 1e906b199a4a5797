// The figure of the open window: all plots where they stand, in vectors, while it goes on.

#include "app/gui/figure.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/gui/frame.h"
#include "app/gui/plots/page_choices.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr std::size_t largest = std::size_t{1} << 26U;

std::size_t times(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

class Figure : public testing::Test {
  protected:
    Figure() {
        harness.train(preset("two-ways-up")).send(RunTo{60});
        harness.now();
        harness.frames(60);
    }

    // As the application's frames are.
    void frames(int count) {
        for (int i = 0; i < count; ++i) {
            PanelContext context = harness.context();
            begin_figure(context);
            harness.frame();
            end_figure(context, [&] {
                ++screens_read;
                Screen screen{1600, 900};
                screen.rgb.assign(std::size_t{3} * 1600 * 900, 200);
                return screen;
            });
        }
    }

    Harness harness;
    const ScratchFolder folder;
    int screens_read = 0;
};

TEST_F(Figure, has_every_panel_in_its_place_and_a_picture_of_what_is_no_plot) {
    harness.chosen<plots::PageChoices>().width = 200;
    const std::string path = folder / "window.svg";
    ask_for_figure(harness.view, path);
    frames(6);
    const std::string svg = read_file(path, largest);
    for (const char* title : {"Singular values", "Loss", "Downstream probe"})
        EXPECT_EQ(times(svg, ">" + std::string(title) + "</text>"), 1U) << title;
    EXPECT_GE(times(svg, "clip-path"), 4U);
    EXPECT_GE(times(svg, "<image"), 1U) << "the lanes";
    EXPECT_NE(svg.find("width=\"566.93pt\""), std::string::npos) << svg.substr(0, 200);
    EXPECT_EQ(harness.view.toast, "Saved " + path);
    EXPECT_EQ(screens_read, 1);
    // Once.
    std::filesystem::remove(path);
    frames(6);
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Figure, leaves_as_a_pdf_and_as_a_script_too) {
    ask_for_figure(harness.view, folder / "window.pdf");
    frames(6);
    EXPECT_EQ(read_file(folder / "window.pdf", largest).rfind("%PDF-1.6", 0), 0U);
    ask_for_figure(harness.view, folder / "window.py");
    frames(6);
    const std::string script = read_file(folder / "window.py", largest);
    EXPECT_GE(times(script, "\nax = axes("), 4U);
    EXPECT_EQ(times(script, "import matplotlib.pyplot"), 1U);
}

TEST_F(Figure, that_cannot_be_written_says_so_and_the_window_goes_on) {
    ask_for_figure(harness.view, folder / "missing/window.svg");
    frames(6);
    EXPECT_TRUE(harness.view.toast_is_error) << harness.view.toast;
    EXPECT_NE(harness.view.toast.find("missing"), std::string::npos) << harness.view.toast;
    EXPECT_FALSE(static_cast<bool>(harness.kept<plots::Collection>().take));
}

}  // namespace
}  // namespace muonscope::gui

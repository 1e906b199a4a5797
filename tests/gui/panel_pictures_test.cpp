// Each panel in both themes looks as it did: coarse pictures of them are kept in
// tests/golden/panel_pictures.json. Where a panel is meant to look otherwise,
// tests/golden/panel_pictures.sh writes them anew; open the pictures before that is committed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/gui/frame.h"
#include "app/gui/random_sample.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/session/session.h"
#include "tests/gui/offscreen.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

constexpr int width = 720, height = 480, cell = 16;
constexpr int columns = width / cell, rows = height / cell;
const std::string golden_path = MUONSCOPE_SOURCE_DIR "/tests/golden/panel_pictures.json";

// The mean colour of every cell of 16 x 16 pixels, RGB, row by row.
using Coarse = std::vector<std::uint8_t>;

Coarse coarse(const std::vector<std::uint8_t>& pixels) {
    Coarse means(static_cast<std::size_t>(columns * rows * 3));
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
            for (int part = 0; part < 3; ++part) {
                int sum = 0;
                for (int j = 0; j < cell; ++j)
                    for (int i = 0; i < cell; ++i)
                        sum += pixels[3 * ((y * cell + j) * width + x * cell + i) + part];
                means[3 * (y * columns + x) + part] =
                    static_cast<std::uint8_t>((sum + cell * cell / 2) / (cell * cell));
            }
    return means;
}

// CIELAB of sRGB under D65.
std::array<double, 3> lab(const std::uint8_t* rgb) {
    std::array<double, 3> linear{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double v = rgb[i] / 255.0;
        linear[i] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    }
    const auto [r, g, b] = linear;
    const auto f = [](double t) {
        return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    };
    const double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047),
                 y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b),
                 z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

// Of two coarse pictures: the mean distance of their cells in CIELAB (ΔE*ab of 1976; about 2 are
// seen side by side) and the largest.
struct Difference {
    double mean = 0, largest = 0;
    int column = 0, row = 0;  // of the largest
};
Difference difference(const Coarse& one, const Coarse& other) {
    Difference result;
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const std::size_t at = 3 * (y * columns + x);
            const auto a = lab(&one[at]), b = lab(&other[at]);
            const double delta = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
            result.mean += delta / (columns * rows);
            if (delta > result.largest) result = {result.mean, delta, x, y};
        }
    return result;
}
// Between Mesa's two rasterisers, llvmpipe and softpipe, the largest mean is .07 and the largest
// cell 5.3: edges of strokes and letters that fall otherwise.
constexpr double most_mean = 0.15, most_anywhere = 8;
bool alike(const Difference& found) {
    return found.mean <= most_mean && found.largest <= most_anywhere;
}

std::string hex(const Coarse& picture) {
    std::string text;
    for (const std::uint8_t byte : picture) text += fmt::format("{:02x}", byte);
    return text;
}
Coarse from_hex(const std::string& text) {
    Coarse picture;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        picture.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return picture;
}

// What each is about, on the way of a run.
std::shared_ptr<Snapshot> run_for(const Panel& panel) {
    static std::map<std::string, std::shared_ptr<Snapshot>> kept;
    std::string name = "two-ways-up";
    const std::string slug = panel_slug(panel);
    for (const char* of_its_own :
         {"conditioning", "three-dimensions", "weight-norms", "rare-facts"}) {
        const PresetPage* page = preset_page(of_its_own);
        if (page != nullptr && page->panel == slug) name = of_its_own;
    }
    std::shared_ptr<Snapshot>& snapshot = kept[name];
    if (!snapshot) {
        Session session(preset(name));
        WorkerPool pool(1);
        session.advance_to(60, pool);
        snapshot = session.snapshot({.show = Session::Show::what_is_sound});
        snapshot->state = TrainerState::paused;
    }
    return snapshot;
}

Coarse drawn(const Panel& panel, bool dark) {
    Offscreen offscreen(width, height, dark);
    offscreen.view.panels.of<RandomSample>().wanted = 500;  // all there, however slow the machine
    offscreen.until_it_rests(*run_for(panel), panel, 400);
    for (const std::string& complaint : offscreen.complaints()) ADD_FAILURE() << complaint;
    return coarse(offscreen.pixels());
}

std::map<std::string, std::string> golden() {
    return nlohmann::json::parse(read_file(golden_path, 1 << 22))
        .get<std::map<std::string, std::string>>();
}
std::string key_of(const Panel& panel, bool dark) {
    return panel_slug(panel) + (dark ? ", dark" : ", light");
}

class PanelPictures : public testing::TestWithParam<const Panel*> {
  protected:
    void SetUp() override {
        if (sanitized) GTEST_SKIP() << "the same pictures, slowly";
        setenv("XDG_DATA_HOME", data_.path().c_str(), 1);
    }
    void TearDown() override { unsetenv("XDG_DATA_HOME"); }

  private:
    ScratchFolder data_;  // where no model was fetched
};

TEST_P(PanelPictures, are_as_they_were) {
    const Panel& panel = *GetParam();
    const bool writes = std::getenv("MUONSCOPE_WRITE_PANEL_PICTURES") != nullptr;
    auto kept = golden();
    for (const bool dark : {true, false}) {
        const Coarse here = drawn(panel, dark);
        if (writes) {
            kept[key_of(panel, dark)] = hex(here);
            continue;
        }
        ASSERT_TRUE(kept.contains(key_of(panel, dark)))
            << key_of(panel, dark) << " is new: tests/golden/panel_pictures.sh";
        const Difference found = difference(here, from_hex(kept[key_of(panel, dark)]));
        EXPECT_TRUE(alike(found)) << key_of(panel, dark) << ": mean " << found.mean << ", largest "
                                  << found.largest << " at pixel " << found.column * cell << ", "
                                  << found.row * cell;
    }
    if (!writes) return;
    std::ofstream(golden_path) << nlohmann::json(kept).dump(1) << "\n";
    GTEST_SKIP() << "written to " << golden_path;
}

INSTANTIATE_TEST_SUITE_P(panels, PanelPictures, testing::ValuesIn([] {
                             std::vector<const Panel*> all;
                             for (const Panel& panel : panels()) all.push_back(&panel);
                             return all;
                         }()),
                         [](const auto& each) {
                             std::string name = panel_slug(*each.param);
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(PanelPicturesKept, are_of_panels_that_there_are) {
    if (std::getenv("MUONSCOPE_WRITE_PANEL_PICTURES") != nullptr) GTEST_SKIP() << "being written";
    std::size_t known = 0;
    const auto kept = golden();
    for (const Panel& panel : panels())
        for (const bool dark : {true, false}) known += kept.contains(key_of(panel, dark)) ? 1 : 0;
    EXPECT_EQ(known, kept.size());
}

// What people would notice is noticed: another theme, a picture upside down, another moment of the
// run, one lane alone, a colour map the other way round, a line of words gone.
TEST(PanelPicturesKept, tell_apart_what_people_would) {
    if (sanitized) GTEST_SKIP() << "the same pictures, slowly";
    const Panel& panel = panel_by_slug("singular-values");
    const Coarse usual = drawn(panel, true);
    EXPECT_FALSE(alike(difference(usual, drawn(panel, false))));
    Coarse turned = usual;
    for (int y = 0; y < rows; ++y)
        std::copy_n(usual.begin() + 3 * y * columns, 3 * columns,
                    turned.begin() + 3 * (rows - 1 - y) * columns);
    EXPECT_FALSE(alike(difference(usual, turned)));

    const auto with = [&](auto&& change) {
        Spec spec = preset("two-ways-up");
        std::int64_t steps = 60;
        change(spec, steps);
        Session session(spec);
        WorkerPool pool(1);
        session.advance_to(steps, pool);
        const auto snapshot = session.snapshot({.show = Session::Show::what_is_sound});
        Offscreen offscreen(width, height, true);
        offscreen.until_it_rests(*snapshot, panel, 400);
        return coarse(offscreen.pixels());
    };
    EXPECT_TRUE(alike(difference(usual, with([](Spec&, std::int64_t&) {}))));
    EXPECT_FALSE(alike(difference(usual, with([](Spec&, std::int64_t& steps) { steps = 50; }))));
    EXPECT_FALSE(
        alike(difference(usual, with([](Spec& spec, std::int64_t&) { spec.lanes.pop_back(); }))));
    EXPECT_FALSE(alike(difference(
        usual, with([](Spec& spec, std::int64_t&) { std::swap(spec.lanes[0], spec.lanes[1]); }))));
    EXPECT_FALSE(alike(difference(usual, with([](Spec& spec, std::int64_t&) {
                                      spec.lanes[1].phases[0].optimizer.lr = 0.015;
                                  }))));
}

}  // namespace
}  // namespace muonscope::gui

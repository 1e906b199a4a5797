#include "app/gui/colour_map.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/gui/theme.h"
#include "tests/gui/colour_sight.h"

namespace muonscope::gui {
namespace {

ImVec4 colour_at(unsigned hex) {
    const auto byte = [&](unsigned shift) { return static_cast<float>(hex >> shift & 255U) / 255; };
    return {byte(16), byte(8), byte(0), 1};
}

TEST(colour_maps, are_those_of_matplotlib) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/colour_maps.json");
    const auto golden = nlohmann::json::parse(file);
    ASSERT_EQ(golden.at("maps").size(), colour_maps().size());
    for (const ColourMapInfo& map : colour_maps()) {
        std::istringstream words(golden.at("maps").at(map.name).get<std::string>());
        words >> std::hex;
        unsigned hex = 0;
        int i = 0;
        float worst = 0;
        for (; words >> hex; ++i) {
            const ImVec4 ours = colour_of(map.map, i / 255.0), theirs = colour_at(hex);
            worst = std::max({worst, std::abs(ours.x - theirs.x), std::abs(ours.y - theirs.y),
                              std::abs(ours.z - theirs.z)});
            if (i == 0 || i == 255) {
                EXPECT_EQ(u32(ours), u32(theirs)) << map.name << " " << i;
            }
        }
        EXPECT_EQ(i, 256) << map.name;
        EXPECT_LE(worst * 255, 5.5F) << map.name;
    }
}

TEST(colour_maps, survive_nonsense) {
    for (const ColourMapInfo& map : colour_maps()) {
        EXPECT_EQ(u32(colour_of(map.map, -3)), u32(colour_of(map.map, 0)));
        EXPECT_EQ(u32(colour_of(map.map, 7)), u32(colour_of(map.map, 1)));
        EXPECT_EQ(u32(colour_of(map.map, NAN)), u32(colour_of(map.map, 0)));
    }
}

// What is more is lighter, whatever eyes look; and a sixteenth of the map more is seen to be more.
TEST(colour_maps, tell_more_from_less_to_every_eye) {
    for (const ColourMapInfo& map : colour_maps()) {
        for (int i = 0; i < 255; ++i)
            EXPECT_GT(lab_of(colour_of(map.map, (i + 1) / 255.0))[0],
                      lab_of(colour_of(map.map, i / 255.0))[0])
                << map.name << " " << i;
        for (const Sight sight : sights)
            for (int i = 0; i < 16; ++i)
                EXPECT_GT(distance(colour_of(map.map, (i + 1) / 16.0), colour_of(map.map, i / 16.0),
                                   sight),
                          2.5)
                    << map.name << " " << i << " sight " << static_cast<int>(sight);
    }
}

TEST(colour_maps, have_no_step_between_neighbours) {
    for (const ColourMapInfo& map : colour_maps())
        for (int i = 0; i < 255; ++i)
            EXPECT_LT(distance(colour_of(map.map, (i + 1) / 255.0), colour_of(map.map, i / 255.0),
                               Sight::full),
                      2.3)
                << map.name << " " << i;
}

std::vector<Theme> themes() {
    std::vector<Theme> all;
    for (const Theme& theme : {dark_theme(), light_theme()})
        for (const ColourMapInfo& map : colour_maps()) {
            all.push_back(theme);
            all.back().map = map.map;
        }
    return all;
}

// The largest modes carry the story: they get the strong end. The others are seen too.
TEST(rank_colours, stand_out_in_their_order_on_either_card) {
    for (const Theme& theme : themes())
        for (const int n : {2, 5, 12, 64}) {
            const char* name = map_info(theme.map).name;
            EXPECT_GE(contrast(rank_colour(theme, 0, n), theme.card), 4.5) << name;
            EXPECT_GE(contrast(rank_colour(theme, n - 1, n), theme.card), 3) << name;
            // None of the map is left out that would be seen.
            EXPECT_LE(contrast(rank_colour(theme, n - 1, n), theme.card), 3.2) << name;
            for (int k = 1; k < n; ++k)
                EXPECT_LT(contrast(rank_colour(theme, k, n), theme.card),
                          contrast(rank_colour(theme, k - 1, n), theme.card))
                    << (theme.dark ? "dark " : "light ") << name << " " << k << " of " << n;
        }
}

TEST(rank_colours, of_eight_modes_are_told_apart_by_every_eye) {
    for (const Theme& theme : themes())
        for (const Sight sight : sights)
            for (int k = 1; k < 8; ++k)
                EXPECT_GT(distance(rank_colour(theme, k, 8), rank_colour(theme, k - 1, 8), sight),
                          2.3)
                    << (theme.dark ? "dark " : "light ") << map_info(theme.map).name << " " << k;
}

// Of signed values: either sign is stronger the further from zero, and never taken for the other.
TEST(diverging_map, tells_signs_and_amounts_to_every_eye) {
    for (const Theme& theme : {dark_theme(), light_theme()})
        for (int i = 1; i <= 32; ++i) {
            const double v = i / 32.0, before = (i - 1) / 32.0;
            for (const double sign : {-1.0, 1.0}) {
                const double more = lab_of(diverging(theme, sign * v))[0];
                const double less = lab_of(diverging(theme, sign * before))[0];
                EXPECT_TRUE(theme.dark ? more > less : more < less) << sign * v;
            }
            for (const Sight sight : sights)
                EXPECT_GT(distance(diverging(theme, v), diverging(theme, -v), sight), 10)
                    << v << " sight " << static_cast<int>(sight);
        }
}

}  // namespace
}  // namespace muonscope::gui

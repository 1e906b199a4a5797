#include "app/gui/theme.h"

#include <gtest/gtest.h>

namespace muonscope::gui {
namespace {

TEST(contrast, is_that_of_wcag) {
    EXPECT_NEAR(contrast({0, 0, 0, 1}, {1, 1, 1, 1}), 21, 1e-9);
    EXPECT_NEAR(contrast({1, 1, 1, 1}, {1, 1, 1, 1}), 1, 1e-9);
    // #777777 on white is the well-known near miss.
    const float grey = 0x77 / 255.0F;
    EXPECT_NEAR(contrast({grey, grey, grey, 1}, {1, 1, 1, 1}), 4.48, 0.01);
}

TEST(theme, keeps_all_text_readable_on_what_it_stands_on) {
    for (const Theme& t : {dark_theme(), light_theme()}) {
        for (const ImVec4& ground : {t.card, t.background}) {
            EXPECT_GE(contrast(t.text, ground), 4.5);
            EXPECT_GE(contrast(t.dim, ground), 4.5);
            EXPECT_GE(contrast(t.good, ground), 4.5);
            EXPECT_GE(contrast(t.bad, ground), 4.5);
        }
        EXPECT_GE(contrast(t.text, t.well), 4.5);
        EXPECT_GE(contrast(t.on_accent, t.accent), 4.5);
        EXPECT_GE(contrast(t.warning, t.card), 4.5);
        for (int lane = 0; lane < 8; ++lane)
            EXPECT_GE(contrast(t.lane_text(lane), t.card), 4.5) << "lane " << lane;
    }
}

TEST(theme, keeps_lines_and_modes_visible_on_a_card) {
    for (const Theme& t : {dark_theme(), light_theme()}) {
        for (int lane = 0; lane < 6; ++lane)
            EXPECT_GE(contrast(t.lane(lane), t.card), 2.2) << "lane " << lane;
        // The largest modes carry the story: they get the strong end.
        EXPECT_GE(contrast(rank_colour(t, 0, 12), t.card), 4.5);
        for (int k = 0; k < 12; ++k)
            EXPECT_GE(contrast(rank_colour(t, k, 12), t.card), 1.6) << "mode " << k;
    }
}

TEST(viridis, has_its_published_ends_and_survives_nonsense) {
    EXPECT_EQ(u32(viridis(0)), IM_COL32(0x44, 0x01, 0x54, 255));
    EXPECT_EQ(u32(viridis(1)), IM_COL32(0xFD, 0xE7, 0x25, 255));
    EXPECT_EQ(u32(viridis(-3)), u32(viridis(0)));
    EXPECT_EQ(u32(viridis(0.0 / 0.0)), u32(viridis(0)));
}

}  // namespace
}  // namespace muonscope::gui

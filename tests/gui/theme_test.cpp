#include "app/gui/theme.h"

#include <gtest/gtest.h>

#include <vector>

#include "app/gui/imgui_session.h"
#include "tests/gui/colour_sight.h"

namespace muonscope::gui {
namespace {

TEST(contrast, is_that_of_wcag) {
    EXPECT_NEAR(contrast({0, 0, 0, 1}, {1, 1, 1, 1}), 21, 1e-9);
    EXPECT_NEAR(contrast({1, 1, 1, 1}, {1, 1, 1, 1}), 1, 1e-9);
    // #777777 on white is the well-known near miss.
    const float grey = 0x77 / 255.0F;
    EXPECT_NEAR(contrast({grey, grey, grey, 1}, {1, 1, 1, 1}), 4.48, 0.01);
}

// As they are drawn with: on a screen and for a room.
std::vector<Theme> themes() {
    std::vector<Theme> all;
    for (const bool dark : {true, false})
        for (const bool presentation : {false, true}) {
            Preferences preferences;
            preferences.dark = dark;
            preferences.presentation = presentation;
            all.push_back(theme_for(preferences, 1, 1080));
        }
    return all;
}

// A colour of the style over an opaque ground.
ImVec4 over(const ImVec4& ground, const ImVec4& colour) {
    return with_alpha(mix(ground, with_alpha(colour, 1), colour.w), 1);
}

TEST(theme, keeps_all_text_readable_on_what_it_stands_on) {
    ImGuiSession session;
    for (const Theme& t : themes()) {
        for (const ImVec4& ground : {t.card, t.background, t.popup()}) {
            for (const ImVec4& ink : {t.text, t.dim, t.accent, t.good, t.bad, t.warning})
                EXPECT_GE(contrast(ink, ground), 4.5) << t.dark;
            for (int lane = 0; lane < 8; ++lane)
                EXPECT_GE(contrast(t.lane_text(lane), ground), 4.5) << "lane " << lane;
        }
        for (const ImVec4& ground : {t.well, t.well_hovered, t.well_active})
            EXPECT_GE(contrast(t.text, ground), 4.5);
        EXPECT_GE(contrast(t.dim, t.well), 4.5);
        EXPECT_GE(contrast(t.on_accent, t.accent), 4.5);
        // Rows of lists and menus, and the keys beside them, under the mouse too.
        apply_theme(t);
        const ImVec4* style = ImGui::GetStyle().Colors;
        for (const ImGuiCol row : {ImGuiCol_Header, ImGuiCol_HeaderHovered, ImGuiCol_HeaderActive})
            EXPECT_GE(contrast(style[ImGuiCol_Text], over(t.popup(), style[row])), 4.5);
        EXPECT_GE(
            contrast(style[ImGuiCol_TextDisabled], over(t.popup(), style[ImGuiCol_HeaderHovered])),
            4.5)
            << t.dark;
    }
}

// WCAG 2.1, 1.4.11: what has to be seen to understand a picture. Grids and the hairlines around
// cards are no part of it.
TEST(theme, keeps_every_stroke_that_says_something_visible_on_a_card) {
    for (const Theme& t : themes()) {
        for (int lane = 0; lane < 8; ++lane)
            EXPECT_GE(contrast(t.lane(lane), t.card), 3) << "lane " << lane;
        for (int kind = 0; kind < 8; ++kind)
            EXPECT_GE(contrast(t.class_colour(kind), t.card), 3) << "class " << kind;
        for (const ImVec4& ink : {t.target, t.mark, t.ghost, t.accent, t.good, t.warning, t.bad})
            EXPECT_GE(contrast(ink, t.card), 3) << t.dark;
        EXPECT_GE(contrast(over(t.card, t.event_line()), t.card), 3) << t.dark;
        // Both ends of the map of signed values, and its middle from either.
        for (const double end : {-1.0, 1.0}) {
            EXPECT_GE(contrast(diverging(t, end), t.card), 3) << end;
            EXPECT_GE(contrast(diverging(t, end), diverging(t, 0)), 3) << end;
        }
        // Words and lines stay readable where a phase is shaded.
        const ImVec4 phase = over(t.card, t.phase_shade());
        EXPECT_GE(contrast(t.dim, phase), 4.5);
        for (int lane = 0; lane < 8; ++lane)
            EXPECT_GE(contrast(t.lane(lane), phase), 2.7) << "lane " << lane;
    }
}

TEST(theme, keeps_lanes_and_classes_apart_for_every_eye) {
    for (const Theme& t : {dark_theme(), light_theme()})
        for (const Sight sight : sights) {
            // SGD and Muon most of all: four times what is just noticed. A dash goes with each.
            EXPECT_GT(distance(t.lane(0), t.lane(1), sight), 4 * 2.3) << static_cast<int>(sight);
            for (int a = 0; a < 8; ++a)
                for (int b = 0; b < a; ++b) {
                    EXPECT_GT(distance(t.lane(a), t.lane(b), sight), 4) << a << " " << b;
                    EXPECT_GT(distance(t.class_colour(a), t.class_colour(b), sight), 4)
                        << a << " " << b << " " << t.dark << " " << static_cast<int>(sight);
                }
        }
}

TEST(theme, gives_no_text_less_than_a_fortieth_of_the_height_for_a_room) {
    Preferences preferences;
    preferences.presentation = true;
    for (const float height : {480.0F, 720.0F, 900.0F, 1080.0F, 2160.0F, 8192.0F})
        for (const float content : {1.0F, 2.0F}) {
            const Theme theme = theme_for(preferences, content, height);
            EXPECT_GE(theme.scale * size::font * size::smallest_text, height / 40 - 1e-3F);
            EXPECT_GE(theme.scale, 1.5F * content);
        }
}

}  // namespace
}  // namespace muonscope::gui

#include "app/gui/presentation.h"

#include "app/gui/caption.h"
#include "app/gui/fonts.h"
#include "app/gui/frame.h"
#include "app/gui/full_screen.h"
#include "app/gui/panels/panels.h"
#include "app/gui/parameter_row.h"
#include "app/gui/preferences.h"
#include "core/experiment/presets.h"
#include "core/session/session.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace muonscope::gui {
namespace {

using Slugs = std::vector<std::string>;

TEST(tiles, fill_the_room_without_a_hole_and_give_the_first_the_most) {
    for (const ImVec2 room :
         {ImVec2{1266, 650}, {1584, 800}, {3820, 1950}, {600, 1200}, {400, 200}, {3, 2}})
        for (int count = 1; count <= 16; ++count) {
            const float gap = room.x > 100 ? 7 : 0;
            const std::vector<Tile> all = tiles(count, room, gap);
            ASSERT_EQ(all.size(), static_cast<std::size_t>(count));
            if (room.x < 100) continue;  // nothing to share: only that it ends
            float right = 0, bottom = 0;
            for (const Tile& tile : all) {
                right = std::max(right, tile.at.x + tile.extent.x);
                bottom = std::max(bottom, tile.at.y + tile.extent.y);
                // But for the pixel that rounding moves an edge by.
                EXPECT_LE((tile.extent.x - 1) * (tile.extent.y - 1),
                          all.front().extent.x * all.front().extent.y)
                    << count;
            }
            EXPECT_EQ(right, room.x) << count;
            EXPECT_EQ(bottom, room.y) << count;
            // Each point of the room lies in one tile or in one gap.
            for (float y = 1; y < room.y; y += 13)
                for (float x = 1; x < room.x; x += 17) {
                    int in = 0, near = 0;
                    for (const Tile& t : all) {
                        const auto holds = [&](float more) {
                            return x >= t.at.x - more && x < t.at.x + t.extent.x + more &&
                                   y >= t.at.y - more && y < t.at.y + t.extent.y + more;
                        };
                        in += holds(0) ? 1 : 0;
                        near += holds(gap) ? 1 : 0;
                    }
                    ASSERT_LE(in, 1) << count << " at " << x << ", " << y;
                    ASSERT_GE(near, 1) << count << " at " << x << ", " << y;
                }
        }
}

TEST(tiles, stand_as_a_screen_suggests) {
    const auto rows = [](int count, ImVec2 room) {
        std::map<float, int> by_top;
        for (const Tile& tile : tiles(count, room, 8)) ++by_top[tile.at.y];
        std::vector<int> counts;
        for (const auto& [top, across] : by_top) counts.push_back(across);
        return counts;
    };
    using Rows = std::vector<int>;
    const ImVec2 wide{1900, 980}, tall{980, 1900};
    EXPECT_EQ(rows(1, wide), (Rows{1}));
    EXPECT_EQ(rows(2, wide), (Rows{2}));
    EXPECT_EQ(rows(3, wide), (Rows{1, 2}));
    EXPECT_EQ(rows(4, wide), (Rows{2, 2}));
    EXPECT_EQ(rows(5, wide), (Rows{2, 3}));
    EXPECT_EQ(rows(6, wide), (Rows{3, 3}));
    EXPECT_EQ(rows(2, tall), (Rows{1, 1}));
}

TEST(presented_panels, are_those_chosen_in_their_order) {
    Preferences preferences;
    preferences.presented = {"loss", "no-such-panel", "maps", "loss"};
    const auto chosen = presented_panels(preferences);
    ASSERT_EQ(chosen.size(), 2U);
    EXPECT_STREQ(chosen[0]->title, "Loss");
    EXPECT_STREQ(chosen[1]->title, "Maps");
    preferences.presented.clear();
    EXPECT_FALSE(presented_panels(preferences).empty());
}

TEST(presented_panels, are_taken_in_as_the_last_and_out_but_for_the_last_one) {
    Preferences preferences;
    preferences.presented = {"maps", "loss"};
    present(preferences, panel_by_slug("measures"), true);
    present(preferences, panel_by_slug("measures"), true);
    EXPECT_EQ(preferences.presented, (Slugs{"maps", "loss", "measures"}));
    present(preferences, panel_by_slug("maps"), false);
    EXPECT_EQ(preferences.presented, (Slugs{"loss", "measures"}));
    present(preferences, panel_by_slug("loss"), false);
    present(preferences, panel_by_slug("measures"), false);
    EXPECT_EQ(preferences.presented, (Slugs{"measures"}));
    const Preferences back = preferences_from_json(to_json(preferences));
    EXPECT_EQ(back.presented, preferences.presented);
}

TEST(presented_panels, are_the_default_where_the_file_is_damaged) {
    for (const char* text :
         {R"({"presented": 3})", R"({"presented": [1, 2]})", R"({"presented": "loss"})"})
        EXPECT_EQ(preferences_from_json(text).presented, Preferences{}.presented) << text;
}

std::vector<const ImGuiWindow*> shown_panels() {
    std::vector<const ImGuiWindow*> found;
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        for (const Panel& panel : panels())
            if (window->Active && !window->Hidden &&
                (window->Name == std::string(panel.title) + "##presented" ||
                 (window->Name == std::string(panel.title) && window->DockTabIsVisible)))
                found.push_back(window);
    return found;
}

TEST(presentation, shows_the_chosen_panels_alone_over_the_whole_screen) {
    for (const Slugs& chosen :
         {Slugs{"maps"}, Slugs{"loss", "measures"}, Slugs{"singular-values", "loss", "maps"},
          Slugs{"lanes", "loss", "why", "measures"}}) {
        Harness harness;
        harness.preferences.presented = chosen;
        harness.chosen<CaptionChoices>().shown = false;
        harness.show(made_by_hand(3, 2, 10, 1));
        harness.frames(4);
        harness.press(ImGuiKey_P);
        harness.frames(8);
        EXPECT_TRUE(harness.preferences.presentation);
        const auto shown = shown_panels();
        ASSERT_EQ(shown.size(), chosen.size());
        float covered = 0;
        for (const ImGuiWindow* window : shown) {
            EXPECT_FALSE(window->DockIsActive) << window->Name;
            EXPECT_EQ(window->TitleBarHeight, 0) << window->Name;
            covered += window->Size.x * window->Size.y;
        }
        const ImVec2 all = ImGui::GetIO().DisplaySize;
        EXPECT_GT(covered, 0.82F * all.x * all.y);
        ASSERT_NE(harness.window("##strip"), nullptr);
        EXPECT_TRUE(harness.window("##strip")->Active);
        EXPECT_FALSE(harness.window("##transport")->Active);
    }
}

// Of the panels that are seen: left, top, width, height in pixels.
std::map<std::string, std::array<float, 4>> places_in(Harness& harness) {
    std::map<std::string, std::array<float, 4>> all;
    for (const Panel& panel : panels()) {
        const ImGuiWindow* window = harness.window(panel.title);
        if (window->Active && window->DockTabIsVisible)
            all[panel.title] = {window->Pos.x, window->Pos.y, window->Size.x, window->Size.y};
    }
    return all;
}

TEST(presentation, that_a_window_opened_with_ends_in_the_default_layout) {
    std::map<std::string, std::array<float, 4>> usual;
    {
        Harness harness;
        harness.show(made_by_hand(3, 2, 10, 1));
        harness.frames(12);
        usual = places_in(harness);
    }
    Harness harness;
    harness.preferences.presentation = true;
    harness.show(made_by_hand(3, 2, 10, 1));
    harness.frames(6);
    harness.press(ImGuiKey_P);
    harness.frames(12);
    EXPECT_EQ(places_in(harness), usual);
}

TEST(presentation, gives_the_layout_back_as_it_was) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 10, 1));
    harness.frames(6);
    const auto places = [&] { return places_in(harness); };
    harness.view.bring_forward = "Maps";
    harness.frames(6);
    const auto before = places();
    const std::string saved = ImGui::SaveIniSettingsToMemory();
    ASSERT_EQ(before.count("Maps"), 1U);
    harness.press(ImGuiKey_P);
    harness.frames(20);
    harness.press(ImGuiKey_P);
    harness.frames(8);
    EXPECT_EQ(places(), before);
    EXPECT_EQ(ImGui::SaveIniSettingsToMemory(), saved);
}

// Sizes that letters of this frame were made in. A disc is a picture of a circle, no letter.
std::set<float> sizes_of_text() {
    std::set<float> sizes;
    const int frame = ImGui::GetFrameCount();
    ImStableVector<ImFontBaked, 32>& pool = ImGui::GetIO().Fonts->Builder->BakedPool;
    for (int i = 0; i < pool.Size; ++i) {
        const ImFontBaked& baked = pool[i];
        if (baked.LastUsedFrame != frame) continue;
        const bool letters =
            std::any_of(baked.Glyphs.begin(), baked.Glyphs.end(), [](const ImFontGlyph& glyph) {
                return glyph.Visible && glyph.Codepoint != icon::disc;
            });
        if (letters) sizes.insert(baked.Size);
    }
    return sizes;
}

TEST(presentation, writes_every_letter_at_least_a_fortieth_of_the_screen_high) {
    Spec spec = preset("two-ways-up");
    WorkerPool pool(1);
    Session session(spec);
    session.advance_to(60, pool);
    const std::shared_ptr<const Snapshot> snapshot = session.snapshot();
    for (const ImVec2 screen : {ImVec2{1280, 720}, {1600, 900}, {3840, 2160}, {1024, 768}})
        for (const bool dark : {true, false}) {
            if (!dark && screen.x != 1280) continue;
            for (const Panel& panel : panels()) {
                Harness harness(screen);
                harness.preferences.dark = dark;
                harness.preferences.presentation = true;
                harness.preferences.presented = {panel_slug(panel)};
                harness.show(snapshot);
                harness.frames(12);
                // A read-out, a tooltip, or neither.
                harness.move_to({screen.x * 0.5F, screen.y * 0.45F});
                harness.frames(30);
                const std::set<float> sizes = sizes_of_text();
                ASSERT_FALSE(sizes.empty());
                EXPECT_GE(*sizes.begin(), std::floor(screen.y / 40))
                    << panel.title << " at " << screen.y;
            }
        }
}

// A square for every class tells none.
TEST(presentation, keeps_the_shapes_of_points_on_the_largest_screen) {
    for (const ImVec2 screen : {ImVec2{1280, 720}, {3840, 2160}, {7680, 4320}}) {
        Harness harness(screen);
        harness.preferences.presentation = true;
        harness.preferences.presented = {"representations"};
        WorkerPool pool(1);
        Session session(preset("two-ways-up"));
        session.advance_to(10, pool);
        harness.show(session.snapshot());
        harness.frames(12);
        harness.work(0.5);
        harness.frames(6);
        const Drawing all = drawing().in("Representations##presented");
        const auto shaped = std::count_if(all.shapes.begin(), all.shapes.end(), [](const Shape& s) {
            return s.texture != nullptr && s.triangles.size() == 3;
        });
        EXPECT_GT(shaped, 100) << screen.y;
    }
}

TEST(presentation, draws_in_thicker_lines) {
    Harness harness;
    const Theme plain = theme_for(harness.preferences, 1, 900);
    harness.preferences.presentation = true;
    const Theme shown = theme_for(harness.preferences, 1, 900);
    EXPECT_GE(shown.line(), 2 * plain.line());
}

class Strip : public testing::Test {
  protected:
    Strip() {
        harness.preferences.presentation = true;
        harness.preferences.presented = {"loss", "downstream-probe"};
        harness.train(preset("two-ways-up"));
        harness.frames(6);
    }
    ImGuiWindow* bar() { return harness.window("##strip"); }
    // Where the strip shows this sign.
    ImVec2 sign(const char* icon) {
        harness.frame();
        const auto words = drawing().in("##strip").all(icon);
        EXPECT_EQ(words.size(), 1U) << icon;
        return words.empty() ? ImVec2{} : words.front().middle();
    }
    ImVec2 control(const char* cell, const char* path, const char* item) {
        ImGuiWindow* window = harness.child("##strip", cell, 0);
        return harness.find(window, ImHashStr(item, 0, ImHashStr(path, 0, window->ID)));
    }
    double rate(std::size_t lane) {
        return harness.now().spec->lanes[lane].phases.front().optimizer.lr;
    }
    Harness harness{{1600, 900}};
};

TEST_F(Strip, plays_steps_and_starts_over) {
    harness.click(sign(icon::play));
    EXPECT_EQ(harness.now().state, TrainerState::running);
    harness.click(sign(icon::pause));
    EXPECT_EQ(harness.now().state, TrainerState::paused);
    const std::int64_t step = harness.now().step;
    harness.click(sign(icon::step));
    EXPECT_EQ(harness.now().step, step + 1);
    harness.click(sign(icon::restart));
    EXPECT_EQ(harness.now().step, 0);
}

TEST_F(Strip, turns_rate_and_optimiser_of_the_chosen_lane) {
    const double before = rate(0);
    const ImVec2 at = control("rate", "lanes.0.optimizer.lr", "##track");
    harness.drag({at.x + 20, at.y}, {at.x + 60, at.y});
    EXPECT_NE(rate(0), before);
    EXPECT_EQ(rate(1), before);
    // The second lane's name, and from then on its controls.
    const auto names = drawing().in("##strip").all("Muon");
    ASSERT_FALSE(names.empty());
    harness.click(names.front().middle());
    harness.frames(3);
    const double first = rate(0);
    const ImVec2 second = control("rate", "lanes.1.optimizer.lr", "##track");
    harness.drag({second.x + 20, second.y}, {second.x + 60, second.y});
    EXPECT_NE(rate(1), before);
    EXPECT_EQ(rate(0), first);
    harness.click(control("kind", "lanes.1.optimizer.kind", "##choice"));
    harness.frames(3);
    ASSERT_TRUE(ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel));
    const auto sgd = drawing().all("SGD");
    const auto row = std::find_if(sgd.begin(), sgd.end(), [](const Word& word) {
        return word.window.find("##Combo") != std::string::npos;
    });
    ASSERT_NE(row, sgd.end()) << drawing().text();
    harness.click(row->middle());
    EXPECT_EQ(harness.now().spec->lanes[1].phases.front().optimizer.kind, OptimizerKind::sgd);
}

TEST_F(Strip, has_targets_that_a_hand_hits) {
    const float least = 2.2F * ImGui::GetFontSize();
    const std::string step = std::string(icon::step) + "##Step";
    for (const auto& [shown, item] :
         {std::pair{icon::play, "###play"}, {icon::step, step.c_str()}}) {
        const ImVec2 at = sign(shown);
        const ImGuiID id = bar()->GetID(item);
        const auto reach = [&](float direction) {
            float y = at.y;
            do {
                y += direction;
                harness.move_to({at.x, y});
            } while (ImGui::GetCurrentContext()->HoveredId == id);
            return std::abs(y - at.y);
        };
        EXPECT_GE(reach(-1) + reach(1), least) << item;
    }
}

TEST_F(Strip, is_reached_by_the_keyboard_alone) {
    std::set<ImGuiID> controls;
    bool rate_met = false, kind_met = false;
    for (int i = 0; i < 40; ++i) {
        harness.press(ImGuiKey_Tab);
        const ImGuiContext& g = *ImGui::GetCurrentContext();
        if (g.NavWindow == nullptr || g.NavWindow->RootWindow != bar()) continue;
        controls.insert(g.NavId);
        const ImGuiWindow* cell = g.NavWindow;
        if (g.NavId == ImHashStr("##track", 0, ImHashStr("lanes.0.optimizer.lr", 0, cell->ID))) {
            rate_met = true;
            const double before = rate(0);
            harness.press(ImGuiKey_RightArrow);
            EXPECT_GT(rate(0), before);
        }
        kind_met =
            kind_met ||
            g.NavId == ImHashStr("##choice", 0, ImHashStr("lanes.0.optimizer.kind", 0, cell->ID));
    }
    EXPECT_TRUE(rate_met);
    EXPECT_TRUE(kind_met);
    EXPECT_GE(controls.size(), 9U);
}

TEST_F(Strip, fits_whatever_the_screens_shape) {
    for (const ImVec2 screen :
         {ImVec2{1600, 900}, {1024, 768}, {800, 900}, {480, 320}, {3840, 1080}}) {
        ImGui::GetIO().DisplaySize = screen;
        harness.frames(6);
        const ImGuiWindow* window = bar();
        EXPECT_LE(window->ContentSize.x, window->WorkRect.GetWidth() + 1.5F)
            << screen.x << "x" << screen.y;
    }
}

TEST_F(Strip, chooses_panels_by_check_marks_that_stay_open) {
    harness.click(sign(icon::layout));
    harness.frames(3);
    const auto entry = [&](const char* text) {
        for (const Word& word : drawing().all(text))
            if (word.window.find("##strip") == std::string::npos &&
                word.window.find("##presented") == std::string::npos)
                return word.middle();
        ADD_FAILURE() << text << " in\n" << drawing().text();
        return ImVec2{};
    };
    harness.click(entry("Presented panels"));
    harness.frames(4);
    harness.click(entry("Maps"));
    harness.frames(3);
    harness.click(entry("Downstream probe"));
    harness.frames(3);
    EXPECT_EQ(harness.preferences.presented, (Slugs{"loss", "maps"}));
    ASSERT_TRUE(harness.window("Maps##presented") != nullptr);
    EXPECT_TRUE(harness.window("Maps##presented")->Active);
}

TEST(full_screen, is_asked_for_by_f11_and_left_by_escape_after_what_is_open) {
    Harness harness;
    harness.train(preset("two-ways-up"));
    FullScreen& screen = harness.kept<FullScreen>();
    harness.press(ImGuiKey_F11);
    EXPECT_TRUE(screen.wanted);
    screen.on = true;  // as the window does
    harness.view.show_help = true;
    harness.view.toast = "a message";
    harness.view.toast_until = 1e9;
    harness.press(ImGuiKey_Escape);
    EXPECT_TRUE(harness.view.toast.empty());
    EXPECT_TRUE(harness.view.show_help);
    harness.press(ImGuiKey_Escape);
    EXPECT_FALSE(harness.view.show_help);
    EXPECT_TRUE(screen.wanted);
    harness.press(ImGuiKey_Escape);
    EXPECT_FALSE(screen.wanted);
    screen.on = false;
    harness.press(ImGuiKey_F11);
    EXPECT_TRUE(screen.wanted);
    screen.on = true;
    harness.press(ImGuiKey_F11);
    EXPECT_FALSE(screen.wanted);
}

}  // namespace
}  // namespace muonscope::gui

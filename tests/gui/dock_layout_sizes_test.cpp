#include "app/gui/dock_layout.h"

#include "app/gui/frame.h"
#include "core/experiment/presets.h"
#include "tests/gui/harness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace muonscope::gui {
namespace {

struct Look {
    ImVec2 size;
    float scale;
};
constexpr Look looks[]{{{1600, 900}, 1},  {{1280, 720}, 1},   {{1024, 640}, 1},  {{800, 500}, 1},
                       {{480, 320}, 1},   {{1600, 900}, 1.5}, {{1600, 900}, 2},  {{1600, 900}, 3},
                       {{1600, 900}, 4},  {{1280, 720}, 2},   {{3840, 2160}, 2}, {{3840, 2160}, 1},
                       {{2560, 1440}, 1}, {{1280, 720}, 1.5}};

const Panel& panel_of(const ImGuiWindow* window) {
    for (const Panel& panel : panels())
        if (std::string(panel.title) == window->Name) return panel;
    throw std::runtime_error(window->Name);
}

std::vector<ImGuiWindow*> panels_in_front(Harness& harness) {
    std::vector<ImGuiWindow*> found;
    for (const Panel& panel : panels()) {
        ImGuiWindow* window = harness.window(panel.title);
        if (window != nullptr && window->Active && !window->Hidden && window->DockTabIsVisible)
            found.push_back(window);
    }
    return found;
}

// Every panel in front lies inside the window, overlaps no other, and has its least unless it is
// the only one; every panel is docked somewhere.
void expect_usable(Harness& harness, const Look& look) {
    const std::string where = std::to_string(static_cast<int>(look.size.x)) + "x" +
                              std::to_string(static_cast<int>(look.size.y)) + " at " +
                              std::to_string(look.scale);
    const auto front = panels_in_front(harness);
    ASSERT_FALSE(front.empty()) << where;
    const float unit = ImGui::GetStyle().FontSizeBase * look.scale;
    for (std::size_t i = 0; i < front.size(); ++i) {
        const ImRect at = front[i]->Rect();
        EXPECT_GE(at.Min.x, -0.5F) << where << " " << front[i]->Name;
        EXPECT_LE(at.Max.x, look.size.x + 0.5F) << where << " " << front[i]->Name;
        EXPECT_LE(at.Max.y, look.size.y + 0.5F) << where << " " << front[i]->Name;
        if (front.size() > 1) {
            EXPECT_GE(at.GetWidth(), panel_of(front[i]).least.x * unit - 2)
                << where << " " << front[i]->Name;
            EXPECT_GE(at.GetHeight(), panel_of(front[i]).least.y * unit - 2)
                << where << " " << front[i]->Name;
        }
        for (std::size_t j = 0; j < i; ++j) {
            ImRect other = front[j]->Rect();
            other.Expand(-1);
            EXPECT_FALSE(at.Overlaps(other))
                << where << " " << front[i]->Name << " over " << front[j]->Name;
        }
    }
    for (const Panel& panel : panels()) {
        const ImGuiWindow* window = harness.window(panel.title);
        ASSERT_NE(window, nullptr) << panel.title;
        EXPECT_NE(window->DockId, 0U) << where << " " << panel.title;
    }
}

void resize(Harness& harness, const Look& look) {
    ImGui::GetIO().DisplaySize = look.size;
    harness.set_scale(look.scale);
    harness.frames(6);
}

TEST(layout, is_usable_in_every_size_and_scale_it_is_opened_in) {
    for (const Look& look : looks) {
        Harness harness(look.size, look.scale);
        harness.show(made_by_hand(3, 2, 40, 1));
        harness.frames(6);
        expect_usable(harness, look);
    }
}

TEST(layout, stays_usable_from_every_size_and_scale_to_every_other) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 40, 1));
    harness.frames(6);
    for (const Look& from : looks)
        for (const Look& to : {looks[0], looks[1], looks[6], looks[8]}) {
            resize(harness, from);
            resize(harness, to);
            expect_usable(harness, to);
        }
}

// Sizes of the panels in front, as shares of the window.
std::map<std::string, ImVec2> shares(Harness& harness) {
    std::map<std::string, ImVec2> result;
    const ImVec2 all = ImGui::GetIO().DisplaySize;
    for (const ImGuiWindow* window : panels_in_front(harness))
        result[window->Name] = {window->Size.x / all.x, window->Size.y / all.y};
    return result;
}

TEST(layout, keeps_the_shares_of_its_panels_when_the_window_is_resized) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 40, 1));
    harness.frames(6);
    const auto before = shares(harness);
    resize(harness, {{3200, 1800}, 2});
    for (const auto& [name, share] : shares(harness)) {
        ASSERT_TRUE(before.contains(name)) << name;
        EXPECT_NEAR(share.x, before.at(name).x, 0.01F) << name;
        EXPECT_NEAR(share.y, before.at(name).y, 0.03F) << name;
    }
    // To and fro through sizes where panels fold, and back: as it was.
    for (const Look& look : looks) resize(harness, look);
    resize(harness, looks[0]);
    const auto after = shares(harness);
    ASSERT_EQ(after.size(), before.size());
    for (const auto& [name, share] : before) {
        ASSERT_TRUE(after.contains(name)) << name;
        EXPECT_NEAR(after.at(name).x, share.x, 0.005F) << name;
        EXPECT_NEAR(after.at(name).y, share.y, 0.005F) << name;
    }
}

TEST(layout, a_border_that_the_user_moved_keeps_its_share_through_other_sizes) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 40, 1));
    harness.frames(6);
    const ImRect loss = harness.window("Loss")->Rect();
    const float border = loss.Max.x + ImGui::GetStyle().DockingSeparatorSize / 2;
    harness.drag({border, loss.GetCenter().y}, {border + 120, loss.GetCenter().y});
    harness.frames(3);
    const float share = shares(harness)["Loss"].x;
    ASSERT_GT(share, loss.GetWidth() / 1600 + 0.05F);
    for (const Look& look : {looks[1], looks[4], looks[10], looks[0]}) resize(harness, look);
    EXPECT_NEAR(shares(harness)["Loss"].x, share, 0.01F);
}

TEST(layout, saved_in_one_size_is_usable_when_opened_in_another) {
    for (const Look& saved_at : {looks[0], looks[4], looks[8], looks[10]}) {
        std::string text;
        {
            Harness harness(saved_at.size, saved_at.scale);
            harness.show(made_by_hand(3, 2, 40, 1));
            harness.frames(6);
            restore_chosen(harness.view);
            harness.frame();
            text = ImGui::SaveIniSettingsToMemory();
        }
        for (const Look& look : looks) {
            Harness harness(look.size, look.scale);
            ImGui::LoadIniSettingsFromMemory(text.data(), text.size());
            harness.show(made_by_hand(3, 2, 40, 1));
            harness.frames(6);
            expect_usable(harness, look);
        }
        // What was folded for want of room is saved unfolded.
        Harness harness;
        ImGui::LoadIniSettingsFromMemory(text.data(), text.size());
        harness.show(made_by_hand(3, 2, 40, 1));
        harness.frames(6);
        EXPECT_EQ(panels_in_front(harness).size(), 7U);
    }
}

TEST(layout, resetting_it_gives_the_default_of_the_size_it_is_reset_in) {
    Harness harness({480, 320}, 1);
    harness.show(made_by_hand(3, 2, 40, 1));
    harness.frames(6);
    resize(harness, looks[0]);
    harness.view.reset_layout = true;
    harness.frames(4);
    EXPECT_EQ(panels_in_front(harness).size(), 7U);
}

}  // namespace
}  // namespace muonscope::gui

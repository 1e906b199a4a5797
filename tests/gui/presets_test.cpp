#include "core/experiment/presets.h"

#include "app/gui/frame.h"
#include "app/gui/keys.h"
#include "tests/gui/harness.h"

#include <gtest/gtest.h>

namespace muonscope::gui {
namespace {

bool in_front(Harness& harness, const char* title) {
    ImGuiWindow* window = harness.window(title);
    return window != nullptr && window->Active && !window->Hidden &&
           (!window->DockIsActive || window->DockTabIsVisible);
}

std::uint64_t nowhere(const Command&) {
    return 0;
}

TEST(presets, each_brings_the_panel_forward_that_it_is_about) {
    Harness harness;
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(4);
    const auto all = presets();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const PresetPage* page = preset_page(all[i].name);
        ASSERT_NE(page, nullptr) << all[i].name;
        const Panel& panel = panel_by_slug(page->panel);
        watch(harness.view, nowhere, all[i]);
        harness.frames(4);
        EXPECT_TRUE(in_front(harness, panel.title)) << all[i].name << ": " << panel.title;
        if (page->beside.empty()) continue;
        const Panel& other = panel_by_slug(page->beside);
        EXPECT_TRUE(in_front(harness, other.title)) << all[i].name << ", beside: " << other.title;
    }
    EXPECT_TRUE(in_front(harness, "Lanes"));
}

TEST(presets, one_asked_for_at_the_start_has_its_panel_in_front_in_the_first_frames) {
    Harness harness;
    look_at(harness.view, preset("weight-norms"));
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(4);
    EXPECT_TRUE(in_front(harness, "Weight norms"));
}

TEST(presets, a_spec_that_is_none_leaves_the_tabs_as_they_are) {
    Harness harness;
    look_at(harness.view, preset("conditioning"));
    harness.show(made_by_hand(3, 2, 20, 1));
    harness.frames(4);
    Spec own = preset("two-ways-up");
    own.name = "mine";
    watch(harness.view, nowhere, own);
    harness.frames(4);
    EXPECT_TRUE(in_front(harness, "Conditioning"));
}

}  // namespace
}  // namespace muonscope::gui

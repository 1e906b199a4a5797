#include "app/gui/fonts.h"
#include "app/gui/keys.h"
#include "app/gui/panels/lanes.h"
#include "app/gui/parameter_row.h"
#include "core/experiment/presets.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace muonscope::gui {
namespace {

Spec two_ways() {
    return preset("two-ways-up");
}

const OptimizerSpec& optimizer(const Snapshot& s, std::size_t lane) {
    return s.spec->lanes[lane].phases.front().optimizer;
}

ImGuiID in_row(const ImGuiWindow* window, const char* path, const char* item) {
    return window == nullptr ? 0 : ImHashStr(item, 0, ImHashStr(path, 0, window->ID));
}

// Where on the screen the control of a parameter of a lane's card is.
ImVec2 lane_control(Harness& harness, int lane, const char* path, const char* item) {
    ImGuiWindow* card = harness.child("Lanes", "lane", lane);
    return harness.find(card, in_row(card, path, item));
}

ImVec2 problem_control(Harness& harness, const char* path, const char* item) {
    ImGuiWindow* lanes = harness.child("Lanes", "rows", 0);
    return harness.find(lanes, in_row(lanes, path, item));
}

TEST(transport, pauses_and_goes_on_by_its_button) {
    Harness harness;
    harness.train(two_ways()).send(Start{});
    EXPECT_EQ(harness.now().state, TrainerState::running);
    harness.frame();
    ImGuiWindow* bar = harness.window("##transport");
    const ImVec2 button = harness.find(bar, bar->GetID("###play"));
    harness.click(button);
    EXPECT_EQ(harness.now().state, TrainerState::paused);
    harness.click(button);
    EXPECT_EQ(harness.now().state, TrainerState::running);
}

TEST(transport, drags_the_speed_to_the_end_where_it_is_unlimited) {
    Harness harness;
    harness.train(two_ways());
    ImGuiWindow* bar = harness.window("##transport");
    const ImVec2 at = harness.find(bar, bar->GetID("##speed"));
    harness.drag({at.x + 10, at.y}, {at.x + 400, at.y});
    EXPECT_EQ(harness.now().wanted_speed, 0);
    harness.drag({at.x + 60, at.y}, {at.x - 400, at.y});
    EXPECT_EQ(harness.now().wanted_speed, 1);
}

TEST(keys, pause_and_go_on_with_space) {
    Harness harness;
    harness.train(two_ways()).send(Start{});
    harness.now();
    harness.press(ImGuiKey_Space);
    EXPECT_EQ(harness.now().state, TrainerState::paused);
    harness.press(ImGuiKey_Space);
    EXPECT_EQ(harness.now().state, TrainerState::running);
}

TEST(keys, step_forward_and_back_with_the_arrows) {
    Harness harness;
    harness.train(two_ways());
    const auto before = harness.now().step;
    harness.press(ImGuiKey_RightArrow);
    EXPECT_EQ(harness.now().step, before + 1);
    const auto hash = harness.now().lanes[0].state_hash;
    harness.press(ImGuiKey_RightArrow);
    EXPECT_EQ(harness.now().step, before + 2);
    EXPECT_NE(harness.now().lanes[0].state_hash, hash);
    harness.frame();
    harness.press(ImGuiKey_LeftArrow);
    EXPECT_EQ(harness.now().step, before + 1);
    EXPECT_EQ(harness.now().lanes[0].state_hash, hash);
}

TEST(keys, swap_the_optimisers_with_s) {
    Harness harness;
    harness.train(two_ways());
    ASSERT_EQ(optimizer(harness.now(), 0).kind, OptimizerKind::sgd);
    harness.press(ImGuiKey_S);
    EXPECT_EQ(optimizer(harness.now(), 0).kind, OptimizerKind::muon);
    EXPECT_EQ(optimizer(harness.now(), 1).kind, OptimizerKind::sgd);
}

TEST(keys, control_s_saves_and_never_swaps_whichever_key_goes_up_first) {
    Harness harness;
    harness.show(made_by_hand(2, 2, 10, 1));
    ScratchFolder folder;
    harness.view.folders[".json"] = folder.path();
    harness.frames(2);
    ImGuiIO& io = ImGui::GetIO();
    harness.press(ImGuiKey_S, ImGuiMod_Ctrl);
    EXPECT_EQ(harness.saved, 1);
    // All of it between two frames, as a quick hand and a slow frame have it.
    for (const bool control_first : {true, false}) {
        io.AddKeyEvent(ImGuiMod_Ctrl, true);
        io.AddKeyEvent(ImGuiKey_S, true);
        if (control_first) io.AddKeyEvent(ImGuiMod_Ctrl, false);
        io.AddKeyEvent(ImGuiKey_S, false);
        if (!control_first) io.AddKeyEvent(ImGuiMod_Ctrl, false);
        harness.frames(5);
    }
    EXPECT_EQ(harness.saved, 3);
    // Control down for a frame already, and let go in the very frame that S goes down in.
    io.AddKeyEvent(ImGuiMod_Ctrl, true);
    harness.frames(2);
    io.AddKeyEvent(ImGuiKey_S, true);
    io.AddKeyEvent(ImGuiMod_Ctrl, false);
    io.AddKeyEvent(ImGuiKey_S, false);
    harness.frames(5);
    EXPECT_EQ(harness.saved, 4);
    EXPECT_TRUE(harness.sent.empty());
    harness.press(ImGuiKey_S);
    EXPECT_EQ(harness.saved, 4);
    EXPECT_EQ(harness.sent.size(), 1U);
}

TEST(keys, start_over_with_r) {
    Harness harness;
    Trainer& trainer = harness.train(two_ways());
    const auto start = harness.now().lanes[0].state_hash;
    trainer.send(StepOnce{25});
    ASSERT_EQ(harness.now().step, 25);
    harness.press(ImGuiKey_R);
    trainer.send(Pause{});
    EXPECT_LT(harness.now().step, 25);
    trainer.send(RunTo{0});
    EXPECT_EQ(harness.now().step, 0);
    EXPECT_EQ(harness.now().lanes[0].state_hash, start);
}

TEST(keys, choose_presets_with_digits) {
    Harness harness;
    harness.train(two_ways());
    ASSERT_GE(presets().size(), 2U);
    harness.press(ImGuiKey_2);
    EXPECT_EQ(harness.now().spec->name, presets()[1].name);
    harness.frame();
    harness.press(ImGuiKey_1);
    EXPECT_EQ(harness.now().spec->name, presets()[0].name);
    harness.press(ImGuiKey_9);  // fewer than nine: nothing
    if (presets().size() < 9) {
        EXPECT_EQ(harness.now().spec->name, presets()[0].name);
    }
}

TEST(keys, change_the_speed_with_plus_and_minus) {
    Harness harness;
    harness.train(two_ways()).send(SetSpeed{60});
    harness.now();
    harness.press(ImGuiKey_Equal);
    EXPECT_EQ(harness.now().wanted_speed, 100);
    harness.press(ImGuiKey_Minus);
    harness.now();
    harness.press(ImGuiKey_Minus);
    EXPECT_EQ(harness.now().wanted_speed, 20);
}

TEST(keys, walk_through_speeds_to_the_unlimited_one_and_stop_there) {
    EXPECT_EQ(next_speed(1000, +1), 0);
    EXPECT_EQ(next_speed(0, +1), 0);
    EXPECT_EQ(next_speed(0, -1), 1000);
    EXPECT_EQ(next_speed(1, -1), 1);
    EXPECT_EQ(next_speed(7, +1), 10);
}

TEST(keys, switch_theme_help_and_presentation) {
    Harness harness;
    harness.train(two_ways());
    const bool dark = harness.preferences.dark;
    harness.press(ImGuiKey_T);
    EXPECT_NE(harness.preferences.dark, dark);
    harness.press(ImGuiKey_F1);
    EXPECT_TRUE(harness.view.show_help);
    ASSERT_NE(harness.window("Help"), nullptr);
    harness.press(ImGuiKey_Escape);
    EXPECT_FALSE(harness.view.show_help);
}

// What the user points at with the focus ring.
bool ring_on(const char* window) {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.NavCursorVisible && g.NavId != 0 && g.NavWindow != nullptr &&
           g.NavWindow->RootWindow == ImGui::FindWindowByName(window);
}

ImGuiWindow* open_popup() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.OpenPopupStack.empty() ? nullptr : g.OpenPopupStack.back().Window;
}

constexpr ImGuiKey plain_keys[]{ImGuiKey_Space, ImGuiKey_S,          ImGuiKey_R,        ImGuiKey_2,
                                ImGuiKey_5,     ImGuiKey_9,          ImGuiKey_Equal,    ImGuiKey_T,
                                ImGuiKey_P,     ImGuiKey_RightArrow, ImGuiKey_LeftArrow};

// Every list and menu of the window, by what opens it.
TEST(keys, do_nothing_else_while_any_list_or_menu_is_open) {
    Harness harness;
    harness.train(two_ways());
    harness.now();
    ImGuiWindow* bar = harness.window("##transport");
    ImGuiWindow* values = harness.window("Singular values");
    const std::vector<std::pair<const char*, ImVec2>> openers{
        {"presets", harness.find(bar, bar->GetID("##preset"))},
        {"view", harness.find(bar, bar->GetID((std::string(icon::layout) + "##View").c_str()))},
        {"optimiser", lane_control(harness, 0, "lanes.0.optimizer.kind", "##choice")},
        {"norm law", lane_control(harness, 1, "lanes.1.optimizer.norm_law", "##choice")},
        {"source", harness.find(values, values->GetID("##source"))},
    };
    for (const auto& [name, at] : openers) {
        const bool dark = harness.preferences.dark;
        harness.click(at);
        harness.frames(3);
        ASSERT_NE(open_popup(), nullptr) << name;
        harness.sent.clear();
        for (const ImGuiKey key : plain_keys) {
            if (key == ImGuiKey_Space) continue;  // takes the row that it stands on
            harness.press(key);
        }
        EXPECT_TRUE(harness.sent.empty()) << name << " " << harness.sent.size();
        EXPECT_EQ(harness.preferences.dark, dark) << name;
        EXPECT_FALSE(harness.preferences.presentation) << name;
        EXPECT_EQ(harness.now().spec->name, "two-ways-up");
        harness.press(ImGuiKey_Escape);
        harness.frames(2);
        EXPECT_EQ(open_popup(), nullptr) << name;
        ImGui::SetNavCursorVisible(false);
        harness.frames(2);
    }
    harness.press(ImGuiKey_2);
    EXPECT_EQ(harness.now().spec->name, "staged") << "keys act again";
}

TEST(keys, escape_closes_the_list_and_leaves_help_and_messages_for_the_next) {
    Harness harness;
    harness.train(two_ways());
    harness.view.show_help = true;
    harness.frames(3);
    ImGuiWindow* bar = harness.window("##transport");
    harness.click(harness.find(bar, bar->GetID("##preset")));
    harness.frames(3);
    ASSERT_NE(open_popup(), nullptr);
    harness.press(ImGuiKey_Escape);
    EXPECT_EQ(open_popup(), nullptr);
    EXPECT_TRUE(harness.view.show_help);
    for (int i = 0; i < 3 && harness.view.show_help; ++i) harness.press(ImGuiKey_Escape);
    EXPECT_FALSE(harness.view.show_help);
}

TEST(keys, arrows_move_in_a_list_and_enter_takes_the_row) {
    Harness harness;
    harness.train(two_ways());
    harness.click(lane_control(harness, 0, "lanes.0.optimizer.kind", "##choice"));
    harness.frames(3);
    ASSERT_NE(open_popup(), nullptr);
    harness.press(ImGuiKey_DownArrow);
    harness.press(ImGuiKey_Enter);
    harness.frames(2);
    EXPECT_EQ(open_popup(), nullptr);
    EXPECT_EQ(optimizer(harness.now(), 0).kind, OptimizerKind::muon);
}

TEST(keys, the_preset_list_is_walked_by_arrows_through_all_groups) {
    Harness harness;
    harness.train(two_ways());
    ImGuiWindow* bar = harness.window("##transport");
    harness.click(harness.find(bar, bar->GetID("##preset")));
    harness.frames(3);
    for (std::size_t i = 0; i + 1 < preset_pages().size(); ++i) harness.press(ImGuiKey_DownArrow);
    harness.press(ImGuiKey_Enter);
    harness.frames(2);
    EXPECT_EQ(harness.now().spec->name, preset_pages().back().name);
}

// Where Tab comes to, until it is back where it began.
std::set<std::pair<std::string, ImGuiID>> tab_round(Harness& harness, ImGuiKey modifier) {
    std::set<std::pair<std::string, ImGuiID>> met;
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    for (int i = 0; i < 400; ++i) {
        harness.press(ImGuiKey_Tab, modifier);
        harness.frames(2);
        EXPECT_TRUE(g.NavCursorVisible);
        if (g.NavWindow == nullptr || g.NavId == 0) continue;
        const ImRect at = ImGui::WindowRectRelToAbs(g.NavWindow, g.NavWindow->NavRectRel[0]);
        EXPECT_GT(at.GetWidth(), 2) << "no ring to be seen";
        if (!met.emplace(g.NavWindow->RootWindow->Name, g.NavId).second) break;
    }
    return met;
}

TEST(keys, tab_reaches_every_control_of_every_panel_in_front_and_shows_where_it_is) {
    Harness harness;
    harness.train(two_ways());
    const auto met = tab_round(harness, ImGuiKey_None);
    std::map<std::string, int> windows;
    for (const auto& [window, item] : met) ++windows[window];
    // Ten in the bar, twelve rows of lanes and more; each plot's header.
    EXPECT_GE(windows["##transport"], 10);
    EXPECT_GE(windows["Lanes"], 25);
    for (const char* panel : {"Singular values", "Loss", "Downstream probe", "Representations",
                              "Alignment", "Measures"})
        EXPECT_GE(windows[panel], 1) << panel;
    EXPECT_TRUE(harness.sent.empty()) << "going through the controls changed something";
    const auto back = tab_round(harness, ImGuiMod_Shift);
    EXPECT_EQ(back, met);
}

// A step that takes long keeps the trainer from taking anything up.
TEST(keys, pressed_again_go_on_from_what_was_asked_for_last) {
    Harness harness;
    harness.train(two_ways());
    auto slow = std::make_shared<Snapshot>(harness.now());
    slow->step = 5;
    slow->wanted_speed = 20;
    slow->commands = 0;
    harness.show(slow);
    harness.frames(3);
    harness.sent.clear();
    for (const ImGuiKey key : {ImGuiKey_Equal, ImGuiKey_Equal, ImGuiKey_LeftArrow,
                               ImGuiKey_LeftArrow, ImGuiKey_LeftArrow})
        harness.press(key);
    ASSERT_EQ(harness.sent.size(), 5u);
    EXPECT_EQ(std::get<SetSpeed>(harness.sent[0]).steps_per_second, 60);
    EXPECT_EQ(std::get<SetSpeed>(harness.sent[1]).steps_per_second, 100);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(std::get<RunTo>(harness.sent[2 + i]).step, 4 - i);
    // What starts over leaves no step to go back from but the snapshot's.
    harness.press(ImGuiKey_R);
    harness.press(ImGuiKey_LeftArrow);
    EXPECT_EQ(std::get<RunTo>(harness.sent.back()).step, 4);
    // A snapshot that has seen the first two, and refused what they wanted.
    slow = std::make_shared<Snapshot>(*slow);
    slow->commands = 2;
    harness.show(slow);
    harness.press(ImGuiKey_Minus);
    EXPECT_EQ(std::get<SetSpeed>(harness.sent.back()).steps_per_second, 10);
}

TEST(lanes, show_what_a_control_was_put_to_before_the_trainer_takes_it_up) {
    Harness harness;
    harness.train(two_ways());
    harness.show(std::make_shared<Snapshot>(harness.now()));
    harness.frames(3);
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImGuiID track =
        in_row(harness.child("Lanes", "lane", 0), "lanes.0.optimizer.lr", "##track");
    for (int i = 0; i < 400 && g.NavId != track; ++i) {
        harness.press(ImGuiKey_Tab);
        harness.frames(2);
    }
    ASSERT_EQ(g.NavId, track);
    for (int i = 0; i < 3; ++i) harness.press(ImGuiKey_RightArrow);
    ASSERT_EQ(harness.sent.size(), 3u);
    const auto rate = [&](std::size_t i) {
        return std::get<double>(std::get<SetParameter>(harness.sent[i]).value);
    };
    EXPECT_LT(rate(0), rate(1));
    EXPECT_LT(rate(1), rate(2));
    EXPECT_FALSE(drawing().starting(fmt::format("{:.4g}", rate(2))).empty()) << drawing().text();
}

TEST(keys, enter_and_arrows_work_the_control_that_tab_came_to) {
    Harness harness;
    harness.train(two_ways());
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const auto go_to = [&](const char* path, const char* item) {
        ImGuiWindow* card = harness.child("Lanes", "lane", 0);
        for (int i = 0; i < 400 && g.NavId != in_row(card, path, item); ++i) {
            harness.press(ImGuiKey_Tab);
            harness.frames(2);
        }
        ASSERT_EQ(g.NavId, in_row(card, path, item)) << path;
    };
    go_to("lanes.0.optimizer.lr", "##track");
    EXPECT_TRUE(ring_on("Lanes"));
    const double lr = optimizer(harness.now(), 0).lr;
    harness.press(ImGuiKey_RightArrow);
    EXPECT_GT(optimizer(harness.now(), 0).lr, lr);
    harness.press(ImGuiKey_LeftArrow);
    harness.press(ImGuiKey_LeftArrow);
    EXPECT_LT(optimizer(harness.now(), 0).lr, lr);
    EXPECT_EQ(harness.now().step, 0) << "the arrows were the track's";
    harness.press(ImGuiKey_Enter);
    harness.frames(3);
    ASSERT_TRUE(harness.kept<ParameterRows>().typing);
    harness.type("3,5%");
    harness.press(ImGuiKey_Enter);
    EXPECT_EQ(optimizer(harness.now(), 0).lr, 0.035);
    go_to("lanes.0.optimizer.kind", "##choice");
    harness.press(ImGuiKey_Enter);
    harness.frames(3);
    ASSERT_NE(open_popup(), nullptr);
    harness.press(ImGuiKey_Escape);
    for (int i = 0; i < 3 && harness.kept<KeyboardState>().ring; ++i)
        harness.press(ImGuiKey_Escape);
    EXPECT_FALSE(g.NavCursorVisible);
    harness.press(ImGuiKey_RightArrow);
    EXPECT_EQ(harness.now().step, 1) << "and are the transport's again";
}

TEST(lanes, switch_the_first_lane_to_muon_by_clicking) {
    Harness harness;
    harness.train(two_ways());
    harness.click(lane_control(harness, 0, "lanes.0.optimizer.kind", "##choice"));
    harness.frames(3);
    ImGuiWindow* list = harness.window("##Combo_00");
    ASSERT_NE(list, nullptr);
    harness.click(harness.find(list, list->GetID("Muon")));
    EXPECT_EQ(optimizer(harness.now(), 0).kind, OptimizerKind::muon);
    EXPECT_EQ(optimizer(harness.now(), 1).kind, OptimizerKind::muon);
}

void choose(Harness& harness, const std::string& path, const char* label) {
    harness.click(lane_control(harness, 0, path.c_str(), "##choice"));
    harness.frames(3);
    ImGuiWindow* list = harness.window("##Combo_00");
    ASSERT_NE(list, nullptr) << path;
    harness.click(harness.find(list, list->GetID(label)));
}

TEST(lanes, take_a_librarys_conventions_and_another_orthogonaliser_while_running) {
    Harness harness;
    harness.kept<LanesView>().more = true;
    harness.train(two_ways()).send(StepOnce{7});
    harness.now();
    choose(harness, "lanes.0.optimizer.flavour", "Moonlight");
    const OptimizerSpec taken = optimizer(harness.now(), 0);
    EXPECT_EQ(taken.kind, OptimizerKind::muon);
    EXPECT_EQ(taken.shape_scale, ShapeScale::rms);
    EXPECT_EQ(taken.decay, Decay::rate);
    EXPECT_EQ(optimizer(harness.now(), 1).decay, Decay::none);
    choose(harness, "lanes.0.optimizer.engine", "Polar Express");
    EXPECT_EQ(optimizer(harness.now(), 0).orthogonaliser.engine, Engine::polar_express);
    EXPECT_EQ(harness.now().step, 7);
}

TEST(lanes, change_the_learning_rate_by_dragging_without_a_restart) {
    Harness harness;
    Trainer& trainer = harness.train(two_ways());
    trainer.send(StepOnce{10});
    harness.now();
    const ImVec2 at = lane_control(harness, 0, "lanes.0.optimizer.lr", "##track");
    harness.drag({at.x + 20, at.y}, {at.x + 45, at.y});
    const double lr = optimizer(harness.now(), 0).lr;
    EXPECT_NE(lr, 0.02);
    EXPECT_GT(lr, 0);
    EXPECT_EQ(optimizer(harness.now(), 1).lr, 0.02);
    EXPECT_EQ(harness.now().step, 10);

    harness.frames(30);  // or the drag's press would count as the first of two clicks
    harness.double_click({at.x + 20, at.y});
    EXPECT_EQ(optimizer(harness.now(), 0).lr, OptimizerSpec{}.lr);
}

TEST(lanes, type_a_learning_rate_after_ctrl_click) {
    Harness harness;
    harness.train(two_ways());
    const ImVec2 at = lane_control(harness, 1, "lanes.1.optimizer.lr", "##track");
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    harness.click(at);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    harness.frames(3);
    ASSERT_TRUE(harness.kept<ParameterRows>().typing);
    const auto before = harness.now().step;
    harness.type("0.0375");
    harness.press(ImGuiKey_Enter);
    EXPECT_EQ(optimizer(harness.now(), 1).lr, 0.0375);
    EXPECT_FALSE(harness.kept<ParameterRows>().typing);
    EXPECT_EQ(harness.now().step, before);
}

TEST(lanes, say_what_is_wrong_with_what_was_typed_and_keep_the_value) {
    Harness harness;
    harness.train(two_ways());
    const ImVec2 at = lane_control(harness, 0, "lanes.0.optimizer.lr", "##track");
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    harness.click(at);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    harness.frames(3);
    harness.type("rts 9");  // keys that would restart, swap and load presets outside a field
    harness.press(ImGuiKey_Enter);
    EXPECT_EQ(optimizer(harness.now(), 0).lr, 0.02);
    EXPECT_EQ(optimizer(harness.now(), 0).kind, OptimizerKind::sgd);
    EXPECT_TRUE(harness.view.toast_is_error);
    EXPECT_TRUE(harness.view.toast.starts_with("Learning rate: 'rts 9'")) << harness.view.toast;
    EXPECT_NE(harness.view.toast.find("give a number from"), std::string::npos);
    EXPECT_EQ(harness.view.toast.find("optimizer.lr"), std::string::npos) << harness.view.toast;
    harness.press(ImGuiKey_Escape);
    EXPECT_TRUE(harness.view.toast.empty());
}

TEST(lanes, take_back_what_they_said_once_the_value_is_right) {
    Harness harness;
    harness.train(two_ways());
    const auto type_into = [&](const char* path, int lane, const char* text) {
        const ImVec2 at = lane_control(harness, lane, path, "##track");
        ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
        harness.click(at);
        ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
        harness.frames(3);
        harness.type(text);
        harness.press(ImGuiKey_Enter);
    };
    type_into("lanes.0.optimizer.lr", 0, "1,000");
    ASSERT_FALSE(harness.view.toast.empty());
    type_into("lanes.1.optimizer.lr", 1, "0,03");
    EXPECT_FALSE(harness.view.toast.empty()) << "it spoke of the other lane";
    type_into("lanes.0.optimizer.lr", 0, "0,03");
    EXPECT_TRUE(harness.view.toast.empty()) << harness.view.toast;
    type_into("lanes.0.optimizer.lr", 0, "x");
    ASSERT_FALSE(harness.view.toast.empty());
    harness.press(ImGuiKey_3);
    EXPECT_TRUE(harness.view.toast.empty()) << "another preset: nothing is left to be wrong";
}

TEST(lanes, leave_keys_to_the_field_that_is_being_typed_in) {
    Harness harness;
    harness.train(two_ways());
    const ImVec2 at = lane_control(harness, 0, "lanes.0.optimizer.lr", "##track");
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    harness.click(at);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
    harness.frames(3);
    ASSERT_TRUE(harness.kept<ParameterRows>().typing);
    const std::size_t before = harness.sent.size();
    for (const ImGuiKey key : {ImGuiKey_S, ImGuiKey_R, ImGuiKey_Space, ImGuiKey_2})
        harness.press(key);
    EXPECT_EQ(harness.sent.size(), before);
}

TEST(problem, restart_only_when_the_mouse_lets_go) {
    Harness harness;
    harness.train(two_ways());
    const ImVec2 at = problem_control(harness, "network.depth", "##track");
    harness.sent.clear();
    harness.drag({at.x + 5, at.y}, {at.x + 40, at.y});
    ASSERT_EQ(harness.sent.size(), 1U);
    EXPECT_EQ(std::get<SetParameter>(harness.sent[0]).path, "network.depth");
    const Snapshot& s = harness.now();
    EXPECT_EQ(s.step, 0);
    EXPECT_NE(s.spec->experiment.network.depth, 3);
    EXPECT_EQ(s.layout.layers(), s.spec->experiment.network.depth);
}

TEST(parameters, stand_on_their_track_where_they_came_from) {
    for (const auto table : {experiment_parameters(), optimizer_parameters()})
        for (const Parameter& p : table) {
            if (p.type != ParameterType::real && p.type != ParameterType::integer) continue;
            for (const double x : {0.0, 0.1, 0.5, 0.73, 1.0}) {
                const double value = track_value(p, x);
                EXPECT_GE(value, p.min) << p.key;
                EXPECT_LE(value, p.max) << p.key;
                const double grain =
                    p.type == ParameterType::integer ? 0.6 / (p.usual_max - p.usual_min) : 0.0;
                const double tolerance =
                    p.scale == ParameterScale::linear ? std::max(0.01, grain) : 0.2;
                EXPECT_NEAR(track_position(p, value), x, tolerance) << p.key << " " << value;
            }
        }
}

}  // namespace
}  // namespace muonscope::gui

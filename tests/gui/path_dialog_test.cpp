#include "app/gui/path_dialog.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/gui/fonts.h"
#include "app/gui/lab.h"
#include "core/base/error.h"
#include "core/documents/session_json.h"
#include "core/documents/spec_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/weights/tensor_spectrum.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"

namespace muonscope::gui {
namespace {

TEST(folder_list, shows_folders_first_then_files_of_the_ending_newest_first) {
    ScratchFolder folder;
    std::filesystem::create_directories(folder / "b");
    std::filesystem::create_directories(folder / "a");
    std::filesystem::create_directories(folder / ".hidden");
    for (const char* name : {"old.json", "new.json", "other.csv", ".x.json"})
        write_file(folder / name, "12345");
    const auto now = std::filesystem::last_write_time(folder / "new.json");
    std::filesystem::last_write_time(folder / "old.json", now - std::chrono::hours(48));
    std::vector<std::string> names;
    for (const FolderEntry& entry : list_folder(folder.path(), ".json"))
        names.push_back(entry.name);
    EXPECT_EQ(names, (std::vector<std::string>{"..", "a", "b", "new.json", "old.json"}));
    EXPECT_EQ(list_folder(folder.path(), ".json").back().bytes, 5U);
    EXPECT_THROW(list_folder(folder / "none", ".json"), Error);
}

TEST(folder_list, says_sizes_with_two_digits_and_finds_home) {
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(1500), "1.5 kB");
    EXPECT_EQ(size_text(999700), "1.0 MB");
    EXPECT_EQ(size_text(48000000), "48 MB");
    ASSERT_NE(std::getenv("HOME"), nullptr);
    EXPECT_EQ(whole_path("~/x.json", "/a"), std::string(std::getenv("HOME")) + "/x.json");
    EXPECT_EQ(whole_path("/a/../b.json", "/c"), "/b.json");
    EXPECT_EQ(whole_path("b.json", "/c"), "/c/b.json");
}

class PathDialogTest : public testing::Test {
  protected:
    PathDialogTest() {
        harness.show(made_by_hand(2, 2, 10, 1));
        harness.view.folders[".json"] = folder.path();
        harness.frames(3);
    }
    void ask() {
        ImGuiIO& io = ImGui::GetIO();
        io.AddKeyEvent(ImGuiMod_Shift, true);
        harness.press(ImGuiKey_S, ImGuiMod_Ctrl);
        io.AddKeyEvent(ImGuiMod_Shift, false);
        harness.frames(3);
        ASSERT_TRUE(open());
    }
    bool open() const { return harness.view.path_dialog != nullptr; }
    const PathDialog& dialog() const { return *harness.view.path_dialog; }
    // Instead of what is there.
    void retype(const std::string& text) {
        harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
        harness.type(text);
    }
    void enter() {
        harness.press(ImGuiKey_Enter);
        harness.frames(2);
    }

    ScratchFolder folder;
    Harness harness;
};

TEST_F(PathDialogTest, proposes_a_new_name_and_saves_it_on_enter) {
    ask();
    enter();
    EXPECT_FALSE(open());
    EXPECT_EQ(harness.saved, 1);
    EXPECT_EQ(harness.saved_to, folder / "two-ways-up-step-9.json");
    EXPECT_NE(harness.view.toast.find(harness.saved_to), std::string::npos);
}

TEST_F(PathDialogTest, saves_under_the_name_typed_and_stays_in_that_folder) {
    std::filesystem::create_directories(folder / "mine");
    ask();
    retype(folder / "mine/first");
    enter();
    EXPECT_EQ(harness.saved_to, folder / "mine/first.json");
    harness.press(ImGuiKey_S, ImGuiMod_Ctrl);  // at once, beside it
    EXPECT_EQ(harness.saved, 2);
    EXPECT_EQ(harness.saved_to, folder / "mine/two-ways-up-step-9.json");
}

TEST_F(PathDialogTest, puts_a_name_typed_alone_into_the_folder_that_is_listed) {
    ask();
    retype("alone");
    EXPECT_EQ(dialog().folder, folder.path());
    enter();
    EXPECT_EQ(harness.saved_to, folder / "alone.json");
}

class SavedWeights : public testing::Test {
  protected:
    // The training stands at step 3; the menu is open at the lanes.
    SavedWeights() {
        Spec spec = preset("two-ways-up");
        spec.experiment.run.steps = 3;
        Trainer& trainer = harness.train(spec);
        trainer.send(StepOnce{3});
        harness.view.folders[".safetensors"] = folder.path();
        harness.view.folders[".json"] = folder.path();
        harness.now();
        harness.frames(3);
    }
    void choose(const std::string& lane) {
        ImGuiWindow* bar = harness.window("##transport");
        ASSERT_NE(bar, nullptr);
        harness.click(
            harness.find(bar, bar->GetID((std::string(icon::layout) + "##View").c_str())));
        harness.frames(3);
        harness.click(drawing().word("Save weights")->middle());
        for (int i = 0; i < 4; ++i) {  // until weights come with the snapshots
            harness.now();
            harness.frames(2);
        }
        harness.click(drawing().word(lane)->middle());
        harness.frames(3);
        ASSERT_NE(harness.view.path_dialog, nullptr);
    }
    void save() {
        harness.press(ImGuiKey_Enter);
        harness.frames(2);
    }
    void expect_weights(const std::string& path, std::size_t lane) {
        const TensorFile file(path);
        EXPECT_EQ(file.metadata().text("step"), "3");
        EXPECT_EQ(read_matrix(file, *file.find("layers.1.weight")),
                  (*harness.now().lanes[lane].weights)[1]);
    }

    ScratchFolder folder;
    Harness harness;
};

TEST_F(SavedWeights, of_a_lane_are_a_model_file) {
    choose("Muon…");
    save();
    EXPECT_EQ(harness.view.path_dialog, nullptr);
    expect_weights(folder / "two-ways-up-lane-2-muon-step-3.safetensors", 1);
}

TEST_F(SavedWeights, of_all_lanes_are_a_folder_a_lane_and_replace_nothing) {
    choose("All lanes…");
    save();
    EXPECT_EQ(harness.view.path_dialog, nullptr);
    expect_weights(folder / "lane-1-sgd/step-3.safetensors", 0);
    expect_weights(folder / "lane-2-muon/step-3.safetensors", 1);
    choose("All lanes…");
    save();
    ASSERT_NE(harness.view.path_dialog, nullptr);
    EXPECT_NE(harness.view.path_dialog->fault.find("is there already"), std::string::npos);
}

TEST_F(PathDialogTest, replaces_a_file_only_when_asked_twice) {
    write_file(folder / "there.json", "old");
    ask();
    retype(folder / "there.json");
    enter();
    EXPECT_TRUE(open());
    EXPECT_EQ(harness.saved, 0);
    EXPECT_EQ(dialog().confirmed, folder / "there.json");
    enter();
    EXPECT_FALSE(open());
    EXPECT_EQ(harness.saved_to, folder / "there.json");
}

TEST_F(PathDialogTest, the_ending_of_another_format_is_refused) {
    ask();
    retype(folder / "picture.jpg");
    enter();
    ASSERT_TRUE(open());
    EXPECT_EQ(harness.saved, 0);
    EXPECT_NE(dialog().fault.find("written as .json"), std::string::npos) << dialog().fault;
}

TEST_F(PathDialogTest, another_name_takes_the_confirmation_back) {
    write_file(folder / "there.json", "old");
    write_file(folder / "too.json", "old");
    ask();
    retype(folder / "there.json");
    enter();
    retype(folder / "too.json");
    enter();
    EXPECT_TRUE(open());
    EXPECT_EQ(harness.saved, 0);
}

TEST_F(PathDialogTest, escape_saves_nothing_and_touches_no_training) {
    ask();
    harness.type(" sr12");
    harness.press(ImGuiKey_Escape);
    harness.frames(2);
    EXPECT_FALSE(open());
    EXPECT_EQ(harness.saved, 0);
    EXPECT_TRUE(harness.sent.empty());
    harness.press(ImGuiKey_Space);
    EXPECT_EQ(harness.sent.size(), 1U);  // keys belong to the window again
}

TEST_F(PathDialogTest, shows_what_went_wrong_and_stays) {
    harness.refusal = "No space left on device";
    ask();
    enter();
    ASSERT_TRUE(open());
    EXPECT_NE(dialog().fault.find("No space left on device"), std::string::npos);
    harness.refusal = nullptr;
    enter();
    EXPECT_FALSE(open());
    EXPECT_EQ(harness.saved, 1);
}

TEST_F(PathDialogTest, goes_into_a_folder_and_back_by_the_arrow_keys) {
    std::filesystem::create_directories(folder / "below");
    ask();
    harness.press(ImGuiKey_DownArrow);  // the folder above
    harness.press(ImGuiKey_DownArrow);
    EXPECT_EQ(dialog().chosen, 1);
    enter();
    ASSERT_TRUE(open());
    EXPECT_EQ(dialog().folder, folder / "below");
    EXPECT_STREQ(dialog().typed.data(), (folder / "below/two-ways-up-step-9.json").c_str());
    harness.press(ImGuiKey_DownArrow);
    enter();
    EXPECT_EQ(dialog().folder, folder.path());
    enter();
    EXPECT_EQ(harness.saved_to, folder / "two-ways-up-step-9.json");
}

TEST_F(PathDialogTest, takes_a_file_by_a_click_and_a_folder_that_is_not_there_calmly) {
    write_file(folder / "there.json", "old");
    ask();
    ImGuiWindow* list = harness.child("Path", "##files", 0);
    ASSERT_NE(list, nullptr);
    const ImGuiID table = harness.window("Path")->GetID("##files");
    harness.click(harness.find(list, ImHashStr("there.json##1", 0, table)));
    EXPECT_STREQ(dialog().typed.data(), (folder / "there.json").c_str());
    harness.frames(2);
    retype(folder / "none/x");
    harness.frames(2);
    EXPECT_TRUE(dialog().entries.empty());
    EXPECT_TRUE(open());
}

TEST_F(PathDialogTest, opens_a_spec_and_says_in_place_what_is_wrong_with_one) {
    Spec spec = preset("deep");
    write_file(folder / "good.json", to_json(spec));
    write_file(folder / "bad.json", "{\"version\": 1, \"nonsense\": 2}");
    harness.press(ImGuiKey_O, ImGuiMod_Ctrl);
    harness.frames(3);
    ASSERT_TRUE(open());
    retype(folder / "bad.json");
    enter();
    ASSERT_TRUE(open());
    EXPECT_NE(dialog().fault.find("bad.json"), std::string::npos);
    retype(folder / "none.json");
    enter();
    EXPECT_NE(dialog().fault.find("not there"), std::string::npos);
    retype(folder / "good.json");
    enter();
    EXPECT_FALSE(open());
    ASSERT_EQ(harness.sent.size(), 2U);
    ASSERT_TRUE(std::holds_alternative<SetSpec>(harness.sent[0]));
    EXPECT_EQ(std::get<SetSpec>(harness.sent[0]).spec.name, spec.name);
}

TEST(path_dialog, opens_a_session_where_it_was_saved) {
    ScratchFolder folder;
    Harness harness;
    Trainer& trainer = harness.train(preset("two-ways-up"));
    trainer.send(RunTo{30});
    trainer.drain();
    write_file(folder / "there.json", to_json(trainer.saved()));
    const auto hash = harness.now().lanes[1].state_hash;
    trainer.send(Reset{});
    harness.view.folders[".json"] = folder.path();
    harness.press(ImGuiKey_O, ImGuiMod_Ctrl);
    harness.frames(3);
    harness.press(ImGuiKey_DownArrow);  // the folder above
    harness.press(ImGuiKey_DownArrow);
    harness.press(ImGuiKey_Enter);
    harness.frames(3);
    EXPECT_EQ(harness.view.path_dialog, nullptr);
    EXPECT_EQ(harness.now().step, 30);
    EXPECT_EQ(harness.now().lanes[1].state_hash, hash);
}

TEST(path_dialog, is_drawn_in_a_window_too_small_for_it_and_at_four_times_the_size) {
    for (const auto& [size, scale] : {std::pair{ImVec2{80, 60}, 1.0F}, {ImVec2{1600, 900}, 4.0F}}) {
        ScratchFolder folder;
        Harness harness(size, scale);
        harness.show(made_by_hand(2, 2, 10, 1));
        harness.view.folders[".json"] = folder.path();
        harness.frames(2);
        harness.press(ImGuiKey_O, ImGuiMod_Ctrl);
        harness.frames(5);
        EXPECT_TRUE(harness.view.path_dialog);
    }
}

}  // namespace
}  // namespace muonscope::gui

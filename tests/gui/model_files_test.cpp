// What the panel *Model weights* writes and reads beside the model: edits, and the model they make.

#include "app/gui/model_files.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "app/gui/path_dialog.h"
#include "core/formats/files.h"
#include "core/formats/tensor_file.h"
#include "tests/errors.h"
#include "tests/gui/model_panel.h"

namespace muonscope::gui {
namespace {

class ModelFiles : public ModelWeightsPanel {
  protected:
    explicit ModelFiles(int threads = 0) : ModelWeightsPanel(threads) {}
    void choose(const char* entry) {
        click_word("Edits…");
        click_over(entry);
    }
    // In place of the name that is proposed.
    void answer(const std::string& name) {
        ASSERT_TRUE(harness.view.path_dialog);
        harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
        harness.type(name);
        harness.press(ImGuiKey_Enter);
        harness.frames(3);
    }
    void edit(const char* text) { harness.chosen<ModelChoices>().edits.emplace_back(text); }
    std::string bytes(const std::string& at) { return read_file(at, std::size_t{1} << 24); }
    std::vector<std::string> texts() {
        std::vector<std::string> texts;
        for (const WeightEdit& edit : model().stack) texts.push_back(text_of(edit));
        return texts;
    }
    ModelExport& writing() { return harness.kept<ModelExport>(); }
    std::size_t files() {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry :
             std::filesystem::directory_iterator(folder.path()))
            ++count;
        return count;
    }
};

// Whose only thread is held until it is let go: what is begun meanwhile stays under way.
class HeldModelFiles : public ModelFiles {
  protected:
    HeldModelFiles() : ModelFiles(1) {}
    ~HeldModelFiles() override { let_go(); }
    void hold() {
        harness.context().workplace.begin([flag = held](const Workplace::Turn&) {
            while (*flag) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return Workplace::Next{};
        });
    }
    void let_go() { *held = false; }

  private:
    std::shared_ptr<std::atomic<bool>> held = std::make_shared<std::atomic<bool>>(true);
};

TEST_F(ModelFiles, edits_are_saved_as_the_command_line_reads_them_and_opened_as_one_step) {
    edit("up:flatten");
    edit("blk.2.down:scale=1-3:0.5,muted");
    open();
    choose("Save edits…");
    answer(folder / "mine");
    const std::string saved = folder / "mine.txt";
    EXPECT_EQ(bytes(saved), "up:flatten\nblk.2.down:scale=1-3:0.5,muted\n");
    EXPECT_EQ(read_stack(saved), model().stack);
    choose("Remove all");
    EXPECT_TRUE(model().stack.empty());
    EXPECT_TRUE(harness.chosen<ModelChoices>().edits.empty());
    choose("Open edits…");
    answer(saved);
    EXPECT_EQ(texts(), (std::vector<std::string>{"up:flatten", "blk.2.down:scale=1-3:0.5,muted"}));
    EXPECT_TRUE(drawing().in("Model weights").word("up: flatten"));
    click_word("Undo");
    EXPECT_TRUE(model().stack.empty());
    click_word("Undo");
    EXPECT_EQ(model().stack.size(), 2u);
}

TEST_F(ModelFiles, a_file_of_edits_that_is_bad_says_its_line_and_changes_nothing) {
    edit("up:flatten");
    open();
    write_file(folder / "bad.txt", "# mine\ndown:keep=2\ndown:kep=2\n");
    choose("Open edits…");
    answer(folder / "bad.txt");
    ASSERT_TRUE(harness.view.path_dialog);
    EXPECT_TRUE(contains(harness.view.path_dialog->fault, "bad.txt, line 3"));
    EXPECT_TRUE(contains(harness.view.path_dialog->fault, "'kep'"));
    EXPECT_EQ(texts(), std::vector<std::string>{"up:flatten"});
    EXPECT_TRUE(model().undo.empty());
    harness.press(ImGuiKey_Escape);
    write_file(folder / "other.txt", "attn_q:flatten\ndown:keep=2\n");
    harness.frames(2);
    choose("Open edits…");
    answer(folder / "other.txt");
    EXPECT_EQ(model().stack.size(), 2u);
    EXPECT_TRUE(contains(harness.view.toast, "1 of them meant for no matrix"))
        << harness.view.toast;
}

TEST_F(ModelFiles, the_model_is_exported_byte_for_byte_as_weights_edit_writes_it) {
    edit("blk.2.up:drop-top=2");
    edit("down:noise=4");
    open();
    const TensorFile file(path);
    for (const char* type : {"F32", "F16"})
        for (const char* ending : {".safetensors", ".gguf"}) {
            const std::string out = folder / ("window" + std::string(ending));
            choose(("Export the edited model as " + std::string(type) + "…").c_str());
            answer(out);
            if (harness.view.path_dialog) {  // asks before it takes the place of the last one
                EXPECT_EQ(harness.view.path_dialog->confirmed, out);
                harness.press(ImGuiKey_Enter);
                harness.frames(3);
            }
            harness.frames_until([&] { return !writing().busy(); });
            const std::string expected = folder / ("line" + std::string(ending));
            const EditedFile written =
                write_edited(file, model().stack, expected, tensor_type(type), {});
            EXPECT_EQ(written.edits.size(), 4u);
            EXPECT_TRUE(bytes(out) == bytes(expected)) << type << ending;
            EXPECT_TRUE(contains(harness.view.toast, loss_sentence(written.loss, type)))
                << harness.view.toast;
            EXPECT_TRUE(contains(harness.view.toast, std::string("Rounding to ") + type));
        }
}

TEST_F(ModelFiles, the_open_model_a_wrong_ending_and_a_folder_that_is_not_there_are_refused) {
    open();
    const std::string before = bytes(path);
    const auto refused = [&](const std::string& to, const char* why) {
        choose("Export the edited model as F32…");
        answer(to);
        harness.press(ImGuiKey_Enter);  // replace it, if that is asked
        harness.frames(3);
        ASSERT_TRUE(harness.view.path_dialog) << to;
        EXPECT_TRUE(contains(harness.view.path_dialog->fault, why))
            << harness.view.path_dialog->fault;
        EXPECT_FALSE(writing().busy());
        harness.press(ImGuiKey_Escape);
        harness.frames(3);
    };
    std::filesystem::create_symlink(path, folder / "link.safetensors");
    refused(path, "never changed");
    refused(folder / "link.safetensors", "never changed");
    refused(folder / "out.npy", "in one of .safetensors, .gguf");
    refused(folder / "none/out.gguf", "create the folder first");
    EXPECT_EQ(bytes(path), before);
}

TEST_F(HeldModelFiles, what_the_disk_refuses_is_said) {
    open();
    std::filesystem::create_directories(folder / "gone");
    hold();
    choose("Export the edited model as F32…");
    answer(folder / "gone/out.gguf");
    ASSERT_TRUE(writing().busy());
    std::filesystem::remove_all(folder / "gone");
    let_go();
    harness.frames_until([&] { return !writing().busy(); });
    EXPECT_TRUE(harness.view.toast_is_error);
    EXPECT_TRUE(contains(harness.view.toast, "gone/out.gguf")) << harness.view.toast;
    EXPECT_TRUE(contains(harness.view.toast, "create the folder first")) << harness.view.toast;
}

TEST_F(HeldModelFiles, an_export_shows_that_it_is_under_way_and_cancel_leaves_nothing) {
    open();
    const std::size_t before = files();
    hold();
    choose("Export the edited model as F16…");
    answer(folder / "out.gguf");
    ASSERT_TRUE(writing().busy());
    EXPECT_FALSE(drawing().in("Model weights").starting("Writing out.gguf: 0 of 6").empty())
        << drawing().in("Model weights").text();
    click_word("Cancel");
    EXPECT_FALSE(drawing().in("Model weights").all("Ending the export").empty());
    let_go();
    harness.frames_until([&] { return !writing().busy(); });
    EXPECT_EQ(files(), before);
    EXPECT_TRUE(harness.view.toast.empty()) << harness.view.toast;
}

}  // namespace
}  // namespace muonscope::gui

// The model that is open, in a saved session and out of one.

#include "app/gui/session_weights.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/gui/path_dialog.h"
#include "app/gui/saving.h"
#include "core/documents/session_json.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"
#include "core/formats/sha256.h"
#include "core/session/session.h"
#include "tests/errors.h"
#include "tests/gui/model_panel.h"

namespace muonscope::gui {
namespace {

class SessionWeights : public ModelWeightsPanel {
  protected:
    SessionFile::Weights saved() {
        PanelContext context = harness.context();
        const auto saved =
            begin_saving_weights(context.workplace, harness.preferences, harness.view);
        EXPECT_NE(saved, nullptr);
        EXPECT_FALSE(is_ready(*saved, harness.view));
        harness.frames_until([&] { return is_ready(*saved, harness.view); });
        return finished(*saved, harness.view);
    }
    // By the dialog, as a person opens it.
    void open_session(Harness& in, const std::optional<SessionFile::Weights>& weights) {
        SessionFile file = Session(preset("two-ways-up")).saved();
        file.weights = weights;
        write_file(session, to_json(file));
        PanelContext context = in.context();
        ask_what_to_open(context);
        ASSERT_TRUE(in.view.path_dialog);
        in.view.path_dialog->request.done(session);
        in.view.path_dialog.reset();
        EXPECT_TRUE(std::holds_alternative<OpenSession>(in.sent.back()));
        in.frames(3);
    }
    // Of the panel in a window that has seen nothing yet.
    std::unique_ptr<Harness> other_window() {
        auto other = std::make_unique<Harness>(ImVec2{1600, 900});
        other->frames(4);
        ImGui::SetWindowFocus("Model weights");
        other->frames(3);
        return other;
    }
    std::string sha256_of_model() {
        const std::string bytes = read_file(path, std::size_t{1} << 20);
        Sha256 hash;
        hash.add({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        return hash.finish();
    }

    std::string session = folder / "session.json";
    std::vector<std::string> edits{"blk.10.up:drop-top=1", "*:scale=2-4:0.5,muted"};
};

TEST_F(SessionWeights, come_back_with_their_edits_muted_ones_too) {
    EXPECT_EQ(begin_saving_weights(harness.context().workplace, harness.preferences, harness.view),
              nullptr);  // no model is open
    open();
    harness.chosen<ModelChoices>().edits = edits;
    harness.chosen<ModelChoices>().matrix = {names[3]};
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 2u);
    const SessionFile::Weights weights = saved();
    EXPECT_EQ(weights.files, std::vector<std::string>{path});
    EXPECT_EQ(weights.shown, path);
    EXPECT_EQ(weights.sha256, sha256_of_model());
    EXPECT_EQ(weights.edits, edits);
    EXPECT_EQ(weights.matrix, names[3]);

    const auto other = other_window();
    open_session(*other, weights);
    ModelWeights& opened = other->kept<ModelWeights>();
    other->frames_until([&] { return opened.known == names.size(); });
    other->frames(20);
    ASSERT_EQ(opened.stack.size(), 2u);
    EXPECT_TRUE(opened.stack[1].muted);
    EXPECT_EQ(opened.chosen()->entry->name, names[3]);
    EXPECT_EQ(other->view.toast, "");
}

TEST_F(SessionWeights, take_the_place_of_a_list_of_edits_as_one_step_that_can_be_undone) {
    open();
    click_word("Add");
    const std::vector<WeightEdit> before = model().stack;
    SessionFile::Weights weights = saved();
    weights.edits = edits;
    weights.matrix = names[4];
    open_session(harness, weights);
    ASSERT_EQ(model().stack.size(), 2u);
    EXPECT_EQ(model().chosen()->entry->name, names[4]);
    EXPECT_EQ(text_of(model().stack[0]), edits[0]);
    click_word("Undo");
    EXPECT_EQ(model().stack, before);
    // A session without a model leaves the one that is open.
    open_session(harness, std::nullopt);
    EXPECT_EQ(model().stack, before);
    EXPECT_TRUE(model().file);
}

TEST_F(SessionWeights, of_a_file_that_is_gone_or_another_one_now_are_told_of_in_a_sentence) {
    open();
    harness.chosen<ModelChoices>().edits = edits;
    harness.frames(2);
    const SessionFile::Weights weights = saved();
    const TensorType& type = tensor_type("F64");
    write_safetensors(path, {{names[0], {14, 10}, &type, values_from(Matrix(2 * matrices[0]))}},
                      {});
    const auto changed = other_window();
    open_session(*changed, weights);
    changed->frames_until([&] { return !changed->view.toast.empty(); });
    EXPECT_TRUE(changed->view.toast_is_error);
    EXPECT_TRUE(contains(changed->view.toast, "model.safetensors' has changed since"))
        << changed->view.toast;
    EXPECT_EQ(changed->kept<ModelWeights>().stack.size(), 2u);

    std::filesystem::remove(path);
    const auto gone = other_window();
    open_session(*gone, weights);
    EXPECT_TRUE(gone->view.toast_is_error);
    EXPECT_TRUE(contains(gone->view.toast, "The training is opened")) << gone->view.toast;
    EXPECT_TRUE(contains(gone->view.toast, "model.safetensors")) << gone->view.toast;
    EXPECT_TRUE(gone->chosen<ModelChoices>().file.empty());
}

TEST_F(SessionWeights, of_a_series_show_the_checkpoint_that_was_shown) {
    std::filesystem::create_directories(folder / "c");
    for (const char* step : {"1", "2", "3"})
        std::filesystem::copy_file(path, folder / "c/step-" + step + ".safetensors");
    harness.chosen<ModelChoices>().file = {folder / "c"};
    harness.chosen<ModelChoices>().checkpoint = 1;
    const SessionFile::Weights weights = saved();  // without the panel having opened it
    EXPECT_EQ(weights.shown, folder / "c/step-2.safetensors");
    std::filesystem::remove(folder / "c/step-1.safetensors");
    open_session(harness, weights);
    EXPECT_EQ(harness.chosen<ModelChoices>().checkpoint, 0);
    harness.frames_until([&] { return model().asked == weights.shown; });
}

}  // namespace
}  // namespace muonscope::gui

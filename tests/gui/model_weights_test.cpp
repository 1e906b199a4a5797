// The panel *Model weights* on a small file, by mouse and keyboard.

#include "app/gui/model_weights.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "app/gui/model_alignment.h"
#include "app/gui/model_series.h"
#include "app/gui/model_tokens.h"
#include "app/gui/panels/panels.h"
#include "app/gui/path_dialog.h"
#include "app/gui/plots/ticks.h"
#include "core/formats/files.h"
#include "core/linalg/spectrum.h"
#include "tests/errors.h"
#include "tests/gui/model_panel.h"
#include "tests/tiny_model.h"

namespace muonscope::gui {
namespace {

TEST_F(ModelWeightsPanel, lists_matrices_by_block_with_what_their_svd_says) {
    open();
    std::vector<std::string> order;
    for (const ModelMatrix& matrix : model().matrices) order.push_back(matrix.entry->name);
    EXPECT_EQ(order, (std::vector<std::string>{"blk.1.down.weight", "blk.1.up.weight",
                                               "blk.2.down.weight", "blk.2.up.weight",
                                               "blk.10.down.weight", "blk.10.up.weight"}));
    for (const ModelMatrix& matrix : model().matrices) {
        const Vector values = singular_values(matrix_of(matrix.entry->name));
        EXPECT_LT((matrix.values - values).norm(), 1e-11);
    }
    const Drawing drawn = drawing().in("Model weights");
    for (const std::string& name : names) {
        const auto rows = drawn.all(name.substr(0, name.size() - 7));
        ASSERT_EQ(rows.size(), 1u) << drawn.text();
        const auto line = drawn.line_of(rows[0]);
        const Vector s = singular_values(matrix_of(name));
        bool largest = false, rank = false;
        for (const Word& word : line) {
            const auto number = number_in(word.text);
            largest = largest || (number && std::abs(*number - s(0)) < 2e-3);
            rank = rank || (number && std::abs(*number - s.squaredNorm() / (s(0) * s(0))) < 2e-3);
        }
        EXPECT_TRUE(largest && rank) << name << "\n" << drawn.text();
    }
}

TEST_F(ModelWeightsPanel, an_edit_is_added_to_the_matrix_shown_muted_taken_away_and_undone) {
    open();
    click_word("blk.2.up");
    EXPECT_EQ(model().chosen()->entry->name, "blk.2.up.weight");
    click_word("Add");
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_EQ(text_of(model().stack[0]), "blk.2.up.weight:drop-top=1");
    EXPECT_EQ(harness.chosen<ModelChoices>().edits.size(), 1u);
    const Vector s = singular_values(matrix_of("blk.2.up.weight"));
    EXPECT_NEAR(model().chosen()->after.largest, s(1), 1e-10);
    EXPECT_EQ(model().chosen()->edited.values(0), 0);
    EXPECT_TRUE(drawing().in("Model weights").word("blk.2.up: s₁ := 0"));
    click_word("Undo");
    EXPECT_TRUE(model().stack.empty());
    EXPECT_NEAR(model().chosen()->after.largest, s(0), 1e-10);
    click_word("Redo");
    ASSERT_EQ(model().stack.size(), 1u);
    const Word row = *drawing().in("Model weights").word("blk.2.up: s₁ := 0");
    harness.click({row.min.x - 14, row.middle().y});  // its tick
    harness.frames(2);
    EXPECT_TRUE(model().stack[0].muted);
    EXPECT_NEAR(model().chosen()->after.largest, s(0), 1e-10);
}

TEST_F(ModelWeightsPanel, a_value_that_is_dragged_becomes_one_edit_and_one_step_of_undo) {
    open();
    harness.chosen<ModelChoices>().logarithmic = false;
    harness.chosen<ModelChoices>().index_logarithmic = false;
    harness.frames(3);
    const Vector s = singular_values(matrix_of(model().chosen()->entry->name));
    const Drawing drawn = drawing().in("Model weights");
    const Word across = *drawn.word("rank k of the singular value"), up = *drawn.word("s");
    const Scale x =
        Scale::across(drawn, {up.min.x, across.min.y - 40}, {across.max.x + 9, across.min.y});
    const Scale y = Scale::up(drawn, {up.min.x - 4, up.max.y}, {up.min.x + 45, across.min.y - 20});
    const ImVec2 dot{x.pixel(1), y.pixel(s(0))};
    harness.drag(dot, {dot.x, dot.y + 40});
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_EQ(model().stack[0].kind, EditKind::set);
    EXPECT_EQ(model().stack[0].first, 1);
    EXPECT_NEAR(y.pixel(model().stack[0].amount), dot.y + 40, 3);
    EXPECT_EQ(model().undo.size(), 1u);
    click_word("Undo");
    EXPECT_TRUE(model().stack.empty());
}

TEST_F(ModelWeightsPanel, the_map_has_each_matrix_in_its_place_and_a_click_shows_it) {
    open();
    harness.chosen<ModelChoices>().view = 1;
    harness.frames(3);
    const Drawing drawn = drawing().in("Model weights");
    const Word down = *drawn.word("down"), up = *drawn.word("up");
    EXPECT_LT(down.middle().y, up.middle().y);
    const auto labels = drawn.all("10");
    ASSERT_FALSE(labels.empty()) << drawn.text();
    harness.click({labels.front().middle().x, up.middle().y});
    harness.frames(2);
    EXPECT_EQ(model().chosen()->entry->name, "blk.10.up.weight");
    // Blocks 3 to 9 are not there: no matrix, no choice.
    harness.click({drawn.all("5").front().middle().x, up.middle().y});
    EXPECT_EQ(model().chosen()->entry->name, "blk.10.up.weight");
}

TEST_F(ModelWeightsPanel, names_of_rows_lower_than_letters_are_thinned_and_lie_over_no_other) {
    const std::string many = folder / "many.safetensors";
    std::vector<WrittenTensor> tensors;
    for (int kind = 0; kind < 60; ++kind)
        tensors.push_back({"blk.0.kind" + std::to_string(kind) + ".weight",
                           {14, 10},
                           &tensor_type("F64"),
                           values_from(matrices.front())});
    write_safetensors(many, tensors, {});
    harness.chosen<ModelChoices>().file = {many};
    harness.chosen<ModelChoices>().view = 1;
    harness.frames_until([&] { return model().known == tensors.size(); });
    harness.frames(3);
    // Those of the rows: the list's names begin with the block's.
    std::vector<Word> names_of_rows;
    for (const Word& word : drawing().in("Model weights").words)
        if (word.text.starts_with("kind")) names_of_rows.push_back(word);
    ASSERT_GT(names_of_rows.size(), 4u);
    std::sort(names_of_rows.begin(), names_of_rows.end(),
              [](const Word& a, const Word& b) { return a.min.y < b.min.y; });
    for (std::size_t i = 1; i < names_of_rows.size(); ++i)
        EXPECT_LE(names_of_rows[i - 1].max.y, names_of_rows[i].min.y + 2) << names_of_rows[i].text;
}

TEST_F(ModelWeightsPanel, tokens_that_vectors_of_the_matrix_shown_write_stand_in_a_table) {
    const std::string tiny = folder / "tiny.gguf";
    write_tiny_model(tiny);
    harness.chosen<ModelChoices>().file = {tiny};
    harness.chosen<ModelChoices>().matrix = {"blk.1.ffn_down.weight"};
    harness.chosen<ModelChoices>().view = 2;
    harness.frames_until([&] { return !harness.kept<ModelTokens>().vectors.empty(); });
    harness.frames(3);
    const TensorFile file(tiny);
    const auto expected =
        vector_tokens(file, *file.find("blk.1.ffn_down.weight"), 0, 64, tokens_a_side).finish();
    const ModelTokens& tokens = harness.kept<ModelTokens>();
    ASSERT_EQ(tokens.vectors.size(), 16u);
    const std::string second =
        shown_token(tokens.tokeniser->bytes(expected[1].towards.front().token));
    const Drawing drawn = drawing().in("Model weights");
    EXPECT_TRUE(contains(drawn.text(), second)) << second << "\n" << drawn.text();
    EXPECT_TRUE(contains(drawn.text(), "write, U through the unembedding")) << drawn.text();
    // Another matrix, and one that has no tokens.
    click_word("blk.0.attn_q");
    harness.frames_until(
        [&] { return tokens.matrix == "blk.0.attn_q.weight" && !tokens.vectors.empty(); });
    harness.frames(3);
    EXPECT_TRUE(contains(drawing().in("Model weights").text(), "read, V against the embedding"));
    click_word("token_embd");
    harness.frames(3);
    EXPECT_TRUE(contains(drawing().in("Model weights").text(), "neither reads"))
        << drawing().in("Model weights").text();
}

// A folder of three checkpoints of a chain of two layers.
class ModelSeriesPanel : public ModelWeightsPanel {
  protected:
    ModelSeriesPanel() {
        Generator generator(8, Purpose::lab);
        const Matrix step = generator.normal_matrix(8, 8);
        second = generator.normal_matrix(6, 8);
        const Matrix start = generator.normal_matrix(8, 5);
        std::filesystem::create_directories(folder / "c");
        for (int n : {0, 30, 100}) {
            first.push_back(start + 0.02 * n * step.leftCols(5));
            const TensorType& type = tensor_type("F64");
            write_safetensors(folder / ("c/step-" + std::to_string(n) + ".safetensors"),
                              {{"layers.0.weight", {8, 5}, &type, values_from(first.back())},
                               {"layers.1.weight", {6, 8}, &type, values_from(second)}},
                              {});
        }
    }
    void open_series(int view) {
        harness.chosen<ModelChoices>().view = view;
        harness.chosen<ModelChoices>().file = {folder / "c"};
        harness.frames_until([&] { return model().known == 2 && !model().series.empty(); });
        harness.frames(3);
    }
    ModelSeries& series() { return harness.kept<ModelSeries>(); }

    std::vector<Matrix> first;  // by checkpoint
    Matrix second;
};

TEST_F(ModelSeriesPanel, spectra_of_all_checkpoints_lie_over_one_another) {
    open_series(0);
    harness.frames_until([&] { return series().known == 3; });
    harness.frames(2);
    EXPECT_EQ(model().asked, folder / "c/step-100.safetensors");
    for (std::size_t i = 0; i < 3; ++i) {
        const SeriesMatrix* one = series().at(i);
        ASSERT_NE(one, nullptr);
        EXPECT_LT((one->values - singular_values(first[i])).norm(), 1e-12);
        EXPECT_NEAR(one->moved, (first[i] - first[0]).norm() / first[0].norm(), 1e-12);
    }
    EXPECT_NEAR(model().matrices[0].moved, series().at(2)->moved, 1e-12);
    const Drawing drawn = drawing().in("Model weights");
    EXPECT_EQ(drawn.all("checkpoint 0").size(), 1u) << drawn.text();
    EXPECT_FALSE(drawn.all("checkpoint 100").empty());  // the legend's, and the slider's
    EXPECT_TRUE(drawn.all("checkpoint 30").empty());
    // Under the mouse the middle one has a name too.
    harness.chosen<ModelChoices>().logarithmic = false;
    harness.chosen<ModelChoices>().index_logarithmic = false;
    harness.frames(3);
    const Drawing linear = drawing().in("Model weights");
    const Word across = *linear.word("rank k of the singular value"), up = *linear.word("s");
    const Scale x =
        Scale::across(linear, {up.min.x, across.min.y - 40}, {across.max.x + 9, across.min.y});
    const Scale y = Scale::up(linear, {up.min.x - 4, up.max.y}, {up.min.x + 45, across.min.y - 20});
    harness.move_to({x.pixel(1), y.pixel(singular_values(first[1])(0))});
    harness.frames(3);
    EXPECT_EQ(drawing().all("checkpoint 30").size(), 1u) << drawing().text();
}

TEST_F(ModelSeriesPanel, the_table_of_the_spectra_has_a_column_of_each_checkpoint) {
    open_series(0);
    harness.frames_until([&] { return series().known == 3; });
    harness.frames(2);
    const Word across = *drawing().in("Model weights").word("rank k of the singular value");
    harness.move_to({across.min.x, across.min.y - 100});
    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Right, true);
    harness.frames(2);
    ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Right, false);
    harness.frames(3);
    click_over("Copy values as CSV");
    const std::string csv = ImGui::GetClipboardText();
    const std::string heads = csv.substr(0, csv.find('\n'));
    for (const char* column : {"checkpoint 0", "checkpoint 30", "checkpoint 100"})
        EXPECT_TRUE(contains(heads, column)) << heads;
    EXPECT_TRUE(contains(csv, fmt::format("{:.17g}", series().at(1)->values(4)))) << csv;
}

TEST_F(ModelSeriesPanel, values_over_steps_are_at_their_numbers_and_a_click_shows_the_checkpoint) {
    open_series(3);
    harness.frames_until([&] { return series().known == 3; });
    harness.chosen<ModelChoices>().edits = {"layers.0:drop-top=1"};
    harness.frames(3);
    const Drawing drawn = drawing().in("Model weights");
    const Word across = *drawn.word("checkpoint"), up = *drawn.word("s");
    const Scale x =
        Scale::across(drawn, {up.min.x, across.min.y - 40}, {across.max.x + 9, across.min.y});
    harness.click({x.pixel(27), across.min.y - 100});
    harness.frames_until([&] { return model().checkpoint == 1 && model().known == 2; });
    EXPECT_EQ(model().asked, folder / "c/step-30.safetensors");
    EXPECT_LT((model().matrices[0].values - singular_values(first[1])).norm(), 1e-12);
    harness.move_to({x.pixel(99), across.min.y - 100});
    harness.frames(3);
    const Drawing read = drawing();
    EXPECT_FALSE(read.all("checkpoint 100").empty()) << read.text();
    EXPECT_TRUE(contains(read.text(), plots::value_text(singular_values(first[2])(0))))
        << read.text();
}

TEST_F(ModelSeriesPanel, edits_stay_when_another_checkpoint_is_shown) {
    open_series(0);
    click_word("Add");
    ASSERT_EQ(model().stack.size(), 1u);
    harness.chosen<ModelChoices>().checkpoint = 0;
    harness.frames_until([&] { return model().checkpoint == 0 && model().known == 2; });
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_NEAR(model().matrices[0].after.largest, singular_values(first[0])(1), 1e-12);
    EXPECT_EQ(model().matrices[0].moved, 0);
}

TEST_F(ModelSeriesPanel, a_second_file_is_put_beside_the_first_and_taken_away) {
    harness.chosen<ModelChoices>().file = {folder / "c/step-0.safetensors"};
    harness.frames_until([&] { return model().known == 2; });
    harness.frames(3);
    click_word("Compare…");
    ASSERT_NE(harness.view.path_dialog, nullptr);
    harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
    harness.type(folder / "c/step-100.safetensors");
    harness.press(ImGuiKey_Enter);
    harness.frames_until([&] { return model().series.size() == 2 && model().known == 2; });
    EXPECT_EQ(model().checkpoint, 1u);
    EXPECT_NEAR(model().matrices[0].moved, (first[2] - first[0]).norm() / first[0].norm(), 1e-12);
    harness.frames(3);
    click_word("Alone");
    harness.frames_until([&] { return model().series.empty() && model().known == 2; });
    EXPECT_EQ(model().asked, folder / "c/step-100.safetensors");
}

TEST_F(ModelSeriesPanel, a_folder_is_opened_by_its_name_and_one_of_two_series_refused) {
    std::filesystem::create_directories(folder / "two/a");
    std::filesystem::create_directories(folder / "two/b");
    for (const char* name : {"two/a/step-1.safetensors", "two/b/step-1.safetensors"})
        std::filesystem::copy_file(path, folder / name);
    PanelContext context = harness.context();
    ask_model(context);
    harness.frames(3);
    const auto enter = [&](const std::string& text) {
        harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
        harness.type(text);
        harness.press(ImGuiKey_Enter);
        harness.frames(2);
    };
    enter(folder / "two/");
    ASSERT_NE(harness.view.path_dialog, nullptr);
    EXPECT_TRUE(contains(harness.view.path_dialog->fault, "more than one series"));
    enter(folder / "c");  // looks into it first
    ASSERT_NE(harness.view.path_dialog, nullptr);
    harness.press(ImGuiKey_Enter);
    harness.frames(2);
    EXPECT_EQ(harness.view.path_dialog, nullptr);
    harness.frames_until([&] { return model().series.size() == 3; });
}

TEST_F(ModelSeriesPanel, alignment_of_layers_is_that_of_their_vectors_with_what_chance_gives) {
    harness.chosen<ModelChoices>().leading = 0;
    open_series(4);
    ModelAlignment& alignment = harness.kept<ModelAlignment>();
    harness.frames_until([&] { return alignment.shown.has_value(); });
    harness.frames(3);
    const Matrix u = tensor_svd(first[2]).u, v = tensor_svd(second).v;
    const double share = (v.leftCols(5).transpose() * u.leftCols(5)).squaredNorm() / 5;
    EXPECT_NEAR(alignment.shown->alignment.share, share, 1e-10);
    const std::string words =
        fmt::format("shared: {:.3f} of 5 directions; at random {:.3f}", share, 5.0 / 8);
    EXPECT_TRUE(contains(drawing().in("Model weights").text(), words))
        << words << drawing().in("Model weights").text();
    // From the other one's side it is the same pair, and a matrix without neighbours says so.
    click_word("layers.1");
    harness.frames_until([&] { return alignment.matrix == "layers.1.weight" && alignment.shown; });
    EXPECT_EQ(alignment.shown->pair.writer, "layers.0.weight");
    EXPECT_NEAR(alignment.shown->alignment.share, share, 1e-10);
    open();
    harness.frames(5);
    EXPECT_TRUE(contains(drawing().in("Model weights").text(), "Nothing in this file"))
        << drawing().in("Model weights").text();
}

TEST(ShownToken, is_on_one_line_and_of_characters) {
    EXPECT_EQ(shown_token(" a\n\tb\x01"), "“ a\\n\\tb\\x01”");
    EXPECT_EQ(shown_token("\xce\xb7\xe2\x82"), "“η\\xe2\\x82”");
    EXPECT_EQ(shown_token(std::string(40, '-')), "“" + std::string(24, '-') + "…”");
}

TEST_F(ModelWeightsPanel, what_cannot_be_opened_is_said_and_another_file_takes_its_place) {
    write_file(folder / "bad.gguf", "GGUF and then nothing");
    harness.chosen<ModelChoices>().file = {folder / "bad.gguf"};
    harness.frames(4);
    EXPECT_TRUE(contains(model().fault, "bad.gguf"));
    EXPECT_TRUE(contains(drawing().in("Model weights").text(), "bad.gguf"));
    harness.chosen<ModelChoices>().file = {folder / "none.gguf"};
    harness.frames(4);
    EXPECT_TRUE(contains(model().fault, "none.gguf"));
    open();
    EXPECT_TRUE(model().fault.empty());
}

TEST_F(ModelWeightsPanel, edits_and_matrix_are_there_again_after_a_restart) {
    harness.chosen<ModelChoices>().edits = {"up:flatten", "no edit", "down:keep=2,muted"};
    harness.chosen<ModelChoices>().matrix = {"blk.10.up.weight"};
    open();
    ASSERT_EQ(model().stack.size(), 2u);  // what is none is said and left out
    EXPECT_TRUE(contains(harness.view.toast, "no edit"));
    EXPECT_EQ(model().chosen()->entry->name, "blk.10.up.weight");
    EXPECT_NEAR(model().chosen()->after.stable_rank, 10, 1e-9);
}

TEST_F(ModelWeightsPanel, amounts_that_are_none_are_refused_in_words) {
    open();
    const auto fields = drawing().in("Model weights").all("1");
    for (const Word& word : fields) {
        if (word.min.y < 400) continue;
        harness.click(word.middle());
        harness.press(ImGuiKey_A, ImGuiMod_Ctrl);
        harness.type("two");
    }
    click_word("Add");
    EXPECT_TRUE(model().stack.empty());
    EXPECT_TRUE(contains(harness.view.toast, "'two' is not a number")) << harness.view.toast;
}

TEST_F(ModelWeightsPanel, new_vectors_are_made_beside_the_window_and_what_stood_before_stays) {
    open();
    const std::string name = model().chosen()->entry->name;
    const Vector s = singular_values(matrix_of(name));
    const auto list_with = [&](const char* more) {
        std::vector<WeightEdit> stack{edit_in("*:drop-top=1"), edit_in("*:noise=0")};
        if (*more != 0) stack.push_back(edit_in(name + more));
        PanelContext context = harness.context();
        change_stack(context, model(), stack);
    };
    list_with("");
    harness.panel_frame(model_weights_panel);  // ends before the work begins
    const ModelMatrix& chosen = *model().chosen();
    EXPECT_TRUE(chosen.waits);
    EXPECT_FALSE(chosen.edited.is_edited());
    EXPECT_NEAR(chosen.after.largest, s(0), 1e-10);
    EXPECT_FALSE(drawing().starting("new vectors are on").empty()) << drawing().text();
    EXPECT_GE(drawing().all("…").size(), 2u);
    harness.frames_until([&] { return !chosen.waits; });
    ASSERT_EQ(chosen.edited.effects.size(), 2u);
    EXPECT_NEAR(chosen.after.largest, s(1), 1e-10);
    EXPECT_TRUE(chosen.edited.effects[1].change);
    EXPECT_FALSE(chosen.edited.replaced);
    // What comes behind them is there in the same frame.
    list_with(":scale=1:3");
    harness.panel_frame(model_weights_panel);
    EXPECT_FALSE(chosen.waits);
    EXPECT_NEAR(chosen.after.largest, 3 * s(1), 1e-10);
    ASSERT_EQ(chosen.edited.effects.size(), 3u);
    EXPECT_EQ(chosen.edited.effects[2].edit, 2u);
    // Another list before them is work again.
    PanelContext context = harness.context();
    change_stack(context, model(), {edit_in("*:drop-top=2"), edit_in("*:noise=0")});
    harness.panel_frame(model_weights_panel);
    EXPECT_TRUE(chosen.waits);
    EXPECT_NEAR(chosen.after.largest, 3 * s(1), 1e-10);  // as it was
    harness.frames_until([&] { return !chosen.waits; });
    EXPECT_NEAR(chosen.after.largest, s(2), 1e-10);
    // Each other matrix that is listed has them too.
    harness.frames_until([&] {
        const auto& all = model().matrices;
        return std::none_of(all.begin(), all.end(),
                            [](const ModelMatrix& matrix) { return matrix.waits; });
    });
    for (const ModelMatrix& matrix : model().matrices)
        EXPECT_GE(matrix.edited.effects.size(), 2u) << matrix.entry->name;
}

TEST_F(ModelWeightsPanel, every_button_of_the_edits_is_in_reach_in_a_small_window) {
    open();
    Harness small{{1280, 720}};
    small.chosen<ModelChoices>().file = {path};
    small.chosen<ModelChoices>().edits = {"up:flatten"};
    small.frames(4);
    ImGui::SetWindowFocus("Model weights");
    small.frames_until([&] { return small.kept<ModelWeights>().known == names.size(); });
    small.frames(4);
    const ImGuiWindow* panel = small.window("Model weights");
    ASSERT_NE(panel, nullptr);
    const Drawing drawn = drawing().in("Model weights");
    for (const char* button : {"Add", "Undo", "Redo", "Edits…", "Open…"}) {
        const auto words = drawn.all(button);
        ASSERT_EQ(words.size(), 1u) << button << "\n" << drawn.text();
        EXPECT_LT(words[0].max.x, panel->InnerClipRect.Max.x) << button;
        EXPECT_LT(words[0].max.y, panel->InnerClipRect.Max.y) << button;
    }
}

TEST_F(ModelWeightsPanel, the_name_of_an_edit_is_whole_in_a_small_window_and_its_numbers_in_reach) {
    open();
    Harness small{{1280, 720}};
    small.chosen<ModelChoices>().file = {path};
    small.chosen<ModelChoices>().edits = {"blk.10.down:scale=2-4:0.5"};
    small.chosen<ModelChoices>().matrix = {"blk.10.down.weight"};
    small.frames(4);
    ImGui::SetWindowFocus("Model weights");
    small.frames_until([&] { return small.kept<ModelWeights>().known == names.size(); });
    small.frames(4);
    const auto name = drawing().in("Model weights").all("blk.10.down: s₂₋₄ · 0.5");
    ASSERT_EQ(name.size(), 1u) << drawing().in("Model weights").text();
    small.move_to(name[0].middle());
    small.frames(60);
    EXPECT_TRUE(contains(drawing().text(), "changes 3 values")) << drawing().text();
}

}  // namespace
}  // namespace muonscope::gui

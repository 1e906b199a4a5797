// The panel *Talk* on a tiny model.

#include "app/gui/talk.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/experiment/presets.h"
#include "core/formats/tensor_writer.h"
#include "core/random/generator.h"
#include "core/weights/lesson.h"
#include "tests/errors.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_cache.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

#include "imgui.h"
#include "imgui_internal.h"

namespace muonscope::gui {
namespace {

class TalkPanel : public testing::Test {
  protected:
    TalkPanel() {
        write_tiny_model(path);
        harness.chosen<ModelChoices>().file = {path};
        harness.chosen<TalkChoices>().most_tokens = 10;
        harness.frames(4);
        ImGui::SetWindowFocus("Talk");
        harness.frames(3);
    }
    TalkState& state() { return harness.kept<TalkState>(); }
    ModelWeights& model() { return harness.kept<ModelWeights>(); }
    void ask_it(const std::string& text) {
        harness.click(drawing().in("Talk").starting("ask the model").at(0).middle());
        harness.type(text);
        harness.press(ImGuiKey_Enter);
        harness.frames_until([&] {
            return !state().asked.question.empty() && !state().work.busy() &&
                   !state().asked.wants_before;
        });
        harness.frames(2);
    }
    void edit(const char* text) {
        model().stack = {edit_in(text)};
        ++model().version;
    }
    static std::vector<int> tokens_of(const TalkColumn& column) {
        std::vector<int> tokens;
        for (const SaidToken& said : column.said) tokens.push_back(said.token);
        return tokens;
    }

    ScratchFolder folder;
    std::string path = folder / "tiny.gguf";
    Harness harness{{1600, 900}};
};

TEST_F(TalkPanel, says_what_the_model_says) {
    ask_it("hello");
    EXPECT_TRUE(state().fault.empty()) << state().fault;
    ASSERT_TRUE(state().asked.before.end);
    EXPECT_EQ(state().asked.before.said.size(), 10u);
    const TensorFile file(path);
    TalkingModel direct(file, 256, {});
    std::vector<int> expected;
    AnswerSpec spec;
    spec.most_tokens = 10;
    answer(direct.before(), direct.tokeniser(), direct.question("hello"), spec,
           [&](const SaidToken& said) { expected.push_back(said.token); })
        .finish();
    EXPECT_EQ(tokens_of(state().asked.before), expected);
    EXPECT_TRUE(state().asked.after.said.empty());  // no edit: one column
    EXPECT_EQ(drawing().in("Talk").all("edited").size(), 0u);
}

TEST_F(TalkPanel, answers_twice_with_edits_and_again_when_they_change) {
    edit("*:noise=3");
    ask_it("hello");
    ASSERT_TRUE(state().asked.after.end);
    ASSERT_TRUE(state().asked.change);
    EXPECT_GT(state().asked.change->mean, 0);
    const std::vector<int> before = tokens_of(state().asked.before),
                           after = tokens_of(state().asked.after);
    ASSERT_NE(before, after);
    const auto apart = first_difference(state().asked);
    ASSERT_TRUE(apart);
    for (std::size_t i = 0; i < *apart; ++i) EXPECT_EQ(before[i], after[i]);
    EXPECT_EQ(drawing().in("Talk").starting("KL ").size(), 1u);
    // Muted, it is the model again; the first answer is kept, not asked for anew.
    const double kl = state().asked.change->mean;
    edit("*:noise=4");
    harness.frames_until([&] { return state().edits == model().stack && !state().work.busy(); });
    EXPECT_EQ(tokens_of(state().asked.before), before);
    EXPECT_NE(state().asked.change->mean, kl);
}

TEST_F(TalkPanel, how_a_narrow_answer_ended_is_cut_by_an_ellipsis_and_whole_under_the_mouse) {
    harness.chosen<TalkChoices>().most_tokens = 3;
    edit("*:flatten");
    ask_it("hello");
    ImGui::GetIO().DisplaySize = {700, 500};
    harness.frames(6);
    const auto ends = drawing().in("Talk").starting("tokens, cut");
    ASSERT_EQ(ends.size(), 2u) << drawing().in("Talk").text();
    for (const Word& word : ends) EXPECT_TRUE(word.text.ends_with("…")) << word.text;
    harness.move_to(ends.front().middle());
    harness.frames(40);
    EXPECT_TRUE(contains(drawing().text(), "tokens asked for.")) << drawing().text();
}

TEST_F(TalkPanel, stops_where_it_is_and_starts_again_when_asked) {
    harness.chosen<TalkChoices>().most_tokens = 400;
    harness.click(drawing().in("Talk").starting("ask the model").at(0).middle());
    harness.type("x");
    harness.press(ImGuiKey_Enter);
    harness.frames_until([&] { return state().asked.before.said.size() > 2; });
    harness.click(drawing().in("Talk").word("Stop")->middle());
    harness.frames_until([&] { return !state().work.busy(); });
    EXPECT_FALSE(state().asked.before.end);
    const std::size_t said = state().asked.before.said.size();
    harness.frames(4);
    EXPECT_EQ(state().asked.before.said.size(), said);
    harness.chosen<TalkChoices>().most_tokens = 5;
    harness.click(drawing().in("Talk").word("Ask")->middle());
    harness.frames_until(
        [&] { return state().asked.before.end.has_value() && !state().work.busy(); });
    EXPECT_EQ(state().asked.before.said.size(), 5u);
}

TEST_F(TalkPanel, a_file_that_is_no_language_model_is_said_to_be_none) {
    Generator generator(3, Purpose::lab);
    const Matrix matrix = generator.normal_matrix(4, 4);
    write_safetensors(folder / "plain.safetensors",
                      {{"w", {4, 4}, &tensor_type("F64"), values_from(matrix)}}, {});
    harness.chosen<ModelChoices>().file = {folder / "plain.safetensors"};
    harness.frames_until([&] { return state().file == model().file && !state().work.busy(); });
    ask_it("hello");
    EXPECT_FALSE(state().fault.empty());
    EXPECT_TRUE(contains(drawing().in("Talk").text(), "plain.safetensors")) << state().fault;
}

TEST_F(TalkPanel, another_file_forgets_the_talk_of_the_one_before) {
    ask_it("hello");
    write_tiny_model(folder / "other.gguf");
    harness.chosen<ModelChoices>().file = {folder / "other.gguf"};
    harness.frames_until(
        [&] { return state().file == model().file && model().asked == folder / "other.gguf"; });
    EXPECT_TRUE(state().asked.question.empty());
    EXPECT_TRUE(state().asked.before.said.empty());
}

TEST_F(TalkPanel, asks_eight_questions_at_a_click_and_counts_the_same_answers) {
    harness.chosen<TalkChoices>().view = TalkChoices::eight;
    edit("blk.1.ffn_down:scale=1:1");
    harness.frames(3);
    for (const char* question : common_questions())
        EXPECT_GE(drawing().in("Talk").starting(question).size(), 1u) << question;
    harness.click(drawing().in("Talk").word("Ask all eight")->middle());
    const auto done = [&] {
        return state().questions.size() == 8 && state().edits == model().stack &&
               !state().work.busy() && state().questions.back().after.end.has_value();
    };
    harness.frames_until(done);
    harness.frames(2);
    // A factor of one is an edit that changes nothing.
    EXPECT_EQ(drawing().in("Talk").starting("8 of 8 answers the same").size(), 1u);
    const std::vector<int> before = tokens_of(state().questions[3].before);
    edit("*:noise=3");
    harness.frames_until(done);
    harness.frames(2);
    EXPECT_EQ(tokens_of(state().questions[3].before), before);
    EXPECT_EQ(drawing().in("Talk").starting("0 of 8 answers the same").size(), 1u);
    ASSERT_TRUE(state().questions[7].change);
    EXPECT_GT(state().questions[7].change->mean, 0);
}

TEST_F(TalkPanel, reads_a_text_and_says_what_score_says) {
    harness.chosen<TalkChoices>().view = TalkChoices::reading;
    harness.chosen<TalkChoices>().text = {"some text to read"};
    harness.frames(3);
    harness.click(drawing().in("Talk").word("Read")->middle());
    harness.frames_until([&] { return state().text.read && !state().work.busy(); });
    harness.frames(2);
    const MeasuredText& plain = *state().text.read;
    ASSERT_EQ(plain.tokens.size(), 17u);  // a token a byte
    EXPECT_EQ(plain.tokens[2], "m");
    EXPECT_TRUE(std::isnan(plain.surprise[0]));
    EXPECT_GT(plain.surprise[1], 0);
    EXPECT_EQ(plain.residual.layers, 3);
    EXPECT_FALSE(plain.change);
    EXPECT_EQ(drawing().in("Talk").starting("17 tokens, perplexity").size(), 1u);
    edit("blk.0.ffn_down:drop-top=1");
    harness.frames_until([&] { return state().text.read->change && !state().work.busy(); });
    const TensorFile file(path);
    TalkingModel direct(file, 64, {});
    direct.set_edits({edit_in("blk.0.ffn_down:drop-top=1")}).finish();
    const TextChange score = direct.change(direct.plain("some text to read")).finish();
    EXPECT_EQ(state().text.read->change->mean, score.mean);
    EXPECT_EQ(state().text.read->change->drift, score.drift);
    for (int plot = 0; plot < 3; ++plot) {
        harness.chosen<TalkChoices>().text_plot = plot;
        harness.frames(3);
        EXPECT_EQ(drawing().in("Talk").starting(plot < 2 ? "after block" : "drift").empty(), false);
    }
}

TEST_F(TalkPanel, a_sweep_waits_for_answers_and_goes_on) {
    ScratchCache cache;
    edit("*:noise=3");
    ModelChoices& chosen = harness.chosen<ModelChoices>();
    chosen.view = 1;
    chosen.measure = static_cast<int>(model_measures().size());
    ImGui::SetWindowFocus("Model weights");
    harness.frames(4);
    harness.click(drawing().in("Model weights").word("Sweep")->middle());
    harness.frames_until([&] { return state().sweep.scores.size() > 2; });
    TalkChoices how;
    how.most_tokens = 6;
    gui::ask(state(), "hello", how);
    harness.frames_until([&] { return state().asked.after.end.has_value(); });
    EXPECT_TRUE(state().sweep.wanted);
    harness.frames_until([&] { return !state().sweep.wanted && !state().work.busy(); });
    EXPECT_EQ(state().sweep.scores.size(), model().matrices.size());
    // Of the model without the edits above, as the command line has it.
    const std::string name = "blk.1.ffn_up.weight";
    const TensorFile file(path);
    TalkingModel direct(file, 512, {});
    direct.set_edits({edit_in(name + ":drop-top=1")}).finish();
    EXPECT_EQ(state().sweep.scores.at(name).mean,
              direct.change(direct.plain(common_text())).finish().mean);
    EXPECT_TRUE(std::filesystem::exists(cache.sweeps()));
    // Where it was found before nothing is computed again, and nobody has to ask.
    EXPECT_EQ(chosen.sweep, std::vector<std::string>{"drop-top=1"});
    state().sweep = {};
    harness.frames_until([&] { return state().sweep.wanted; });
    harness.frames_until([&] { return !state().sweep.wanted && !state().work.busy(); });
    EXPECT_EQ(state().sweep.scores.size(), model().matrices.size());
}

TEST_F(TalkPanel, a_click_on_a_swept_matrix_makes_the_edit_there_and_another_takes_it_away) {
    ScratchCache cache;
    ModelChoices& chosen = harness.chosen<ModelChoices>();
    chosen.view = 1;
    chosen.measure = static_cast<int>(model_measures().size());
    ImGui::SetWindowFocus("Model weights");
    harness.frames(4);
    begin_sweep(state(), "keep=3", common_text());
    harness.frames_until([&] { return !state().sweep.wanted && !state().work.busy(); });
    harness.frames(2);
    const ImVec2 kind = drawing().in("Model weights").starting("ffn_down").at(0).middle();
    const ImVec2 cell{kind.x + 120, kind.y};
    harness.click(cell);
    harness.frames(2);
    ASSERT_EQ(model().stack.size(), 1u);
    EXPECT_EQ(model().stack[0], edit_in("blk.0.ffn_down.weight:keep=3"));
    EXPECT_EQ(model().chosen()->entry->name, "blk.0.ffn_down.weight");
    harness.click(cell);
    harness.frames(2);
    EXPECT_TRUE(model().stack.empty());
    EXPECT_EQ(model().undo.size(), 2u);
}

TEST_F(TalkPanel, a_sweep_by_an_edit_that_is_none_says_so) {
    begin_sweep(state(), "drop-top=x", common_text());
    EXPECT_FALSE(state().sweep.fault.empty());
    EXPECT_FALSE(state().sweep.wanted);
}

TEST_F(TalkPanel, a_lesson_asks_before_each_edit_and_counts_what_was_foretold) {
    harness.chosen<TalkChoices>().view = TalkChoices::lesson;
    harness.frames(3);
    std::size_t right = 0;
    const std::size_t parts = lesson(2, 1).size();
    for (std::size_t part = 0; part < parts; ++part) {
        ASSERT_EQ(drawing().in("Talk").starting(fmt::format("{} of 8", part + 1)).size(), 1u);
        harness.click(drawing().in("Talk").word("Everything")->middle());
        harness.frames_until([&] { return state().lesson.taken.back().kl.has_value(); });
        harness.frames(2);
        // By the edit of that part alone, over the text, as score has it.
        EXPECT_EQ(model().stack, lesson(2, 1)[part].edits);
        const double kl = *state().lesson.taken.back().kl;
        EXPECT_EQ(kl, state().text.read->change->mean);
        if (kl >= everything_from) ++right;
        EXPECT_EQ(drawing()
                      .in("Talk")
                      .starting(kl >= everything_from ? "It changes everything"
                                                      : "It changes next to nothing")
                      .size(),
                  1u);
        harness.click(
            drawing().in("Talk").word(part + 1 < parts ? "Next" : "What came of it")->middle());
        harness.frames(2);
    }
    EXPECT_EQ(drawing().in("Talk").starting(fmt::format("{} of 8 foretold", right)).size(), 1u);
    harness.click(drawing().in("Talk").word("Once more")->middle());
    harness.frames(2);
    EXPECT_TRUE(state().lesson.taken.empty());
}

TEST(TalkLesson, needs_no_model_but_a_seed) {
    ScratchCache cache;
    Harness harness{{1600, 900}};
    harness.chosen<TalkChoices>().view = TalkChoices::lesson;
    harness.frames(4);
    ImGui::SetWindowFocus("Talk");
    harness.frames(3);
    harness.click(drawing().in("Talk").word("Use the tiny model")->middle());
    harness.frames_until([&] { return harness.kept<ModelWeights>().file != nullptr; });
    harness.frames(3);
    EXPECT_EQ(drawing().in("Talk").starting("1 of 8").size(), 1u);
    // One value is far above the next, as was planted.
    harness.frames_until([&] {
        const ModelWeights& model = harness.kept<ModelWeights>();
        return model.known == model.matrices.size();
    });
    for (const ModelMatrix& matrix : harness.kept<ModelWeights>().matrices) {
        const bool planted = matrix.entry->name == "blk.1.ffn_down.weight";
        EXPECT_EQ(matrix.summary.gap > 7.9, planted) << matrix.entry->name;
    }
}

TEST(TalkLesson, stands_in_the_list_of_presets) {
    Harness harness;
    harness.train(preset("two-ways-up"));
    ImGuiWindow* bar = harness.window("##transport");
    harness.click(harness.find(bar, bar->GetID("##preset")));
    harness.frames(3);
    // Behind all presets.
    for (std::size_t i = 0; i < preset_pages().size(); ++i) harness.press(ImGuiKey_DownArrow);
    harness.press(ImGuiKey_Enter);
    harness.frames(4);
    EXPECT_EQ(harness.now().spec->name, "two-ways-up");
    EXPECT_EQ(harness.chosen<TalkChoices>().view, TalkChoices::lesson);
    EXPECT_FALSE(drawing().in("Talk").starting("One number of 97,920: eight edits").empty());
}

}  // namespace
}  // namespace muonscope::gui

// The panel *Talk* on a tiny model.

#include "app/gui/talk.h"

#include <gtest/gtest.h>

#include "tests/errors.h"
#include "tests/gui/drawing.h"
#include "tests/gui/harness.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

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
            return !state().question.empty() && !state().work.busy() && !state().wants_before;
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
    ASSERT_TRUE(state().before.end);
    EXPECT_EQ(state().before.said.size(), 10u);
    const TensorFile file(path);
    TalkingModel direct(file, 256, {});
    std::vector<int> expected;
    AnswerSpec spec;
    spec.most_tokens = 10;
    answer(direct.before(), direct.tokeniser(), direct.question("hello"), spec,
           [&](const SaidToken& said) { expected.push_back(said.token); })
        .finish();
    EXPECT_EQ(tokens_of(state().before), expected);
    EXPECT_TRUE(state().after.said.empty());  // no edit: one column
    EXPECT_EQ(drawing().in("Talk").all("edited").size(), 0u);
}

TEST_F(TalkPanel, answers_twice_with_edits_and_again_when_they_change) {
    edit("*:noise=3");
    ask_it("hello");
    ASSERT_TRUE(state().after.end);
    ASSERT_TRUE(state().change);
    EXPECT_GT(state().change->mean, 0);
    const std::vector<int> before = tokens_of(state().before), after = tokens_of(state().after);
    ASSERT_NE(before, after);
    const auto apart = first_difference(state());
    ASSERT_TRUE(apart);
    for (std::size_t i = 0; i < *apart; ++i) EXPECT_EQ(before[i], after[i]);
    EXPECT_EQ(drawing().in("Talk").starting("KL ").size(), 1u);
    // Muted, it is the model again; the first answer is kept, not asked for anew.
    const double kl = state().change->mean;
    edit("*:noise=4");
    harness.frames_until([&] { return state().edits == model().stack && !state().work.busy(); });
    EXPECT_EQ(tokens_of(state().before), before);
    EXPECT_NE(state().change->mean, kl);
}

TEST_F(TalkPanel, stops_where_it_is_and_starts_again_when_asked) {
    harness.chosen<TalkChoices>().most_tokens = 400;
    harness.click(drawing().in("Talk").starting("ask the model").at(0).middle());
    harness.type("x");
    harness.press(ImGuiKey_Enter);
    harness.frames_until([&] { return state().before.said.size() > 2; });
    harness.click(drawing().in("Talk").word("Stop")->middle());
    harness.frames_until([&] { return !state().work.busy(); });
    EXPECT_FALSE(state().before.end);
    const std::size_t said = state().before.said.size();
    harness.frames(4);
    EXPECT_EQ(state().before.said.size(), said);
    harness.chosen<TalkChoices>().most_tokens = 5;
    harness.click(drawing().in("Talk").word("Ask")->middle());
    harness.frames_until([&] { return state().before.end.has_value() && !state().work.busy(); });
    EXPECT_EQ(state().before.said.size(), 5u);
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
    EXPECT_TRUE(state().question.empty());
    EXPECT_TRUE(state().before.said.empty());
}

}  // namespace
}  // namespace muonscope::gui

// A model that is talked to as it is and with edits.

#include "core/weights/talk.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/formats/tensor_file.h"
#include "core/weights/edited_file.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_model.h"

namespace muonscope {
namespace {

class Talk : public testing::Test {
  protected:
    Talk() { write_tiny_model(path); }

    static std::vector<int> said(TalkingModel& model, Llama& llama, const std::string& text) {
        std::vector<int> tokens;
        AnswerSpec spec;
        spec.most_tokens = 12;
        answer(llama, model.tokeniser(), model.question(text), spec, [&](const SaidToken& token) {
            tokens.push_back(token.token);
        }).finish();
        return tokens;
    }
    static std::vector<WeightEdit> edits(std::initializer_list<const char*> texts) {
        std::vector<WeightEdit> stack;
        for (const char* text : texts) stack.push_back(edit_in(text));
        return stack;
    }

    ScratchFolder folder;
    std::string path = folder / "tiny.gguf";
};

TEST_F(Talk, an_edited_model_is_the_model_of_the_edited_file) {
    const TensorFile file(path);
    TalkingModel model(file, 256, {});
    const auto stack =
        edits({"ffn_down:drop-top=1", "blk.1.attn_q:power=.5", "token_embd:clip=.9"});
    model.set_edits(stack).finish();
    EXPECT_TRUE(model.is_edited());
    write_edited(file, stack, folder / "edited.gguf", tensor_type("F32"), {});
    const TensorFile edited(folder / "edited.gguf");
    TalkingModel other(edited, 256, {});
    for (const std::string& name : model.before().weights().names()) {
        const Matrix here = matrix_of(model.after().weights().at(name));
        const Matrix there = matrix_of(other.before().weights().at(name));
        EXPECT_LT((here - there).cwiseAbs().maxCoeff(), 1e-6) << name;
    }
    EXPECT_EQ(said(model, model.after(), "hello"), said(other, other.before(), "hello"));
    EXPECT_NE(said(model, model.after(), "hello"), said(model, model.before(), "hello"));
}

TEST_F(Talk, muted_edits_leave_every_number_shared) {
    const TensorFile file(path);
    TalkingModel model(file, 256, {});
    model.set_edits(edits({"ffn_down:drop-top=1", "*:flatten"})).finish();
    for (const char* text : {"ffn_down:drop-top=1,muted", "nothing:flatten"}) {
        model.set_edits(edits({text})).finish();
        EXPECT_FALSE(model.is_edited());
        for (const std::string& name : model.before().weights().names())
            EXPECT_EQ(model.after().weights().at(name).data,
                      model.before().weights().at(name).data);
    }
    EXPECT_EQ(model.change(model.plain("some text")).finish().mean, 0);
}

TEST_F(Talk, another_edit_makes_anew_what_it_is_meant_for_alone) {
    const TensorFile file(path);
    TalkingModel model(file, 256, {});
    model.set_edits(edits({"blk.0.ffn_up:drop-top=1", "blk.1.ffn_up:drop-top=1"})).finish();
    const auto first = model.after().weights().at("blk.0.ffn_up").data;
    const auto second = model.after().weights().at("blk.1.ffn_up").data;
    model.set_edits(edits({"blk.0.ffn_up:drop-top=1", "blk.1.ffn_up:drop-top=2"})).finish();
    EXPECT_EQ(model.after().weights().at("blk.0.ffn_up").data, first);
    EXPECT_NE(model.after().weights().at("blk.1.ffn_up").data, second);
}

TEST_F(Talk, the_change_of_a_text_is_that_of_two_models) {
    const TensorFile file(path);
    TalkingModel model(file, 256, {});
    const std::vector<int> text = model.plain("one number of many");
    model.set_edits(edits({"blk.0.ffn_down:drop-top=1"})).finish();
    const TextChange change = model.change(text).finish();
    EXPECT_GT(change.mean, 0);
    TextReading reading = read_text(model.before(), text).finish();
    EXPECT_EQ(change_of_text(model.after(), reading).finish().mean, change.mean);
    EXPECT_EQ(change.divergence.size(), text.size());
}

TEST_F(Talk, dragging_through_many_matrices_forgets_old_decompositions_and_stays_right) {
    const TensorFile file(path);
    TalkingModel model(file, 256, {});
    for (int round = 0; round < 2; ++round)
        for (const std::string& name : model.before().weights().names()) {
            if (model.before().weights().at(name).cols < 2 ||
                model.before().weights().at(name).rows < 2)
                continue;
            model.set_edits(edits({(name + ":drop-top=1").c_str()})).finish();
            const Matrix was = matrix_of(model.before().weights().at(name));
            const Vector s = tensor_svd(was).s;
            const Vector left = tensor_svd(matrix_of(model.after().weights().at(name))).s;
            EXPECT_NEAR(left(0), s(1), 1e-5) << name;
        }
}

}  // namespace
}  // namespace muonscope

// Llamas as the Hugging Face Hub keeps them, held against the same one as GGUF.

#include "core/llama/hub_llama.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/llama/llama.h"
#include "core/llama/open_llama.h"
#include "core/weights/edited_file.h"
#include "core/weights/talk.h"
#include "core/weights/vector_tokens.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"
#include "tests/tiny_hub_model.h"

namespace muonscope {
namespace {

class HubLlama : public testing::Test {
  protected:
    HubLlama() : gguf(tiny(folder / "tiny.gguf")), model(TensorFile(gguf)) {}
    static std::string tiny(const std::string& path) {
        write_tiny_model(path);
        return path;
    }
    TensorFile opened() const { return TensorFile(llama_path(hub)); }
    void refuses(const std::string& part, const std::function<void(TinyHubModel&)>& change) {
        TinyHubModel changed = model;
        change(changed);
        changed.write(hub);
        EXPECT_MESSAGE(TalkingModel(opened(), 64, {}), part);
    }

    ScratchFolder folder;
    std::string gguf, hub = folder / "hub";
    TinyHubModel model;
};

TEST_F(HubLlama, has_the_numbers_tokens_and_logits_of_the_same_one_as_gguf) {
    model.write(hub);
    const TensorFile there(gguf), here = opened();
    const LlamaWeights wanted = weights_in(there), read = weights_in(here);
    EXPECT_TRUE(read.tied());
    EXPECT_EQ(read.shape().rms_epsilon, wanted.shape().rms_epsilon);
    EXPECT_EQ(read.shape().rope_base, wanted.shape().rope_base);
    EXPECT_EQ(read.shape().context, 512);
    for (const std::string& name : wanted.names())
        EXPECT_EQ(matrix_of(read.at(name)), matrix_of(wanted.at(name))) << name;
    const std::vector<int> tokens{1, 60, 99, 140, 7, 2, 31};
    Llama one(wanted, 16), other(read, 16);
    one.read(tokens);
    other.read(tokens);
    EXPECT_TRUE(std::ranges::equal(one.logits(), other.logits()));
    const Tokeniser words = tokeniser_in(there), also = tokeniser_in(here);
    EXPECT_EQ(also.size(), words.size());
    EXPECT_EQ(also.end(), 2);  // the tokeniser's word on it goes before config.json's
    const std::string text = "It's 2 o'clock, η <|im_end|>";
    EXPECT_EQ(also.encode(text), words.encode(text));
    EXPECT_EQ(also.encode_template(text), words.encode_template(text));
    EXPECT_EQ(also.encode_template(text).back(), 2);
    EXPECT_EQ(chat_template_in(here), chat_template_in(there));
}

TEST_F(HubLlama, merges_stand_as_texts_or_as_pairs) {
    using Json = TinyHubModel::Json;
    auto& bpe = model.tokenizer["model"];
    bpe["vocab"]["ab"] = 259;
    model.config["vocab_size"] = 261;
    for (auto& [name, values] : model.tensors)
        if (name == "model.embed_tokens") values.conservativeResizeLike(Matrix::Zero(261, 16));
    for (const Json& merge : {Json("a b"), Json::array({"a", "b"})}) {
        bpe["merges"] = Json::array({merge});
        model.write(hub);
        const TensorFile file = opened();
        EXPECT_EQ(tokeniser_in(file).encode("xab").back(), 259);
        // A row of the embedding that no token has.
        EXPECT_EQ(tokeniser_in(file).size(), 261);
        EXPECT_EQ(weights_in(file).token_embd().rows, 261);
    }
}

TEST_F(HubLlama, an_edited_one_is_the_one_of_the_edited_file) {
    model.write(hub);
    const TensorFile file = opened();
    TalkingModel talking(file, 64, {});
    std::vector<WeightEdit> stack;
    for (const char* text : {"mlp.down_proj:drop-top=1", "layers.1.self_attn.q_proj:noise=3",
                             "k_proj:orthogonalise=jordan:5"})
        stack.push_back(edit_in(text));
    talking.set_edits(stack).finish();
    EXPECT_TRUE(talking.is_edited());
    model.write(folder / "edited");
    write_edited(file, stack, folder / "edited/model.safetensors", tensor_type("F32"), {});
    const TensorFile edited(folder / "edited/model.safetensors");
    TalkingModel other(edited, 64, {});
    for (const std::string& name : other.before().weights().names())
        EXPECT_LT((matrix_of(talking.after().weights().at(name)) -
                   matrix_of(other.before().weights().at(name)))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-6)
            << name;
}

TEST_F(HubLlama, vectors_read_and_write_the_tokens_that_those_of_gguf_do) {
    model.write(hub);
    const TensorFile there(gguf), here = opened();
    for (const auto& [name, same] :
         {std::pair{"blk.1.attn_q.weight", "model.layers.1.self_attn.q_proj.weight"},
          {"blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight"}}) {
        const auto wanted = vector_tokens(there, *there.find(name), 0, 4, 5).finish();
        const auto found = vector_tokens(here, *here.find(same), 0, 4, 5).finish();
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            EXPECT_NEAR(found[k].value, wanted[k].value, 1e-12);
            EXPECT_EQ(found[k].towards[0].token, wanted[k].towards[0].token) << same << k;
            EXPECT_EQ(found[k].away[0].token, wanted[k].away[0].token) << same << k;
        }
    }
}

TEST_F(HubLlama, that_is_another_model_is_refused_in_words) {
    using Model = TinyHubModel;
    refuses("its model_type is 'qwen2'", [](Model& m) { m.config["model_type"] = "qwen2"; });
    refuses("stretched", [](Model& m) {
        m.config["rope_scaling"] = {{"rope_type", "llama3"}, {"factor", 8.0}};
    });
    refuses("stretched", [](Model& m) {
        m.config["rope_parameters"] = {{"rope_type", "yarn"}, {"rope_theta", 1000.0}};
    });
    refuses("hidden_act is 'gelu'", [](Model& m) { m.config["hidden_act"] = "gelu"; });
    refuses("mlp_bias is true", [](Model& m) { m.config["mlp_bias"] = true; });
    refuses("no hidden_size", [](Model& m) { m.config.erase("hidden_size"); });
    refuses("where config.json says 17", [](Model& m) { m.config["intermediate_size"] = 17; });
    refuses("no lm_head.weight", [](Model& m) { m.config["tie_word_embeddings"] = false; });
    refuses("model.layers.0.self_attn.q_proj.bias", [](Model& m) {
        m.tensors.emplace_back("model.layers.0.self_attn.q_proj.bias", Matrix::Ones(16, 1));
    });
}

TEST_F(HubLlama, tokenisers_that_are_not_known_are_refused_in_words) {
    using Model = TinyHubModel;
    refuses("cuts words in a way", [](Model& m) {
        m.tokenizer["pre_tokenizer"] = {{"type", "Metaspace"}};
    });
    refuses("cuts words in a way", [](Model& m) {
        m.tokenizer["pre_tokenizer"]["pretokenizers"][0]["individual_digits"] = false;
    });
    refuses("its tokeniser is 'Unigram'",
            [](Model& m) { m.tokenizer["model"]["type"] = "Unigram"; });
    refuses("normalizer", [](Model& m) { m.tokenizer["normalizer"] = {{"type", "NFC"}}; });
    refuses("adds tokens to every text", [](Model& m) {
        m.tokenizer["post_processor"] = {{"type", "TemplateProcessing"}};
    });
    refuses("byte_fallback is true",
            [](Model& m) { m.tokenizer["model"]["byte_fallback"] = true; });
    refuses("was added to its tokeniser by hand",
            [](Model& m) { m.tokenizer["added_tokens"][0]["special"] = false; });
    refuses("chat template is not one",
            [](Model& m) { m.settings["chat_template"] = "[INST] {{ text }}"; });
}

TEST_F(HubLlama, what_lies_beside_it_is_named_where_it_is_missing) {
    for (const char* name : {"config.json", "tokenizer.json"}) {
        model.write(hub);
        std::filesystem::remove(hub + "/" + name);
        EXPECT_MESSAGE(TalkingModel(opened(), 64, {}), std::string("no ") + name + " lies beside");
    }
    model.write(hub);
    write_file(hub + "/chat_template.jinja", "<|im_start|>system\nBe kind<|im_end|>");
    EXPECT_EQ(*chat_template_in(opened()), "<|im_start|>system\nBe kind<|im_end|>");
    write_file(hub + "/model.safetensors.index.json", "{}");
    EXPECT_MESSAGE(opened(), "in several files");
}

}  // namespace
}  // namespace muonscope

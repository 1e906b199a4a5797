// Llamas in GGUF files, as bytes that a test writes: what is read of them, and what is refused.

#include "core/llama/open_llama.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "core/llama/llama.h"
#include "tests/core/tiny_llama.h"
#include "tests/errors.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

template <typename T>
std::string bytes_of(T number) {
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    return bytes;
}
std::string text_of(const std::string& text) {
    return bytes_of(std::uint64_t(text.size())) + text;
}

// Keys and float tensors as GGUF 3 has them.
struct Written {
    struct Tensor {
        std::string name;
        std::vector<std::uint64_t> dimensions;  // fastest first
        SharedFloats values;
    };
    std::vector<std::pair<std::string, std::string>> keys;  // with kind and value
    std::vector<Tensor> tensors;

    void whole(const std::string& key, std::uint32_t number) {
        set(key, bytes_of(4U) + bytes_of(number));
    }
    void real(const std::string& key, float number) { set(key, bytes_of(6U) + bytes_of(number)); }
    void text(const std::string& key, const std::string& text) {
        set(key, bytes_of(8U) + text_of(text));
    }
    void set(const std::string& key, const std::string& value) {
        remove(key);
        keys.emplace_back(key, value);
    }
    void remove(const std::string& key) {
        std::erase_if(keys, [&](const auto& entry) { return entry.first == key; });
    }

    std::string bytes() const {
        std::string all = "GGUF" + bytes_of(3U) + bytes_of(std::uint64_t(tensors.size())) +
                          bytes_of(std::uint64_t(keys.size()));
        for (const auto& [key, value] : keys) all += text_of(key) + value;
        std::string data;
        for (const Tensor& tensor : tensors) {
            all += text_of(tensor.name) + bytes_of(std::uint32_t(tensor.dimensions.size()));
            for (const std::uint64_t dimension : tensor.dimensions) all += bytes_of(dimension);
            all += bytes_of(0U) + bytes_of(std::uint64_t(data.size()));
            data.append(reinterpret_cast<const char*>(tensor.values.data.get()),
                        tensor.values.size() * sizeof(float));
            data.resize((data.size() + 31) / 32 * 32);
        }
        all.resize((all.size() + 31) / 32 * 32);
        return all + data;
    }
};

LlamaShape shape() {
    LlamaShape shape;
    shape.blocks = 2;
    shape.width = 12;
    shape.hidden = 20;
    shape.heads = 3;
    shape.kv_heads = 1;
    shape.head_width = 4;
    shape.rotary = 4;
    shape.rope_base = 500;
    shape.rms_epsilon = 1e-5F;  // a float in the file
    shape.vocabulary = 9;
    shape.context = 100;
    return shape;
}

Written written(const LlamaWeights& weights) {
    const LlamaShape& shape = weights.shape();
    Written file;
    file.text("general.architecture", "llama");
    file.whole("llama.block_count", std::uint32_t(shape.blocks));
    file.whole("llama.embedding_length", std::uint32_t(shape.width));
    file.whole("llama.feed_forward_length", std::uint32_t(shape.hidden));
    file.whole("llama.attention.head_count", std::uint32_t(shape.heads));
    file.whole("llama.attention.head_count_kv", std::uint32_t(shape.kv_heads));
    file.whole("llama.rope.dimension_count", std::uint32_t(shape.rotary));
    file.real("llama.rope.freq_base", float(shape.rope_base));
    file.real("llama.attention.layer_norm_rms_epsilon", float(shape.rms_epsilon));
    file.whole("llama.context_length", std::uint32_t(shape.context));
    file.whole("llama.vocab_size", std::uint32_t(shape.vocabulary));
    for (const std::string& name : weights.names()) {
        const SharedFloats& values = weights.at(name);
        std::vector<std::uint64_t> dimensions{std::uint64_t(values.cols)};
        if (!name.ends_with("norm")) dimensions.push_back(std::uint64_t(values.rows));
        file.tensors.push_back({name + ".weight", dimensions, values});
    }
    return file;
}

class LlamaFile : public ::testing::Test {
  protected:
    TensorFile open(const Written& file) const {
        const std::string path = folder_.path() + "/tiny.gguf";
        std::ofstream(path, std::ios::binary) << file.bytes();
        return TensorFile(path);
    }
    void refuses(const std::string& part, const std::function<void(Written&)>& change) const {
        Written file = written(tiny_llama(shape(), 7, true));
        change(file);
        EXPECT_MESSAGE(weights_in(open(file)), part);
    }

  private:
    ScratchFolder folder_;
};

TEST_F(LlamaFile, gives_the_llama_that_was_written) {
    for (const bool tied : {true, false}) {
        const LlamaWeights wanted = tiny_llama(shape(), 7, tied);
        const LlamaWeights read = weights_in(open(written(wanted)));
        EXPECT_EQ(read.tied(), tied);
        EXPECT_EQ(read.shape().rope_base, 500);
        EXPECT_EQ(read.shape().rms_epsilon, wanted.shape().rms_epsilon);
        EXPECT_EQ(read.shape().context, 100);
        EXPECT_EQ(read.shape().pairs, RotaryPairs::adjacent);
        const std::vector<int> tokens{1, 5, 8, 0};
        Llama there(wanted, 8), here(read, 8);
        there.read(tokens);
        here.read(tokens);
        EXPECT_TRUE(std::ranges::equal(here.logits(), there.logits()));
    }
}

TEST_F(LlamaFile, that_says_less_has_what_is_usual) {
    Written file = written(tiny_llama(shape(), 7, true));
    file.remove("llama.vocab_size");
    file.remove("llama.rope.dimension_count");
    file.remove("llama.rope.freq_base");
    file.set(
        "tokenizer.ggml.tokens", bytes_of(9U) + bytes_of(8U) + bytes_of(std::uint64_t(9)) + [] {
            std::string all;
            for (int i = 0; i < 9; ++i) all += text_of("x");
            return all;
        }());
    const LlamaShape read = shape_in(open(file));
    EXPECT_EQ(read.vocabulary, 9);
    EXPECT_EQ(read.head_width, 4);
    EXPECT_EQ(read.rotary, 4);
    EXPECT_EQ(read.rope_base, 10000);
}

TEST_F(LlamaFile, of_another_kind_is_refused_in_words) {
    refuses("\"gemma3\"", [](Written& f) { f.text("general.architecture", "gemma3"); });
    refuses("general.architecture", [](Written& f) { f.remove("general.architecture"); });
    refuses("llama.block_count", [](Written& f) { f.remove("llama.block_count"); });
    refuses("stretched", [](Written& f) { f.text("llama.rope.scaling.type", "yarn"); });
    refuses("values of its heads", [](Written& f) { f.whole("llama.attention.value_length", 8); });
    refuses("3 heads do not share 2",
            [](Written& f) { f.whole("llama.attention.head_count_kv", 2); });
    refuses("blk.1.attn_q.bias", [](Written& f) {
        f.tensors.push_back({"blk.1.attn_q.bias", {12}, TinyDraws(1).tensor(1, 12, 1, 0)});
    });
    refuses("output_norm: is missing", [](Written& f) { f.tensors.pop_back(); });
    refuses("token_embd.weight is 9 x 12, where this llama has 10 x 12",
            [](Written& f) { f.whole("llama.vocab_size", 10); });
    refuses("4294967295", [](Written& f) { f.whole("llama.block_count", 0xffffffff); });
    refuses("has a tensor blk.1.attn_norm", [](Written& f) { f.whole("llama.block_count", 1); });
}

}  // namespace
}  // namespace muonscope

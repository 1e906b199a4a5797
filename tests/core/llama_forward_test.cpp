// A llama's forward against numpy in double, and what must change no bit of it.

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <thread>

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/linalg/kernels/level.h"
#include "core/llama/llama.h"
#include "tests/core/tiny_llama.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Columns = std::vector<std::vector<float>>;

Json golden() {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/llama.json");
    return Json::parse(file).at("cases");
}

LlamaWeights weights_of(const Json& json) {
    return tiny_llama(tiny_shape(json), json.at("seed"), json.at("tied"));
}

Columns all_logits(Llama& llama, std::span<const int> tokens) {
    Columns columns;
    LlamaWatch watch;
    watch.logits = [&](int position, std::span<const float> logits) {
        EXPECT_EQ(position, llama.length() + static_cast<int>(columns.size()) % llama.most_at_once);
        columns.emplace_back(logits.begin(), logits.end());
    };
    llama.read(tokens, watch);
    return columns;
}

std::vector<double> log_softmax(std::span<const float> logits) {
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - largest);
    std::vector<double> result;
    for (const float logit : logits) result.push_back(logit - largest - std::log(sum));
    return result;
}

TEST(Llama, says_what_numpy_says_in_double) {
    ASSERT_GE(golden().size(), 4U);
    for (const Json& json : golden()) {
        Llama llama(weights_of(json), 40);
        const std::vector<int> tokens = json.at("tokens");
        const Columns logits = all_logits(llama, tokens);
        const Json& wanted = json.at("log_probabilities");
        ASSERT_EQ(logits.size(), wanted.size());
        double divergence = 0, largest = 0;
        for (std::size_t t = 0; t < logits.size(); ++t) {
            const std::vector<double> here = log_softmax(logits[t]);
            for (std::size_t i = 0; i < here.size(); ++i) {
                const double there = wanted[t][i], apart = here[i] - there;
                largest = std::max(largest, std::abs(apart));
                divergence += std::exp(there) * (std::expm1(apart) - apart);
            }
        }
        EXPECT_LE(divergence / static_cast<double>(logits.size()), 1e-9) << json.at("seed");
        EXPECT_LE(largest, 1e-3) << json.at("seed");
        EXPECT_LE(largest, 2e-5) << json.at("seed");  // what floats come to
    }
}

TEST(Llama, shows_the_residual_stream_before_and_after_each_block) {
    for (const Json& json : golden()) {
        Llama llama(weights_of(json), 40);
        const std::vector<int> tokens = json.at("tokens");
        const int width = llama.weights().shape().width;
        std::vector<std::vector<double>> norms;
        LlamaWatch watch;
        watch.residual = [&](int layer, int first, std::span<const float> columns) {
            EXPECT_EQ(layer, norms.size());
            EXPECT_EQ(first, 0);
            ASSERT_EQ(columns.size(), tokens.size() * std::size_t(width));
            norms.emplace_back();
            for (std::size_t i = 0; i < columns.size(); i += std::size_t(width))
                norms.back().push_back(
                    Eigen::Map<const Eigen::VectorXf>(&columns[i], width).cast<double>().norm());
        };
        llama.read(tokens, watch);
        const Json& wanted = json.at("residual_norms");
        ASSERT_EQ(norms.size(), wanted.size());
        for (std::size_t layer = 0; layer < norms.size(); ++layer)
            for (std::size_t t = 0; t < tokens.size(); ++t)
                EXPECT_NEAR(norms[layer][t], wanted[layer][t], 1e-5 * norms[layer][t]);
    }
}

TEST(Llama, gives_the_same_bits_token_by_token_and_at_once) {
    for (const Json& json : golden()) {
        const std::vector<int> tokens = json.at("tokens");
        Llama at_once(weights_of(json), 40), one_by_one(weights_of(json), 40);
        const Columns wanted = all_logits(at_once, tokens);
        for (std::size_t t = 0; t < tokens.size(); ++t) {
            one_by_one.read(std::span(tokens).subspan(t, 1));
            EXPECT_TRUE(std::ranges::equal(one_by_one.logits(), wanted[t])) << t;
        }
        EXPECT_TRUE(std::ranges::equal(at_once.logits(), wanted.back()));
        EXPECT_EQ(one_by_one.length(), static_cast<int>(tokens.size()));
    }
}

// More tokens than meet a matrix together, and more than have their logits there together.
TEST(Llama, gives_the_same_bits_in_batches) {
    const Json json = golden()[1];
    std::vector<int> tokens(300);
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<int>(i * i % 43);
    Llama at_once(weights_of(json), 300), in_parts(weights_of(json), 300);
    const Columns wanted = all_logits(at_once, tokens);
    ASSERT_EQ(wanted.size(), tokens.size());
    for (const auto& [end, begin] : {std::pair(37, 0), {170, 37}, {300, 170}}) {
        in_parts.read(std::span(tokens).subspan(begin, end - begin));
        EXPECT_TRUE(std::ranges::equal(in_parts.logits(), wanted[std::size_t(end) - 1])) << end;
    }
}

TEST(Llama, gives_the_same_bits_at_every_level_and_with_any_number_of_workers) {
    for (const Json& json : golden()) {
        const std::vector<int> tokens = json.at("tokens");
        Llama alone(weights_of(json), 40);
        const Columns wanted = all_logits(alone, tokens);
        for (const Level level : levels_here()) {
            const ScopedLevel here(level);
            Llama llama(weights_of(json), 40);
            EXPECT_EQ(all_logits(llama, tokens), wanted) << level_name(level);
        }
        for (const int parts : {2, 3, 7}) {
            const auto on_threads = [](int count, const std::function<void(int)>& f) {
                std::vector<std::jthread> threads;
                for (int i = 0; i < count; ++i) threads.emplace_back(f, i);
            };
            Llama llama(weights_of(json), 40, {parts, on_threads});
            EXPECT_EQ(all_logits(llama, tokens), wanted) << parts;
            Llama in_turn(weights_of(json), 40, {parts, {}});
            EXPECT_EQ(all_logits(in_turn, tokens), wanted) << parts;
        }
    }
}

TEST(Llama, goes_on_from_any_token_that_it_has_read) {
    const Json json = golden()[0];
    const std::vector<int> tokens = json.at("tokens");
    Llama llama(weights_of(json), 40);
    const Columns wanted = all_logits(llama, tokens);
    llama.keep(5);
    EXPECT_EQ(llama.length(), 5);
    EXPECT_TRUE(llama.logits().empty());
    llama.read(std::vector<int>{1, 2, 3});
    EXPECT_FALSE(std::ranges::equal(llama.logits(), wanted[7]));
    llama.keep(5);
    llama.read(std::span(tokens).subspan(5, 3));
    EXPECT_TRUE(std::ranges::equal(llama.logits(), wanted[7]));
}

TEST(Llama, with_one_tensor_replaced_leaves_the_others_as_they_were) {
    const Json json = golden()[0];
    const std::vector<int> tokens = json.at("tokens");
    const LlamaWeights before = weights_of(json);
    Llama llama(before, 40);
    llama.read(tokens);
    const std::vector<float> wanted(llama.logits().begin(), llama.logits().end());

    LlamaWeights edited = before;
    TinyDraws draws(1);
    edited.set("blk.1.ffn_down.weight", draws.tensor(48, 80, 0.5, 0));
    EXPECT_NE(edited.at("blk.1.ffn_down").data, before.at("blk.1.ffn_down").data);
    EXPECT_EQ(edited.at("blk.1.ffn_up").data, before.at("blk.1.ffn_up").data);
    llama.set_weights(edited);
    EXPECT_EQ(llama.length(), 0);
    llama.read(tokens);
    EXPECT_FALSE(std::ranges::equal(llama.logits(), wanted));
    llama.set_weights(before);
    llama.read(tokens);
    EXPECT_TRUE(std::ranges::equal(llama.logits(), wanted));
}

TEST(Llama, called_off_between_blocks_is_as_if_it_had_not_begun) {
    const Json json = golden()[3];
    const std::vector<int> tokens = json.at("tokens");
    Llama llama(weights_of(json), 40);
    const Columns wanted = all_logits(llama, tokens);
    llama.keep(0);
    llama.read(std::span(tokens).first(4));
    for (const int last : {0, 2, 4}) {
        std::atomic<bool> off{false};
        LlamaWatch watch;
        watch.residual = [&](int layer, int, auto) {
            if (layer == last) off = true;
        };
        {
            const WorkScope scope(&off);
            EXPECT_THROW(llama.read(std::span(tokens).subspan(4), watch), Abandoned) << last;
        }
        EXPECT_EQ(llama.length(), 4);
    }
    llama.read(std::span(tokens).subspan(4));
    EXPECT_TRUE(std::ranges::equal(llama.logits(), wanted.back()));
}

TEST(Llama, read_block_by_block_is_the_same) {
    const Json json = golden()[3];
    const std::vector<int> tokens = json.at("tokens");
    Llama llama(weights_of(json), 40), at_once(weights_of(json), 40);
    at_once.read(tokens);
    llama.begin(tokens);
    EXPECT_TRUE(llama.go_on());
    llama.begin(tokens);  // given up and begun anew
    int rests = 0;
    while (llama.go_on()) ++rests;
    EXPECT_EQ(rests, 4);
    EXPECT_TRUE(std::ranges::equal(llama.logits(), at_once.logits()));
}

TEST(Llama, refuses_what_it_cannot_read) {
    Llama llama(weights_of(golden()[0]), 6);
    EXPECT_MESSAGE(llama.read(std::vector<int>{1, 61}), "token 61 of 61");
    EXPECT_MESSAGE(llama.read(std::vector<int>{-1}), "token -1");
    llama.read(std::vector<int>{1, 2, 3, 4});
    EXPECT_MESSAGE(llama.read(std::vector<int>{1, 2, 3}), "3 tokens behind 4");
    EXPECT_EQ(llama.length(), 4);
    llama.read(std::vector<int>{1, 2});
}

TEST(LlamaWeights, refuse_other_names_and_sizes_and_name_what_is_missing) {
    const LlamaShape shape = tiny_shape(golden()[0]);
    LlamaWeights weights = weights_of(golden()[0]);
    TinyDraws draws(1);
    EXPECT_MESSAGE(weights.set("blk.3.attn_q", draws.tensor(48, 48, 1, 0)), "blk.3.attn_q");
    EXPECT_MESSAGE(weights.set("blk.01.attn_q", draws.tensor(48, 48, 1, 0)), "blk.01.attn_q");
    EXPECT_MESSAGE(weights.set("blk.0.attn_k", draws.tensor(48, 48, 1, 0)), "16 x 48");
    EXPECT_MESSAGE(LlamaWeights(shape).check_complete(), "token_embd: is missing");
    EXPECT_EQ(weights.names().size(), 2 + 3 * block_tensors);
    EXPECT_EQ(gguf_name("model.layers.12.self_attn.o_proj.weight"), "blk.12.attn_output");
    EXPECT_EQ(gguf_name("model.layers.12.self_attn.o_proj.bias"), "");
    EXPECT_EQ(gguf_name("lm_head.weight"), "output");
}

TEST(LlamaShape, that_no_llama_has_is_refused) {
    const auto refused = [](auto change) {
        LlamaShape shape = tiny_shape(golden()[0]);
        EXPECT_NO_THROW(check_shape(shape, "here"));
        change(shape);
        EXPECT_THROW(check_shape(shape, "here"), Error);
    };
    refused([](LlamaShape& s) { s.kv_heads = 4; });
    refused([](LlamaShape& s) { s.kv_heads = 0; });
    refused([](LlamaShape& s) { s.width = -1; });
    refused([](LlamaShape& s) { s.rotary = 7; });
    refused([](LlamaShape& s) { s.rotary = 10; });
    refused([](LlamaShape& s) { s.rope_base = 0; });
    refused([](LlamaShape& s) { s.vocabulary = 1 << 30; });
    refused([](LlamaShape& s) { s.rms_epsilon = NAN; });
}

}  // namespace
}  // namespace muonscope

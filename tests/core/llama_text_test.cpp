// What two llamas make of a text, and what one of them answers.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/progress.h"
#include "core/llama/answer.h"
#include "core/llama/byte_alphabet.h"
#include "core/llama/text_change.h"
#include "tests/core/tiny_llama.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

constexpr int vocabulary = 270;

LlamaShape shape() {
    LlamaShape shape;
    shape.blocks = 3;
    shape.width = 24;
    shape.hidden = 40;
    shape.heads = 4;
    shape.kv_heads = 2;
    shape.head_width = 6;
    shape.rotary = 6;
    shape.vocabulary = vocabulary;
    return shape;
}
LlamaWeights llama_of(std::uint64_t seed) {
    return tiny_llama(shape(), seed, false);
}
LlamaWeights edited(LlamaWeights weights, double by) {
    const SharedFloats before = weights.at("blk.1.ffn_down");
    SharedFloats after = before;
    const std::shared_ptr<float[]> data(new float[before.size()]);
    for (std::size_t i = 0; i < before.size(); ++i)
        data[i] = before.data[i] * static_cast<float>(i % 2 == 0 ? 1 + by : 1);
    after.data = data;
    weights.set("blk.1.ffn_down", after);
    return weights;
}

std::vector<int> text(int count) {
    std::vector<int> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(i * i * 7 % vocabulary);
    return tokens;
}

// Straight from the definition, in double.
std::vector<double> probabilities(std::span<const float> logits) {
    std::vector<double> p(logits.begin(), logits.end());
    const double largest = *std::max_element(p.begin(), p.end());
    for (double& x : p) x = std::exp(x - largest);
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x /= sum;
    return p;
}
struct Forecast {
    std::vector<std::vector<double>> p;
    std::vector<std::vector<float>> residual;
};
Forecast forecast(const LlamaWeights& weights, const std::vector<int>& tokens) {
    Llama llama(weights, static_cast<int>(tokens.size()));
    Forecast found;
    LlamaWatch watch;
    watch.logits = [&](int, std::span<const float> l) { found.p.push_back(probabilities(l)); };
    watch.residual = [&](int layer, int, std::span<const float> columns) {
        found.residual.resize(std::max<std::size_t>(found.residual.size(), std::size_t(layer) + 1));
        auto& rows = found.residual[std::size_t(layer)];
        rows.insert(rows.end(), columns.begin(), columns.end());
    };
    llama.read(tokens, watch);
    return found;
}

double norm(std::span<const float> x) {
    double sum = 0;
    for (const float v : x) sum += double(v) * v;
    return std::sqrt(sum);
}

// In two batches of the llama.
TEST(TextChange, is_what_its_definitions_say) {
    const std::vector<int> tokens = text(150);
    const LlamaWeights weights = llama_of(1), other = edited(weights, .3);
    const Forecast before = forecast(weights, tokens), after = forecast(other, tokens);
    std::vector<double> divergence;
    double surprise_before = 0, surprise_after = 0;
    int same = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        double sum = 0;
        for (std::size_t i = 0; i < vocabulary; ++i)
            sum += before.p[t][i] * std::log(before.p[t][i] / after.p[t][i]);
        divergence.push_back(sum);
        const auto top = [](const std::vector<double>& p) {
            return std::max_element(p.begin(), p.end()) - p.begin();
        };
        same += top(before.p[t]) == top(after.p[t]) ? 1 : 0;
        if (t + 1 == tokens.size()) continue;
        surprise_before -= std::log(before.p[t][std::size_t(tokens[t + 1])]) / 149;
        surprise_after -= std::log(after.p[t][std::size_t(tokens[t + 1])]) / 149;
    }
    Llama llama(weights, 150);
    const TextReading reading = read_text(llama, tokens).finish();
    llama.set_weights(other);
    const TextChange change = change_of_text(llama, reading).finish();

    ASSERT_EQ(change.divergence.size(), tokens.size());
    for (std::size_t t = 0; t < tokens.size(); ++t)
        EXPECT_NEAR(change.divergence[t], divergence[t], 1e-5 * divergence[t] + 1e-10);
    const double mean = std::accumulate(divergence.begin(), divergence.end(), 0.0) / 150;
    double square = 0;
    for (const double d : divergence) square += (d - mean) * (d - mean);
    std::sort(divergence.begin(), divergence.end());
    EXPECT_NEAR(change.mean, mean, 1e-6 * mean);
    EXPECT_NEAR(change.error, std::sqrt(square / 149 / 150), 1e-5 * mean);
    EXPECT_NEAR(change.median, (divergence[74] + divergence[75]) / 2, 1e-5 * mean);
    EXPECT_NEAR(change.quantile_99, .49 * divergence[147] + .51 * divergence[148], 1e-5 * mean);
    EXPECT_NEAR(change.largest, divergence.back(), 1e-5 * mean);
    EXPECT_GT(same, 0);
    EXPECT_LT(same, 150);
    EXPECT_DOUBLE_EQ(change.same_top_share, same / 150.0);
    EXPECT_EQ(std::count(change.same_top.begin(), change.same_top.end(), true), same);
    EXPECT_NEAR(change.perplexity_before, std::exp(surprise_before), 1e-4);
    EXPECT_NEAR(change.perplexity_after, std::exp(surprise_after), 1e-4);

    ASSERT_EQ(change.drift.size(), 4U);
    EXPECT_EQ(change.drift[0], 0);
    EXPECT_EQ(change.drift[1], 0);
    for (std::size_t layer = 2; layer < 4; ++layer) {
        double drift = 0;
        for (std::size_t t = 0; t < 150; ++t) {
            std::vector<float> apart(24);
            for (std::size_t j = 0; j < 24; ++j)
                apart[j] = after.residual[layer][t * 24 + j] - before.residual[layer][t * 24 + j];
            drift +=
                norm(apart) / norm(std::span(before.residual[layer]).subspan(t * 24, 24)) / 150;
        }
        EXPECT_NEAR(change.drift[layer], drift, 1e-6 * drift);
        EXPECT_GT(drift, 0);
    }
    EXPECT_EQ(reading.residual, before.residual);
    const std::span<const float> last = std::span(before.residual[2]).subspan(149 * 24, 24);
    const ResidualSize size = residual_sizes(reading).at(2, 149);
    EXPECT_NEAR(size.length, norm(last), 1e-12);
    EXPECT_EQ(size.peak, last[static_cast<std::size_t>(size.dimension)]);
    for (const float entry : last) EXPECT_LE(std::abs(entry), std::abs(size.peak));
    // Of the other llama as if it had been read alone.
    const ResidualSizes there = residual_sizes(read_text(llama, tokens).finish());
    ASSERT_EQ(change.residual.sizes.size(), there.sizes.size());
    for (int layer = 0; layer < there.layers; ++layer)
        for (int t = 0; t < there.positions; ++t) {
            EXPECT_EQ(change.residual.at(layer, t).length, there.at(layer, t).length);
            EXPECT_EQ(change.residual.at(layer, t).dimension, there.at(layer, t).dimension);
        }
}

TEST(TextChange, of_the_same_llama_is_exactly_none) {
    Llama llama(llama_of(2), 40);
    const TextReading reading = read_text(llama, text(40)).finish();
    const TextChange change = change_of_text(llama, reading).finish();
    EXPECT_EQ(change.largest, 0);
    EXPECT_EQ(change.error, 0);
    EXPECT_EQ(change.same_top_share, 1);
    EXPECT_EQ(change.perplexity_before, change.perplexity_after);
    for (const double drift : change.drift) EXPECT_EQ(drift, 0);
}

// Small changes count by their square, without a floor of rounding.
TEST(TextChange, of_a_small_edit_goes_with_its_square) {
    const LlamaWeights weights = llama_of(3);
    Llama llama(weights, 40);
    const TextReading reading = read_text(llama, text(40)).finish();
    const auto mean = [&](double by) {
        llama.set_weights(edited(weights, by));
        return change_of_text(llama, reading).finish().mean;
    };
    const double large = mean(1e-2), small = mean(1e-3);
    EXPECT_GT(small, 0);
    EXPECT_NEAR(large / small, 100, 5);
}

TEST(TextChange, of_one_token_has_no_perplexity_and_no_error) {
    Llama llama(llama_of(4), 4);
    const TextReading reading = read_text(llama, {7}).finish();
    llama.set_weights(edited(llama_of(4), .5));
    const TextChange change = change_of_text(llama, reading).finish();
    EXPECT_GT(change.mean, 0);
    EXPECT_EQ(change.median, change.largest);
    EXPECT_TRUE(std::isinf(change.error));
    EXPECT_TRUE(std::isnan(change.perplexity_after));
    EXPECT_MESSAGE(read_text(llama, {}).finish(), "no tokens");
    LlamaShape other = shape();
    other.blocks = 2;
    Llama shorter(tiny_llama(other, 1, true), 4);
    EXPECT_MESSAGE(change_of_text(shorter, reading).finish(), "another shape");
}

TEST(TextChange, to_what_is_no_number_has_none) {
    Llama llama(llama_of(4), 4);
    const TextReading reading = read_text(llama, {7, 8}).finish();
    llama.set_weights(edited(llama_of(4), NAN));
    const TextChange change = change_of_text(llama, reading).finish();
    EXPECT_TRUE(std::isnan(change.mean));
    EXPECT_TRUE(std::isnan(change.median));
    EXPECT_TRUE(std::isnan(change.largest));
}

TEST(TextChange, is_told_and_called_off_between_blocks) {
    Llama llama(llama_of(2), 200);
    const TextReading reading = read_text(llama, text(200)).finish();
    std::atomic<bool> off{false};
    std::vector<double> told;
    const WorkScope scope(&off, [&](std::string_view, double done) {
        told.push_back(done);
        off = done > .7;
    });
    EXPECT_THROW(change_of_text(llama, reading).finish(), Abandoned);
    EXPECT_GE(told.size(), 4U);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    EXPECT_LE(told.back(), 1);
}

// Byte tokens and control tokens, no merges.
Tokeniser bytes_alone() {
    TokenTable table;
    table.pre = "gpt-2";
    for (int byte = 0; byte < 256; ++byte)
        table.pieces.push_back(in_byte_alphabet(std::string(1, static_cast<char>(byte))));
    table.types.assign(256, 1);
    while (table.pieces.size() < vocabulary) {
        table.pieces.push_back("<|" + std::to_string(table.pieces.size()) + "|>");
        table.types.push_back(3);
    }
    table.end = 256;
    return {table, "bytes"};
}

struct Said {
    std::vector<SaidToken> tokens;
    AnswerEnd end = {};
};
Said said(Llama& llama, const std::vector<int>& prompt, const AnswerSpec& spec,
          const Tokeniser& tokeniser = bytes_alone()) {
    Said said;
    said.end = answer(llama, tokeniser, prompt, spec, [&](SaidToken token) {
                   said.tokens.push_back(std::move(token));
               }).finish();
    return said;
}

TEST(Answer, is_the_likeliest_token_after_all_before_it) {
    Llama llama(llama_of(5), 64), other(llama_of(5), 64);
    const Said found = said(llama, {1, 2, 3}, {{}, 0, 12});
    ASSERT_EQ(found.tokens.size(), 12U);
    EXPECT_EQ(found.end, AnswerEnd::most_tokens);
    std::vector<int> all{1, 2, 3};
    for (const SaidToken& token : found.tokens) {
        other.keep(0);
        other.read(all);
        const auto best = likeliest(other.logits(), 5);
        EXPECT_EQ(token.best, best);
        EXPECT_EQ(token.token, best[0].token);
        EXPECT_EQ(token.log_probability, best[0].log_probability);
        EXPECT_EQ(token.gap(), best[0].log_probability - best[1].log_probability);
        all.push_back(token.token);
    }
}

TEST(Answer, does_not_read_again_what_is_known_and_is_the_same_then) {
    const std::vector<int> first{1, 2, 3, 4, 5}, second{1, 2, 3, 9};
    Llama llama(llama_of(5), 64), fresh(llama_of(5), 64), again(llama_of(5), 64);
    said(llama, first, {{}, 0, 3});
    const Said found = said(llama, second, {{}, 0, 6}), wanted = said(fresh, second, {{}, 0, 6});
    const Said repeated = said(fresh, second, {{}, 0, 6});
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(found.tokens[i].best, wanted.tokens[i].best);
        EXPECT_EQ(repeated.tokens[i].best, wanted.tokens[i].best);
    }
    // The last token of a known prompt alone is read, in as many blocks as there are.
    const Tokeniser tokeniser = bytes_alone();
    Work<AnswerEnd> work = answer(fresh, tokeniser, second, {{}, 0, 0}, {});
    EXPECT_EQ(work.finish(), AnswerEnd::most_tokens);
    EXPECT_EQ(fresh.length(), 4);
    EXPECT_TRUE(std::ranges::equal(fresh.tokens(), second));
}

TEST(Answer, ends_at_the_end_token_and_where_there_is_no_room) {
    Llama llama(llama_of(5), 8);
    const Said full = said(llama, {1, 2, 3}, {{}, 0, 100});
    EXPECT_EQ(full.end, AnswerEnd::no_room);
    EXPECT_EQ(full.tokens.size(), 6U);  // the last one is said and not read
    EXPECT_EQ(llama.length(), 8);
    // A token that it says, taken for the end.
    std::size_t at = 0;
    while (full.tokens[at].token == full.tokens[0].token) ASSERT_LT(++at, 6U);
    const int end = full.tokens[at].token;
    TokenTable table;
    table.pre = "gpt-2";
    for (int byte = 0; byte < 256; ++byte)
        table.pieces.push_back(in_byte_alphabet(std::string(1, static_cast<char>(byte))));
    table.pieces.resize(vocabulary, "");
    table.end = end;
    const Said ended = said(llama, {1, 2, 3}, {{}, 0, 100}, {table, "bytes"});
    EXPECT_EQ(ended.end, AnswerEnd::end_token);
    EXPECT_EQ(ended.tokens.size(), at);
    EXPECT_MESSAGE(said(llama, {}, {}), "prompt is empty");
    EXPECT_MESSAGE(said(llama, text(9), {}), "9 tokens");
}

TEST(Answer, of_a_seed_is_the_same_and_rests_between_blocks) {
    Llama llama(llama_of(5), 64);
    const AnswerSpec spec{{1, .9}, 11, 10};
    const Said first = said(llama, {4, 5}, spec), second = said(llama, {4, 5}, spec);
    const Said other = said(llama, {4, 5}, {{1, .9}, 12, 10});
    const auto tokens = [](const Said& s) {
        std::vector<int> all;
        for (const SaidToken& token : s.tokens) all.push_back(token.token);
        return all;
    };
    EXPECT_EQ(tokens(first), tokens(second));
    EXPECT_NE(tokens(first), tokens(other));

    int slices = 0;
    std::vector<int> sliced;
    const Tokeniser tokeniser = bytes_alone();
    Work<AnswerEnd> work = answer(llama, tokeniser, {4, 5}, spec,
                                  [&](const SaidToken& token) { sliced.push_back(token.token); });
    while (work.go_on([] { return true; })) ++slices;
    EXPECT_EQ(sliced, tokens(first));
    EXPECT_GE(slices, 10 * 3);
}

}  // namespace
}  // namespace muonscope

// SmolLM2 itself, where it is: MUONSCOPE_SMOLLM2 names SmolLM2-135M-Instruct.Q4_1.gguf. Held
// against transformers in double (tests/golden/smollm2.py) and against tokenizers.

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/llama/answer.h"
#include "core/llama/chat.h"
#include "core/llama/open_llama.h"
#include "core/llama/text_change.h"
#include "core/weights/spectrum_summary.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<int>;

Json golden(const std::string& path) {
    std::ifstream file(path);
    return Json::parse(file);
}

// Opened once for all tests.
struct Opened {
    explicit Opened(const char* path)
        : file(path), weights(weights_in(file)), tokeniser(tokeniser_in(file)) {}
    TensorFile file;
    LlamaWeights weights;
    Tokeniser tokeniser;
};

class SmolLM2 : public ::testing::TestWithParam<int> {
  protected:
    static void SetUpTestSuite() {
        if (const char* const path = std::getenv("MUONSCOPE_SMOLLM2"))
            opened_ = std::make_unique<Opened>(path);
    }
    static void TearDownTestSuite() { opened_.reset(); }
    void SetUp() override {
        if (!opened_) GTEST_SKIP() << "MUONSCOPE_SMOLLM2 names no file";
    }
    static Json answers() { return golden(MUONSCOPE_SOURCE_DIR "/tests/golden/smollm2.json"); }
    static std::unique_ptr<Opened> opened_;
};
std::unique_ptr<Opened> SmolLM2::opened_;

// MUONSCOPE_SMOLLM2_TOKENS may name more of them, as tests/golden/tokeniser.py makes them.
TEST_P(SmolLM2, has_the_tokens_of_tokenizers) {
    const char* const more = std::getenv("MUONSCOPE_SMOLLM2_TOKENS");
    const Json cases =
        golden(more ? more : MUONSCOPE_SOURCE_DIR "/tests/golden/smollm2_tokens.json").at("cases");
    ASSERT_GE(cases.size(), 200U);
    for (const Json& json : cases) {
        const std::string text = json.at("text");
        const Tokens wanted = json.at("tokens");
        EXPECT_EQ(opened_->tokeniser.encode(text), wanted) << text;
        EXPECT_EQ(opened_->tokeniser.encode_template(text), json.value("template", wanted)) << text;
    }
}

TEST_P(SmolLM2, says_of_a_text_what_transformers_says) {
    const Json json = answers();
    const Tokens tokens = json.at("tokens");
    EXPECT_EQ(opened_->tokeniser.encode(json.at("text").get<std::string>()), tokens);
    Llama llama(opened_->weights, static_cast<int>(tokens.size()));
    const TextReading reading = read_text(llama, tokens).finish();
    const Json &best = json.at("best"), &wanted = json.at("log_probabilities");
    for (std::size_t t = 0; t < tokens.size(); ++t)
        for (std::size_t i = 0; i < 3; ++i)
            EXPECT_NEAR(reading.row(static_cast<int>(t))[best[t][i].get<std::size_t>()],
                        wanted[t][i].get<double>(), 1e-4);
    const ResidualSizes sizes = residual_sizes(reading);
    const Json& first = json.at("first_token_lengths");
    for (std::size_t layer = 0; layer < first.size(); ++layer) {
        const double there = first[layer];
        EXPECT_NEAR(sizes.at(static_cast<int>(layer), 0).length, there, 1e-4 * there) << layer;
    }
    // Its massive activation, in the dimension where it sits.
    const Json& peaks = json.at("first_token_peaks");
    for (std::size_t layer = 0; layer < peaks.size(); ++layer) {
        const ResidualSize& size = sizes.at(static_cast<int>(layer), 0);
        const double there = peaks[layer][1];
        EXPECT_EQ(size.dimension, peaks[layer][0].get<int>()) << layer;
        EXPECT_NEAR(static_cast<double>(size.peak), there, 1e-4 * std::abs(there)) << layer;
    }
    const TextChange none = change_of_text(llama, reading).finish();
    EXPECT_EQ(none.mean, 0);
    EXPECT_NEAR(none.perplexity_after, json.at("perplexity"), 1e-3);
}

// Without its first singular value, by power iteration in double.
SharedFloats without_first(const SharedFloats& tensor, double& first) {
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> map(
        tensor.data.get(), tensor.rows, tensor.cols);
    const Rows matrix = map.cast<double>();
    Vector v = Vector::Ones(tensor.cols);
    for (int i = 0; i < 300; ++i) v = (matrix.transpose() * (matrix * v)).normalized();
    const Vector u = matrix * v;
    first = u.norm();
    const Rows rest = matrix - u * v.transpose();
    const std::shared_ptr<float[]> data(new float[tensor.size()]);
    std::copy_n(rest.data(), rest.size(), data.get());
    return {data, tensor.rows, tensor.cols};
}

TEST_P(SmolLM2, changes_as_transformers_says_without_one_singular_value) {
    const Json json = answers();
    const Tokens tokens = json.at("tokens");
    Llama llama(opened_->weights, static_cast<int>(tokens.size()));
    const TextReading reading = read_text(llama, tokens).finish();
    for (const Json& edit : json.at("edits")) {
        const std::string name = edit.at("tensor");
        double first = 0;
        LlamaWeights weights = opened_->weights;
        weights.set(name, without_first(weights.at(name), first));
        EXPECT_NEAR(first, edit.at("first"), 1e-4 * first) << name;
        llama.set_weights(weights);
        const TextChange change = change_of_text(llama, reading).finish();
        EXPECT_NEAR(change.mean, edit.at("mean"), 1e-3 * change.mean) << name;
        EXPECT_NEAR(change.largest, edit.at("largest"), 1e-3 * change.largest) << name;
        EXPECT_EQ(std::count(change.same_top.begin(), change.same_top.end(), true),
                  edit.at("same_top").get<long>())
            << name;
    }
}

TEST_P(SmolLM2, answers_as_transformers_does) {
    const auto chat =
        chat_template_of(opened_->file.metadata().text("tokenizer.chat_template").value());
    ASSERT_TRUE(chat.has_value());
    Llama llama(opened_->weights, 128);
    const Json json = answers();
    ASSERT_GE(json.at("answers").size(), 4U);
    for (const Json& one : json.at("answers")) {
        const std::vector<ChatMessage> messages{{ChatRole::user, one.at("question")}};
        const Tokens prompt = chat_tokens(*chat, messages, opened_->tokeniser);
        EXPECT_EQ(prompt, one.at("prompt").get<Tokens>());
        Tokens said;
        std::string text;
        double least = INFINITY;
        const auto hear = [&](const SaidToken& token) {
            said.push_back(token.token);
            text += token.text;
            least = std::min(least, token.gap());
        };
        const AnswerEnd end = answer(llama, opened_->tokeniser, prompt, {{}, 0, 32}, hear).finish();
        EXPECT_EQ(said, one.at("answer").get<Tokens>()) << text;
        EXPECT_EQ(text, one.at("text").get<std::string>());
        EXPECT_EQ(end, said.size() < 32 ? AnswerEnd::end_token : AnswerEnd::most_tokens);
        if (end == AnswerEnd::most_tokens) {
            EXPECT_NEAR(least, one.at("least_gap"), 1e-4);
        }
    }
}

TEST_P(SmolLM2, has_the_spectra_that_numpy_finds) {
    const Json json = answers();
    const TensorFile& file = opened_->file;
    const Vector embedding = tensor_values(file, *file.find("token_embd.weight")).finish();
    for (int k = 0; k < 2; ++k) {
        const double there = json.at("largest")[static_cast<std::size_t>(k)];
        EXPECT_NEAR(embedding(k), there, 1e-9 * there);
    }
    std::map<std::string, std::vector<double>> ranks;
    for (const TensorEntry& entry : file.entries()) {
        if (!entry.name.starts_with("blk.") || !why_no_spectrum(entry).empty()) continue;
        const std::string rest = entry.name.substr(entry.name.find('.', 4) + 1);
        ranks[rest.substr(0, rest.find('.'))].push_back(
            summary_of(tensor_values(file, entry).finish(), *matrix_shape(entry)).stable_rank);
    }
    ASSERT_EQ(ranks.size(), json.at("stable_ranks").size());
    for (const auto& [kind, of_blocks] : ranks) {
        ASSERT_EQ(of_blocks.size(), 30u);
        const double mean = std::accumulate(of_blocks.begin(), of_blocks.end(), 0.0) / 30;
        EXPECT_NEAR(mean, json.at("stable_ranks").at(kind), 1e-9 * mean) << kind;
    }
}

INSTANTIATE_TEST_SUITE_P(Long, SmolLM2, ::testing::Values(0));

}  // namespace
}  // namespace muonscope

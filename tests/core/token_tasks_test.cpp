// Tasks of tokens: what they ask, how often, and that a transformer learns them.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/experiment/token_tasks/copy_task.h"
#include "core/experiment/token_tasks/facts_task.h"
#include "core/experiment/token_tasks/modular_task.h"
#include "core/experiment/token_tasks/text_task.h"
#include "core/formats/files.h"
#include "core/model/transformer/transformer_pass.h"
#include "core/optim/optimizer.h"
#include "core/random/generator.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

TextSpec a_text() {
    TextSpec spec;
    for (int i = 0; i < 300; ++i) spec.text += "line " + std::to_string(i) + " of a text\n";
    spec.length = 20;
    return spec;
}

std::vector<std::unique_ptr<TokenTask>> tasks() {
    std::vector<std::unique_ptr<TokenTask>> all;
    all.push_back(std::make_unique<FactsTask>(FactsSpec{}));
    all.push_back(std::make_unique<CopyTask>(CopySpec{}));
    all.push_back(std::make_unique<ModularTask>(ModularSpec{}));
    all.push_back(std::make_unique<TextTask>(a_text()));
    return all;
}

TEST(TokenTask, gives_the_same_batch_for_the_same_step_and_others_for_others) {
    for (const auto& task : tasks()) {
        const TaskBatch first = task->batch(6, 3, TokenPart::training);
        EXPECT_NE(task->batch(6, 4, TokenPart::training).tokens.tokens, first.tokens.tokens);
        EXPECT_NE(task->batch(6, 3, TokenPart::held_out).tokens.tokens, first.tokens.tokens);
        const TaskBatch again = task->batch(6, 3, TokenPart::training);
        EXPECT_EQ(again.tokens.tokens, first.tokens.tokens);
        EXPECT_EQ(again.tokens.targets, first.tokens.targets);
        EXPECT_EQ(again.tokens.weights, first.tokens.weights);
        EXPECT_EQ(again.ranks, first.ranks);
    }
}

// Within a sequence what is to come is what comes.
TEST(TokenTask, targets_are_the_next_tokens) {
    for (const auto& task : tasks()) {
        const TokenBatch batch = task->batch(5, 1, TokenPart::training).tokens;
        ASSERT_EQ(batch.tokens.size(), 5U * std::size_t(task->length()));
        double counted = 0;
        for (std::size_t i = 0; i < batch.positions(); ++i) {
            counted += batch.weight(i);
            for (const int token : {batch.tokens[i], batch.targets[i]}) {
                EXPECT_GE(token, 0);
                EXPECT_LT(token, task->vocabulary());
                EXPECT_FALSE(task->text(token).empty());
            }
            if ((i + 1) % std::size_t(batch.length) == 0) continue;
            EXPECT_EQ(batch.targets[i], batch.tokens[i + 1]) << i;
        }
        EXPECT_GT(counted, 0);
    }
}

TEST(FactsTask, asks_each_fact_as_often_as_its_rank_says_and_always_wants_the_same_object) {
    const FactsTask task(FactsSpec{});
    EXPECT_EQ(task.facts(), 256);
    EXPECT_NEAR(task.frequency(0) / task.frequency(99), 100, 1e-9);
    EXPECT_NEAR(
        FactsTask({.exponent = .5}).frequency(0) / FactsTask({.exponent = .5}).frequency(99), 10,
        1e-9);
    std::map<int, int> times;
    std::map<int, std::set<std::vector<int>>> facts;
    const TaskBatch batch = task.batch(2000, 0, TokenPart::training);
    for (std::size_t i = 0; i < batch.ranks.size(); ++i) {
        EXPECT_EQ(batch.ranks[i] >= 0, batch.tokens.weights[i] == 1);
        EXPECT_EQ(batch.ranks[i] >= 0, i % 4 == 1);
        if (batch.ranks[i] < 0) continue;
        ++times[batch.ranks[i]];
        facts[batch.ranks[i]].insert(
            {batch.tokens.tokens[i - 1], batch.tokens.tokens[i], batch.tokens.targets[i]});
    }
    for (const int rank : {0, 1, 5, 50}) {
        const double wanted = 16000 * task.frequency(rank);
        EXPECT_NEAR(times[rank], wanted, 4 * std::sqrt(wanted)) << rank;
    }
    std::set<std::vector<int>> different;
    for (const auto& [rank, found] : facts) {
        EXPECT_EQ(found.size(), 1U) << rank;
        different.insert({(*found.begin())[0], (*found.begin())[1]});
    }
    EXPECT_EQ(different.size(), facts.size());
}

TEST(CopyTask, counts_what_came_before_alone) {
    const CopyTask task(CopySpec{10, 4, 2});
    const TokenBatch batch = task.batch(3, 0, TokenPart::training).tokens;
    ASSERT_EQ(batch.length, 7);
    for (std::size_t first = 0; first < batch.positions(); first += 7) {
        for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(batch.weights[first + i], i >= 4 ? 1 : 0);
        for (std::size_t i = 4; i < 7; ++i)
            EXPECT_EQ(batch.targets[first + i], batch.tokens[first + i - 3]);
    }
}

TEST(ModularTask, holds_out_pairs_that_are_never_trained_on) {
    const ModularTask task(ModularSpec{7, .6, 1});
    EXPECT_EQ(task.pairs(TokenPart::training), 29);
    EXPECT_EQ(task.pairs(TokenPart::held_out), 20);
    std::set<std::pair<int, int>> seen[2];
    for (const TokenPart part : {TokenPart::training, TokenPart::held_out}) {
        const TokenBatch batch = task.batch(2000, 0, part).tokens;
        for (std::size_t i = 0; i < batch.positions(); i += 3) {
            const int a = batch.tokens[i], b = batch.tokens[i + 1];
            seen[part == TokenPart::held_out].insert({a, b});
            EXPECT_EQ(batch.targets[i + 2], (a + b) % 7);
            EXPECT_EQ(batch.tokens[i + 2], 7);
        }
    }
    EXPECT_EQ(seen[0].size(), 29U);
    EXPECT_EQ(seen[1].size(), 20U);
    for (const auto& pair : seen[0]) EXPECT_FALSE(seen[1].contains(pair));
}

// Shuffle and draws, written once more in Python (tests/golden/modular.py).
TEST(ModularTask, asks_what_a_script_without_the_program_asks) {
    const auto cases = nlohmann::json::parse(
        read_file(MUONSCOPE_SOURCE_DIR "/tests/golden/modular.json", 1 << 20));
    ASSERT_EQ(cases.size(), 3U);
    for (const auto& one : cases) {
        const ModularTask task(ModularSpec{one["modulus"], one["share"], one["seed"]});
        EXPECT_EQ(task.pairs(TokenPart::training), one["count"].get<int>());
        for (const TokenPart part : {TokenPart::training, TokenPart::held_out}) {
            const auto& wanted =
                one["batches"][part == TokenPart::training ? "training" : "held_out"];
            const TokenBatch batch =
                task.batch(static_cast<int>(wanted.size()), one["step"], part).tokens;
            for (std::size_t i = 0; i < wanted.size(); ++i)
                EXPECT_EQ((std::vector<int>{batch.tokens[3 * i], batch.tokens[3 * i + 1],
                                            batch.targets[3 * i + 2]}),
                          wanted[i].get<std::vector<int>>())
                    << i;
        }
    }
}

TEST(TextTask, holds_out_its_last_tenth) {
    TextSpec spec;
    spec.length = 9;
    spec.text = std::string(900, 'a') + std::string(100, 'b');
    const TextTask task(spec);
    for (const int token : task.batch(300, 0, TokenPart::training).tokens.targets)
        EXPECT_EQ(token, 'a');
    for (const int token : task.batch(300, 0, TokenPart::held_out).tokens.tokens)
        EXPECT_EQ(token, 'b');
    EXPECT_EQ(task.text('\n'), "\\x0a");
    spec.text.resize(99);
    EXPECT_MESSAGE(TextTask{spec}, "99 bytes");
}

TEST(TokenTask, that_cannot_be_is_refused) {
    EXPECT_MESSAGE(FactsTask({.subjects = 0}), "0 subjects");
    EXPECT_MESSAGE(FactsTask({.subjects = 4000, .objects = 100}), "tokens in all");
    EXPECT_MESSAGE(FactsTask({.exponent = NAN}), "exponent nan");
    EXPECT_MESSAGE(CopyTask({.length = 129}), "129");
    EXPECT_MESSAGE(ModularTask({.training = 1}), "share of 1");
}

// Facts by heart, by AdamW: the head of the distribution long before its tail.
TEST(FactsTask, is_learnt_from_the_most_frequent_facts_on) {
    const FactsTask task({.subjects = 12, .relations = 2, .objects = 6});
    TransformerSpec spec;
    spec.blocks = 1;
    spec.width = 16;
    spec.heads = 2;
    spec.hidden = 32;
    spec.context = task.length();
    spec.vocabulary = task.vocabulary();
    TransformerPass<double> pass(spec);
    std::vector<Matrix> weights;
    std::vector<LayerOptimizer> optimizers;
    std::vector<int> all;
    OptimizerSpec adamw;
    adamw.kind = OptimizerKind::adamw;
    adamw.lr = 1e-2;
    for (const MatrixInfo& matrix : pass.matrices().list) {
        Generator generator(1, Purpose::start, weights.size());
        weights.push_back(.2 * generator.normal_matrix(matrix.rows, matrix.cols));
        optimizers.emplace_back(matrix.rows, matrix.cols, adamw);
        all.push_back(static_cast<int>(weights.size()));
    }
    // The mean probability of the right object, of the first ranks and of the last.
    const auto right = [&](int from, int to) {
        const TaskBatch batch = task.batch(40, 0, TokenPart::held_out);
        pass.forward(weights, batch.tokens);
        const CountedTokens& counted = pass.counted();
        double sum = 0, count = 0;
        for (std::size_t i = 0; i < counted.positions.size(); ++i) {
            const int rank = batch.ranks[static_cast<std::size_t>(counted.positions[i])];
            if (rank < from || rank >= to) continue;
            sum += counted.probabilities[i];
            count += 1;
        }
        return sum / count;
    };
    const auto train = [&](std::uint64_t from, std::uint64_t to) {
        Matrix update;
        for (std::uint64_t step = from; step < to; ++step) {
            const TokenBatch batch = task.batch(8, step, TokenPart::training).tokens;
            pass.forward(weights, batch);
            pass.backward(weights, batch, all);
            for (std::size_t i = 0; i < weights.size(); ++i) {
                update.resizeLike(weights[i]);
                optimizers[i].update(pass.gradient(all[i]), weights[i], update);
                weights[i] += update;
            }
        }
    };
    EXPECT_LT(right(0, 24), .3);
    train(0, 40);
    EXPECT_GT(right(0, 3), right(12, 24) + .1);
    train(40, 400);
    EXPECT_GT(right(0, 24), .95);
}

}  // namespace
}  // namespace muonscope

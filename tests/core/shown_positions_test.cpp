// What is looked at in a transformer: which positions, what they are called, where they are in the
// stream, and which of its matrices meet.

#include "core/experiment/shown_positions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/experiment/adjacent_matrices.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/projection.h"
#include "core/experiment/step_trade.h"
#include "core/experiment/token_problem.h"
#include "tests/core/small_tokens.h"

namespace muonscope {
namespace {

using test::small_tokens;

constexpr TaskKind all_tasks[] = {TaskKind::facts, TaskKind::text, TaskKind::copy,
                                  TaskKind::modular};

TEST(Streams, of_one_pass_are_the_models_own_activations) {
    for (const TaskKind kind : all_tasks) {
        const auto problem = make_problem(small_tokens(kind));
        const Matrix& inputs = problem->data.inputs;
        const std::vector<Matrix> levels = streams(*problem, problem->start, inputs);
        ASSERT_EQ(levels.size(), 3U);
        for (int level = 0; level < 3; ++level)
            EXPECT_EQ(levels[static_cast<std::size_t>(level)],
                      problem->model->activation(problem->start, level + 1, inputs));
    }
}

// Each point's stream is that of its own sequence, read by itself.
TEST(ShownPositions, are_where_their_own_sequence_puts_them_in_the_stream) {
    for (const TaskKind kind : all_tasks) {
        const auto problem = make_problem(small_tokens(kind));
        const ShownPoints shown = shown_points(*problem);
        ASSERT_GT(shown.points(), 0);
        const std::vector<Matrix> states = states_of(shown, *problem, problem->start);
        ASSERT_EQ(states.size(), shown.places.size());
        for (int point = 0; point < shown.points(); point += 3) {
            const auto length = static_cast<int>(shown.inputs.rows());
            const int position = shown.positions[static_cast<std::size_t>(point)];
            const Matrix alone = shown.inputs.col(position / length);
            for (std::size_t level = 0; level < states.size(); ++level) {
                const Matrix stream =
                    problem->model->activation(problem->start, static_cast<int>(level) + 1, alone);
                // Normed, as what reads the stream has it.
                const Vector own = stream.col(position % length);
                const Vector normed = own / std::sqrt(own.squaredNorm() / 16 + 1e-6);
                EXPECT_LT((normed - states[level].col(point)).norm(), 1e-12);
            }
        }
    }
    std::vector<Matrix> other = make_problem(small_tokens(TaskKind::text))->start;
    other.pop_back();
    const auto problem = make_problem(small_tokens(TaskKind::text));
    EXPECT_TRUE(states_of(shown_points(*problem), *problem, other).empty());
}

TEST(ShownPositions, of_facts_are_each_fact_once_by_how_often_it_is_asked_for) {
    const auto problem = make_problem(small_tokens(TaskKind::facts));
    const ShownPoints shown = shown_points(*problem);
    ASSERT_EQ(shown.points(), 12);
    EXPECT_EQ(shown.level_names, (std::vector<std::string>{"asked for", "relation"}));
    EXPECT_EQ(shown.levels[0], (std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
    EXPECT_EQ(shown.class_names[0], (std::vector<std::string>{"head", "middle", "tail"}));
    const TokenBatch& asked = problem->fact_questions;
    for (int rank = 0; rank < 12; ++rank) {
        const auto at = static_cast<std::size_t>(rank);
        EXPECT_EQ(shown.numbers[at], rank);
        EXPECT_EQ(shown.inputs(0, rank), asked.tokens[2 * at]);
        EXPECT_EQ(shown.positions[at], 2 * rank + 1);
        EXPECT_EQ(shown.targets.col(rank).sum(), 1);
        EXPECT_EQ(shown.targets(asked.targets[2 * at + 1], rank), 1);
        EXPECT_EQ(shown.class_names[1][static_cast<std::size_t>(shown.levels[1][at])],
                  problem->task->text(asked.tokens[2 * at + 1]));
        EXPECT_EQ(shown.words[at], problem->task->text(asked.tokens[2 * at]) + " " +
                                       problem->task->text(asked.tokens[2 * at + 1]) + " → " +
                                       problem->task->text(asked.targets[2 * at + 1]));
    }
}

TEST(ShownPositions, of_a_text_tell_vowels_from_consonants_spaces_and_the_rest) {
    Experiment experiment = small_tokens(TaskKind::text);
    experiment.task.held_out = 40;
    const auto problem = make_problem(experiment);
    const ShownPoints shown = shown_points(*problem);
    EXPECT_EQ(shown.points(), 256) << "of 480";
    EXPECT_TRUE(std::is_sorted(shown.levels[0].begin(), shown.levels[0].end()));
    for (std::size_t point = 0; point < shown.numbers.size(); ++point) {
        const int position = shown.positions[point];
        const auto next = static_cast<int>(problem->data.labels.data()[position]);
        const auto here = static_cast<int>(problem->data.inputs.data()[position]);
        const auto kind = [](int byte) {
            const auto c = static_cast<char>(std::tolower(byte));
            if (c == ' ') return 2;
            if (std::string("aeiou").find(c) != std::string::npos) return 0;
            return c >= 'a' && c <= 'z' ? 1 : 3;
        };
        EXPECT_EQ(shown.levels[0][point], kind(next));
        EXPECT_EQ(shown.levels[1][point], kind(here));
        EXPECT_EQ(shown.targets(next, static_cast<Eigen::Index>(point)), 1);
    }
}

TEST(ShownPositions, of_copies_and_sums_have_a_class_for_each_token) {
    const auto copies = make_problem(small_tokens(TaskKind::copy));
    const ShownPoints shown = shown_points(*copies);
    for (std::size_t point = 0; point < shown.numbers.size(); ++point) {
        const int position = shown.positions[point];
        ASSERT_GE(copies->data.labels.data()[position], 0) << "nothing is asked there";
        EXPECT_EQ(shown.class_names[0][static_cast<std::size_t>(shown.levels[0][point])],
                  copies->task->text(static_cast<int>(copies->data.labels.data()[position])));
    }
    const ShownPoints sums = shown_points(*make_problem(small_tokens(TaskKind::modular)));
    EXPECT_EQ(sums.level_names, std::vector<std::string>{"sum"});
    EXPECT_LE(sums.classes[0], 5);
    EXPECT_EQ(sums.places, (std::vector<std::string>{"embedding", "block 1", "block 2"}));
}

TEST(ShownPositions, of_a_large_model_are_as_many_as_there_is_time_for) {
    Experiment experiment = small_tokens(TaskKind::text);
    experiment.transformer = {.blocks = 4, .width = 256, .heads = 4, .hidden = 1024, .context = 64};
    experiment.task.held_out = 16;
    const auto problem = make_problem(experiment);
    const ShownPoints shown = shown_points(*problem);
    EXPECT_GE(shown.points(), 64);
    EXPECT_LE(multiply_adds(*problem, static_cast<int>(shown.inputs.size())), 3.2e8);
}

TEST(AdjacentMatrices, have_a_space_in_common) {
    for (const PositionKind positions : {PositionKind::rotary, PositionKind::learned})
        for (const MlpKind mlp : {MlpKind::relu_squared, MlpKind::swiglu})
            for (const bool tied : {false, true}) {
                Experiment experiment = small_tokens(TaskKind::text);
                experiment.transformer.positions = positions;
                experiment.transformer.mlp = mlp;
                experiment.transformer.tied = tied;
                const std::vector<MatrixInfo> all = matrices_of(experiment);
                const auto pairs = adjacent_matrices(experiment);
                EXPECT_EQ(pairs.size(), 8U);
                for (const AdjacentMatrices& pair : pairs) {
                    const MatrixInfo& reader = all[index_of(pair.reader)];
                    EXPECT_EQ(pair.both_write ? reader.rows : reader.cols,
                              all[index_of(pair.writer)].rows)
                        << pair.name;
                }
                EXPECT_EQ(all[index_of(pairs[0].reader)].kind, MatrixKind::query);
                EXPECT_EQ(all[index_of(pairs[0].writer)].kind, MatrixKind::key);
                EXPECT_EQ(all[index_of(pairs[4].reader)].kind, MatrixKind::attention_output);
                EXPECT_EQ(all[index_of(pairs[4].writer)].name, "block 2 value");
                EXPECT_EQ(pairs.back().both_write, tied);
                EXPECT_TRUE(pairs[0].both_write) << "queries with keys";
                EXPECT_FALSE(pairs[1].both_write);
            }
    const Experiment chain;
    const auto layers = adjacent_matrices(chain);
    ASSERT_EQ(layers.size(), 2U);
    EXPECT_EQ(layers[1].reader, 3);
    EXPECT_EQ(layers[1].writer, 2);
    EXPECT_EQ(layers[1].name, "layers 2, 3");
}

TEST(StepTrades, of_a_transformer_build_on_the_stream_behind_the_matrix_own_block) {
    const auto problem = make_problem(small_tokens(TaskKind::facts));
    const auto matrices = problem->model->matrices();
    for (int matrix = 1; matrix <= static_cast<int>(matrices.size()); ++matrix) {
        const MatrixInfo& of = matrices[index_of(matrix)];
        const int block = of.kind == MatrixKind::head ? 2 : std::max(of.block, 1);
        EXPECT_EQ(built_on(*problem, matrix), block) << of.name;
    }
    ProbeSpec spec;
    spec.steps = 5;
    spec.lr = 0.05;
    const int value = 10;  // of block 2
    StepTrades trades(problem, problem->start, value, spec);
    spec.layer = 2;
    Probe probe(problem);
    EXPECT_EQ(trades.probe().after_k, probe.measure(problem->start, spec).after_k);
    std::vector<Matrix> weights = problem->start;
    const Matrix step = -0.1 * trades.gradient() / trades.gradient().norm();
    weights[index_of(value)] += step;
    const StepTrade trade = trades.of(step);
    EXPECT_EQ(trade.probe.after_k, probe.measure(weights, spec).after_k);
    EXPECT_NEAR(trade.loss, backpropagation_of(problem)->errors(weights).loss, 1e-14);
    EXPECT_GT(trade.descent, 0);
}

}  // namespace
}  // namespace muonscope

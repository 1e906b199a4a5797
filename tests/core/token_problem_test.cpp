// Experiments with a transformer: which matrices they have, what is trained and measured.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/documents/spec_json.h"
#include "core/experiment/fact_answers.h"
#include "core/experiment/lane.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameters.h"
#include "core/experiment/token_problem.h"
#include "core/experiment/token_tasks/facts_task.h"
#include "core/experiment/token_tasks/small_text.h"
#include "core/experiment/token_view.h"
#include "core/model/transformer/transformer_pass.h"
#include "tests/core/small_tokens.h"
#include "tests/errors.h"

namespace muonscope {
namespace {

using test::small_tokens;

Spec spec_of(const Experiment& experiment) {
    Spec spec;
    spec.experiment = experiment;
    Recipe recipe;
    recipe.name = "AdamW";
    recipe.phases[0].optimizer.kind = OptimizerKind::adamw;
    recipe.phases[0].optimizer.lr = .01;
    spec.lanes = {recipe, recipe};
    spec.lanes[1].name = "Muon inside";
    set(spec, "lanes.1.layers.inside.optimizer.kind", "muon");
    set(spec, "lanes.1.layers.inside.optimizer.lr", .02);
    return spec;
}

std::vector<TaskKind> all_tasks() {
    return {TaskKind::facts, TaskKind::text, TaskKind::copy, TaskKind::modular};
}

TEST(MatrixGroups, count_what_the_model_has) {
    for (const PositionKind positions : {PositionKind::rotary, PositionKind::learned})
        for (const MlpKind mlp : {MlpKind::relu_squared, MlpKind::gelu, MlpKind::swiglu})
            for (const bool tied : {false, true}) {
                Experiment experiment = small_tokens();
                experiment.transformer.positions = positions;
                experiment.transformer.mlp = mlp;
                experiment.transformer.tied = tied;
                EXPECT_EQ(count_of_matrices(experiment),
                          static_cast<int>(matrices_of(experiment).size()));
                const auto problem = make_problem(experiment);
                EXPECT_EQ(problem->start.size(), matrices_of(experiment).size());
            }
    Experiment chain;
    EXPECT_EQ(count_of_matrices(chain), 3);
    EXPECT_TRUE(matrix_groups(chain).empty());
}

TEST(MatrixGroups, are_called_by_number_matrix_kind_block_and_place) {
    const Experiment experiment = small_tokens();
    const auto called = [&](const char* name) { return matrices_called(experiment, name); };
    EXPECT_EQ(called("1"), std::vector{1});
    EXPECT_EQ(called("embedding"), std::vector{1});
    EXPECT_EQ(called("block_2_query"), std::vector{8});
    EXPECT_EQ(called("query"), (std::vector{2, 8}));
    EXPECT_EQ(called("mlp_out"), (std::vector{7, 13}));
    EXPECT_EQ(called("block_2"), (std::vector{8, 9, 10, 11, 12, 13}));
    EXPECT_EQ(called("outside"), (std::vector{1, 14}));
    EXPECT_EQ(called("inside").size(), 12U);
    EXPECT_TRUE(called("15").empty());
    EXPECT_TRUE(called("0").empty());
    EXPECT_TRUE(called("block_3").empty());
    EXPECT_TRUE(matrices_called(Experiment(), "query").empty());
}

TEST(MatrixGroups, say_in_few_words_which_matrices) {
    const Experiment experiment = small_tokens();
    EXPECT_EQ(matrix_words(experiment, matrices_called(experiment, "inside")), "inside blocks");
    EXPECT_EQ(matrix_words(experiment, {1, 14}), "outside blocks");
    EXPECT_EQ(matrix_words(experiment, {2, 5, 8}), "query, block 1 output");
    EXPECT_EQ(matrix_words(Experiment(), {1, 3}), "layer 1, layer 3");
}

TEST(TokenSpec, is_what_its_file_says) {
    for (const TaskKind kind : all_tasks()) {
        Spec spec = spec_of(small_tokens(kind));
        spec.experiment.transformer.mlp = MlpKind::swiglu;
        spec.experiment.transformer.precision = PassNumber::float32;
        const std::string text = to_json(spec);
        EXPECT_EQ(spec_from_json(text, "x"), spec) << text;
        EXPECT_EQ(text.find("\"network\": {"), std::string::npos) << "a chain's are left out";
    }
    Spec chain;
    chain.lanes = {Recipe{}};
    EXPECT_EQ(to_json(chain).find("transformer"), std::string::npos);
}

TEST(TokenSpec, takes_groups_in_files_a_matrix_own_last) {
    const Spec spec = spec_from_json(
        R"({"version": 1, "experiment": {"model": "transformer"}, "lanes": [{"phases": [{
            "optimizer": {"kind": "adamw", "lr": 0.001},
            "layer_optimizers": {"block_1_query": {"lr": 0.5},
                                 "inside": {"kind": "muon", "lr": 0.02}}}]}]})",
        "x");
    const Phase& phase = spec.lanes[0].phases[0];
    EXPECT_EQ(optimizer_of(phase, 1).kind, OptimizerKind::adamw);
    EXPECT_EQ(optimizer_of(phase, 2).lr, 0.5);
    EXPECT_EQ(optimizer_of(phase, 3).kind, OptimizerKind::muon);
}

TEST(TokenSpec, refuses_what_does_not_fit_by_name) {
    const auto refuses = [](const char* path, const char* value, const char* what) {
        Spec spec = spec_of(small_tokens());
        EXPECT_MESSAGE(
            {
                set(spec, path, value);
                validate(spec);
            },
            what);
    };
    refuses("transformer.heads", "3", "transformer.heads: 3 heads do not divide a width of 16");
    refuses("transformer.heads", "16", "do not turn in pairs");
    refuses("transformer.context", "3", "transformer.context: 3 positions are too few");
    refuses("task.subjects", "1025", "task.subjects");
    refuses("init.kind", "aligned", "init.kind: a transformer has no such start");
    refuses("lanes.0.layers.block_3.optimizer.lr", "1", "there is no layer block_3");
    refuses("lanes.0.layers.15.optimizer.lr", "1", "there is no layer 15");
    Spec spec = spec_of(small_tokens());
    spec.lanes[0].phases[0].objective = Objective::layer_target;
    EXPECT_MESSAGE(validate(spec), "a transformer has none");
    spec = spec_of(small_tokens());
    spec.lanes[0].phases[0].until.relative_error = .1;
    EXPECT_MESSAGE(validate(spec), "a cross-entropy has no residual");
    spec = spec_of(small_tokens());
    spec.experiment.task.subjects = 1024;
    spec.experiment.task.relations = 5;
    EXPECT_MESSAGE(validate(spec), "4096 are the most");
    spec = spec_of(small_tokens(TaskKind::text));
    spec.experiment.task.file = "no-such-file.txt";
    EXPECT_MESSAGE(make_problem(spec.experiment), "no-such-file.txt");
}

TEST(TokenSpec, of_another_model_forgets_what_belonged_to_matrices) {
    Spec spec = spec_of(small_tokens());
    set(spec, "model", "chain");
    EXPECT_TRUE(spec.lanes[1].phases[0].layer_optimizers.empty());
    EXPECT_NO_THROW(validate(spec));
    spec.experiment.init.kind = InitKind::aligned;
    spec.experiment.transformer.context = 2;
    set(spec, "model", "transformer");
    set(spec, "task.kind", "copy");
    EXPECT_NO_THROW(validate(spec));
}

// Numbers that a model has not got change nothing of it.
TEST(TokenSpec, hides_what_the_model_has_not) {
    EXPECT_FALSE(applies(small_tokens(), "network.depth"));
    EXPECT_FALSE(applies(small_tokens(), "loss"));
    EXPECT_FALSE(applies(small_tokens(), "task.modulus"));
    EXPECT_TRUE(applies(small_tokens(TaskKind::modular), "task.modulus"));
    EXPECT_TRUE(applies(small_tokens(), "probe.layer"));
    EXPECT_FALSE(applies(Experiment(), "transformer.width"));
    EXPECT_TRUE(applies(Experiment(), "network.depth"));
}

TEST(TokenLane, trains_on_a_batch_drawn_for_its_step_and_measures_the_held_out) {
    for (const TaskKind kind : all_tasks()) {
        const Spec spec = spec_of(small_tokens(kind));
        const auto problem = make_problem(spec.experiment);
        const TransformerSpec shape = transformer_of(spec.experiment);
        Lane lane(problem, spec.lanes[1]);
        const Layout layout(*problem->model, problem->modes, facts_of(spec.experiment));
        lane.follow(layout);

        // By hand, step by step.
        std::vector<Matrix> weights = problem->start;
        std::vector<LayerOptimizer> optimizers;
        std::vector<int> all;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            all.push_back(static_cast<int>(i) + 1);
            optimizers.emplace_back(weights[i].rows(), weights[i].cols(),
                                    optimizer_of(spec.lanes[1].phases[0], all.back()));
        }
        TransformerPass<double> pass(shape);
        for (std::uint64_t step = 0; step < 3; ++step) {
            const TokenBatch batch =
                problem->task->batch(spec.experiment.task.batch, step, TokenPart::training).tokens;
            pass.forward(weights, batch);
            pass.backward(weights, batch, all);
            for (std::size_t i = 0; i < weights.size(); ++i) {
                Matrix update(weights[i].rows(), weights[i].cols());
                optimizers[i].update(pass.gradient(all[i]), weights[i], update);
                weights[i] += update;
            }
            ASSERT_EQ(lane.advance(), Lane::Status::training);
        }
        for (std::size_t i = 0; i < weights.size(); ++i)
            EXPECT_EQ(lane.weights()[i], weights[i]) << problem->model->matrices()[i].name;

        std::vector<double> row(layout.channels());
        lane.measure(layout, spec.experiment.probe, row);
        const double loss =
            pass.forward(weights, problem->task->batch(5, 0, TokenPart::held_out).tokens);
        EXPECT_EQ(row[layout.loss()], loss);
        EXPECT_EQ(layout.product_rank(), 0);
        EXPECT_GT(row[layout.weight_sv(2, 0)], 0);
        EXPECT_TRUE(std::isfinite(row[layout.preservation(2)]));
        EXPECT_TRUE(std::isfinite(row[layout.fidelity(2)]));
        EXPECT_TRUE(std::isnan(row[layout.relative_error()]));
    }
}

TEST(TokenLane, says_the_loss_of_each_fact_by_rank) {
    const Experiment experiment = small_tokens();
    const auto problem = make_problem(experiment);
    std::vector<double> losses(12), probabilities(12);
    answer_facts(*problem, problem->start, losses, probabilities);
    EXPECT_NEAR(problem->fact_frequencies(0),
                static_cast<const FactsTask&>(*problem->task).frequency(0), 1e-15);
    // One by one, from the logits behind "subject relation".
    const int last = static_cast<int>(problem->model->activations().size());
    for (int k = 0; k < 12; ++k) {
        const auto at = static_cast<std::size_t>(2 * k);
        Matrix asked(2, 1);
        asked << problem->fact_questions.tokens[at], problem->fact_questions.tokens[at + 1];
        const Vector logits =
            problem->model->activation(problem->start, last, asked).rightCols(1).col(0);
        const int right = problem->fact_questions.targets[at + 1];
        const double probability = std::exp(logits(right)) / logits.array().exp().sum();
        EXPECT_NEAR(probabilities[static_cast<std::size_t>(k)], probability, 1e-12);
        EXPECT_NEAR(losses[static_cast<std::size_t>(k)], -std::log(probability), 1e-11);
    }
}

// Position by position, from the logits; what is scored to train on is nothing that is held out.
TEST(TokenLane, says_how_often_the_right_token_is_the_likeliest) {
    for (const TaskKind kind : all_tasks()) {
        const Spec spec = spec_of(small_tokens(kind));
        const auto problem = make_problem(spec.experiment);
        Lane lane(problem, spec.lanes[1]);
        for (int i = 0; i < 30; ++i) lane.advance();
        const Layout layout(*problem->model, problem->modes, facts_of(spec.experiment));
        std::vector<double> row(layout.channels());
        lane.measure(layout, spec.experiment.probe, row);
        const int last = static_cast<int>(problem->model->activations().size());
        for (const TokenBatch* batch : {&problem->trained_on, &problem->held_out}) {
            EXPECT_EQ(batch->sequences, spec.experiment.task.held_out);
            Matrix sequences(batch->length, batch->sequences);
            for (std::size_t i = 0; i < batch->positions(); ++i)
                sequences.data()[i] = batch->tokens[i];
            const Matrix logits = problem->model->activation(lane.weights(), last, sequences);
            double right = 0, loss = 0, asked = 0;
            for (std::size_t i = 0; i < batch->positions(); ++i) {
                if (batch->weight(i) == 0) continue;
                const auto column = logits.col(static_cast<Eigen::Index>(i));
                const double of_target = column(batch->targets[i]);
                right += of_target == column.maxCoeff() ? 1 : 0;
                loss += std::log(column.array().exp().sum()) - of_target;
                asked += 1;
            }
            const bool trained = batch == &problem->trained_on;
            EXPECT_NEAR(row[trained ? layout.training_accuracy() : layout.held_out_accuracy()],
                        right / asked, 1e-12);
            EXPECT_NEAR(row[trained ? layout.training_loss() : layout.loss()], loss / asked, 1e-10);
            if (trained && kind != TaskKind::text) {
                EXPECT_GT(right, 0);
            }
        }
    }
    const Layout chain(Chain(NetworkSpec{}), 4);
    EXPECT_FALSE(chain.has_task());
    const std::vector<std::string> columns = channel_names(chain);
    EXPECT_EQ(std::count(columns.begin(), columns.end(), "training_loss"), 0);
}

TEST(TokenLane, scores_modular_addition_on_pairs_of_either_part) {
    const auto problem = make_problem(small_tokens(TaskKind::modular));
    std::set<std::pair<int, int>> parts[2];
    const TokenBatch* batches[] = {&problem->trained_on, &problem->held_out};
    for (int part : {0, 1})
        for (std::size_t i = 0; i < batches[part]->positions(); i += 3)
            parts[part].insert({batches[part]->tokens[i], batches[part]->tokens[i + 1]});
    for (const auto& pair : parts[0]) EXPECT_FALSE(parts[1].contains(pair));
    EXPECT_NE(problem->trained_on.tokens,
              problem->task->batch(5, 0, TokenPart::training).tokens.tokens)
        << "those of the first step would be known sooner than others";
}

// Where all logits are nearly alike: ln of how many tokens there are, and one in p right.
TEST(TokenLane, begins_modular_addition_at_the_log_of_the_vocabulary) {
    Experiment experiment = small_tokens(TaskKind::modular);
    experiment.init.scale = 1e-9;
    experiment.task.held_out = 256;
    const Spec spec = spec_of(experiment);
    const auto problem = make_problem(experiment);
    Lane lane(problem, spec.lanes[0]);
    const Layout layout(*problem->model, problem->modes);
    std::vector<double> row(layout.channels());
    lane.measure(layout, experiment.probe, row);
    EXPECT_NEAR(row[layout.training_loss()], std::log(6.0), 1e-7);
    EXPECT_NEAR(row[layout.loss()], std::log(6.0), 1e-7);
}

// Against Eigen's least squares on what leaves the block, each column as long as the head gets it.
TEST(TokenLane, probes_the_stream_that_leaves_a_block) {
    Experiment experiment = small_tokens(TaskKind::text);
    experiment.probe = {.layer = 1, .steps = 1, .lr = 0.1};
    const auto problem = make_problem(experiment);
    const Matrix stream = problem->model->activation(problem->start, 2, problem->data.inputs);
    Matrix h = stream;
    for (Eigen::Index j = 0; j < h.cols(); ++j) h.col(j) *= 4 / h.col(j).norm();
    Matrix labels = Matrix::Zero(256, h.cols());
    for (Eigen::Index j = 0; j < h.cols(); ++j)
        labels(static_cast<Eigen::Index>(problem->data.labels.data()[j]), j) = 1;
    const Matrix head = h.transpose().colPivHouseholderQr().solve(labels.transpose()).transpose();
    const auto positions = static_cast<double>(h.cols());
    Probe probe(problem);
    const ProbeResult result = probe.measure(problem->start, experiment.probe);
    EXPECT_NEAR(result.floor, 0.5 * (head * h - labels).squaredNorm() / positions, 1e-12);
    // One step from zero at rate .1.
    const Matrix moved = 0.1 / positions * labels * h.transpose();
    EXPECT_NEAR(result.after_k, 0.5 * (moved * h - labels).squaredNorm() / positions, 1e-12);
}

TEST(TokenLane, goes_on_from_a_state_to_the_same_bits_and_takes_another_optimiser) {
    const Spec spec = spec_of(small_tokens());
    const auto problem = make_problem(spec.experiment);
    Lane lane(problem, spec.lanes[0]);
    for (int i = 0; i < 5; ++i) lane.advance();
    const Lane::State state = lane.state();
    for (int i = 0; i < 5; ++i) lane.advance();
    Lane again(problem, spec.lanes[0]);
    again.set_state(state);
    for (int i = 0; i < 5; ++i) again.advance();
    EXPECT_EQ(again.state_hash(), lane.state_hash());
    // In mid-run from AdamW to Muon inside.
    const std::vector<MomentumFate> fates = again.set_recipe(spec.lanes[1], true);
    EXPECT_EQ(fates.size(), 14U);
    ASSERT_EQ(again.advance(), Lane::Status::training);
    EXPECT_NE(again.state_hash(), lane.state_hash());
}

TEST(TokenProblem, starts_as_its_law_says) {
    Experiment experiment = small_tokens();
    experiment.transformer.width = 64;
    experiment.transformer.hidden = 128;
    experiment.init.scale = 0.5;
    const auto problem = make_problem(experiment);
    const auto sd = [&](int number) {
        const Matrix& matrix = problem->start[static_cast<std::size_t>(number - 1)];
        return matrix.norm() / std::sqrt(static_cast<double>(matrix.size()));
    };
    EXPECT_NEAR(sd(1), 0.5, 0.03);
    EXPECT_NEAR(sd(2), 0.5 / 8, 0.002);
    EXPECT_NEAR(sd(5), 0.5 / 8 / 2, 0.001) << "what leaves one of two blocks: over the root of 4";
    experiment.init.kind = InitKind::orthogonal;
    const Matrix query = make_problem(experiment)->start[1];
    EXPECT_LT((query.transpose() * query - 0.25 * Matrix::Identity(64, 64)).norm(), 1e-12);
}

TEST(TokenView, shows_where_heads_look_and_what_is_likeliest) {
    const Experiment experiment = small_tokens(TaskKind::copy);
    const auto problem = make_problem(experiment);
    const TokenView view = token_view(*problem, problem->start, 2);
    ASSERT_EQ(view.attention.size(), 2U);
    ASSERT_EQ(view.attention[0].size(), 2U);
    const Matrix& map = view.attention[1][1];
    for (Eigen::Index query = 0; query < map.cols(); ++query)
        EXPECT_NEAR(map.col(query).sum(), 1, 1e-12);
    EXPECT_FALSE(view.answers.empty());
    for (const TokenView::Answer& answer : view.answers) {
        EXPECT_LE(answer.probability, answer.best);
        EXPECT_EQ(answer.right, problem->data.labels(answer.position, 2));
    }
    // At temperature 0 the likeliest comes next.
    std::vector<int> tokens(view.tokens.begin(),
                            view.tokens.begin() + view.answers[0].position + 1);
    EXPECT_EQ(next_token(*problem, problem->start, tokens, 0, 1), view.answers[0].likeliest);
    EXPECT_EQ(next_token(*problem, problem->start, tokens, 1, 3),
              next_token(*problem, problem->start, tokens, 1, 3));
}

TEST(SmallText, is_long_enough_and_all_of_it_can_be_shown) {
    const std::string& text = small_text();
    EXPECT_GE(text.size(), 65536U);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || (c >= 32 && c < 127); }));
    EXPECT_NE(text.find(" look for the "), std::string::npos);
    EXPECT_EQ(text.find("  "), std::string::npos);
}

}  // namespace
}  // namespace muonscope

#include "core/experiment/token_problem.h"

#include <algorithm>
#include <cmath>

#include "core/base/progress.h"
#include "core/experiment/associations.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/token_tasks/facts_task.h"
#include "core/linalg/reductions.h"
#include "core/model/transformer/transformer.h"
#include "core/model/transformer/transformer_pass.h"
#include "core/random/generator.h"

namespace muonscope {

namespace {

// A head is fitted to so many positions at most: its cost is that of singular vectors.
constexpr std::size_t most_probed = 512;
// Sequences to be scored are those of a step that no run comes to.
constexpr std::uint64_t step_of_scores = std::uint64_t{1} << 62;

bool is_looked_up(const MatrixInfo& matrix) {
    return matrix.kind == MatrixKind::embedding || matrix.kind == MatrixKind::positions;
}

bool leaves_a_block(const MatrixInfo& matrix) {
    return matrix.kind == MatrixKind::attention_output || matrix.kind == MatrixKind::mlp_out;
}

std::vector<Matrix> start_of(const Experiment& experiment) {
    const InitSpec& init = experiment.init;
    const std::vector<MatrixInfo> matrices = matrices_of(experiment);
    std::vector<Matrix> start;
    for (const MatrixInfo& matrix : matrices) {
        work_point("weights of matrix", static_cast<int>(start.size()),
                   static_cast<int>(matrices.size()));
        double scale = init.scale;
        if (leaves_a_block(matrix)) scale /= std::sqrt(2.0 * experiment.transformer.blocks);
        Generator generator(experiment.seed, Purpose::start, start.size() + 1);
        if (init.kind == InitKind::orthogonal) {
            start.emplace_back(scale * generator.orthogonal_matrix(matrix.rows, matrix.cols));
            continue;
        }
        if (!is_looked_up(matrix)) scale /= std::sqrt(static_cast<double>(matrix.cols));
        start.emplace_back(scale * generator.normal_matrix(matrix.rows, matrix.cols));
    }
    return start;
}

// Columns are sequences; nothing is asked where a label is -1.
Regression regression_of(const TokenBatch& batch) {
    Regression data;
    data.loss = LossKind::cross_entropy;
    data.inputs.resize(batch.length, batch.sequences);
    data.labels.resize(batch.length, batch.sequences);
    for (std::size_t i = 0; i < batch.positions(); ++i) {
        data.inputs.data()[i] = batch.tokens[i];
        data.labels.data()[i] = batch.weight(i) > 0 ? batch.targets[i] : -1;
    }
    return data;
}

void make_token_probe(Problem& problem) {
    const Matrix& labels = problem.data.labels;
    for (Eigen::Index i = 0; i < labels.size(); ++i)
        if (labels.data()[i] >= 0 && problem.probe_positions.size() < most_probed)
            problem.probe_positions.push_back(static_cast<int>(i));
    const auto count = static_cast<Eigen::Index>(problem.probe_positions.size());
    problem.probe_labels = Matrix::Zero(problem.model->outputs(), count);
    for (Eigen::Index j = 0; j < count; ++j) {
        const double token = labels.data()[problem.probe_positions[static_cast<std::size_t>(j)]];
        problem.probe_labels(static_cast<Eigen::Index>(token), j) =
            1 / std::sqrt(static_cast<double>(count));
    }
}

}  // namespace

std::shared_ptr<const Problem> make_token_problem(const Experiment& experiment) {
    work_span(0, 0.2);
    work_point("task", 0, 1);
    auto problem = std::make_shared<Problem>();
    problem->experiment = experiment;
    problem->model = std::make_shared<Transformer>(transformer_of(experiment));
    std::unique_ptr<const TokenTask> task =
        make_task(experiment.task, experiment.transformer.context, experiment.seed);
    if (const auto* facts = dynamic_cast<const FactsTask*>(task.get())) {
        problem->fact_questions = facts->questions();
        problem->fact_frequencies = zipf_frequencies(facts->facts(), experiment.task.exponent);
    }
    problem->task = std::move(task);
    const int scored = experiment.task.held_out;
    problem->held_out = problem->task->batch(scored, 0, TokenPart::held_out).tokens;
    problem->trained_on = problem->task->batch(scored, step_of_scores, TokenPart::training).tokens;
    problem->data = regression_of(problem->held_out);
    work_span(0.2, 0.5);
    problem->start = start_of(experiment);
    make_token_probe(*problem);
    return problem;
}

std::vector<Matrix> streams(const Problem& problem, const std::vector<Matrix>& weights,
                            const Matrix& sequences) {
    const TransformerSpec spec = transformer_of(problem.experiment);
    TransformerPass<double> pass(spec);
    pass.forward(weights, unasked(sequences, spec.vocabulary));
    std::vector<Matrix> streams;
    for (int block = 0; block <= spec.blocks; ++block) streams.emplace_back(pass.stream(block));
    return streams;
}

Matrix probed_stream(const Problem& problem, const std::vector<Matrix>& weights, int layer) {
    const int block = std::clamp(layer, 1, problem.experiment.transformer.blocks);
    const Matrix stream = problem.model->activation(weights, block + 1, problem.data.inputs);
    const std::vector<int>& positions = problem.probe_positions;
    const auto width = static_cast<double>(stream.rows());
    Matrix probed(stream.rows(), static_cast<Eigen::Index>(positions.size()));
    for (std::size_t j = 0; j < positions.size(); ++j) {
        const auto column = stream.col(positions[j]);
        const double length = norm(column);
        probed.col(static_cast<Eigen::Index>(j)) =
            column *
            (length > 0 ? std::sqrt(width / static_cast<double>(positions.size())) / length : 0.0);
    }
    return probed;
}

}  // namespace muonscope

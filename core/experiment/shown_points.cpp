#include "core/experiment/shown_points.h"

#include "core/experiment/item_tree.h"
#include "core/experiment/projection.h"
#include "core/experiment/shown_positions.h"
#include "core/experiment/teacher.h"
#include "core/experiment/token_problem.h"
#include "core/model/chain.h"
#include "core/model/transformer/rms_norm.h"

#include <algorithm>

namespace muonscope {
namespace {

constexpr double most_items = 256, most_of_a_class = 24;

int affordable(const Problem& problem, double all) {
    const double legible = problem.experiment.target.kind == TargetKind::tree
                               ? most_items
                               : most_of_a_class * std::max(problem.experiment.classes.count, 1);
    const double wanted = std::min(all, legible);
    return static_cast<int>(
        std::clamp(3e7 / multiply_adds(problem, 1), std::min(8.0, wanted), std::max(wanted, 0.0)));
}

// A target with a tanh in it is no matrix.
Matrix answers(const Problem& problem, const Matrix& inputs) {
    const Experiment& experiment = problem.experiment;
    if (experiment.target.kind != TargetKind::teacher) return problem.target * inputs;
    const std::vector<Matrix> teacher = make_teacher(experiment);
    return representation(teacher, static_cast<int>(teacher.size()), inputs, experiment.network);
}

}  // namespace

ShownPoints shown_points(const Problem& problem) {
    if (problem.task) return shown_positions(problem);
    ShownPoints shown;
    shown.tree = problem.experiment.target.kind == TargetKind::tree;
    const Eigen::Index in = problem.target.cols();
    const Eigen::Index all = shown.tree ? in : problem.points.cols();
    const int count = affordable(problem, static_cast<double>(all));
    const std::vector<std::vector<int>> levels =
        shown.tree ? tree_branches(in) : std::vector<std::vector<int>>{problem.point_class};
    shown.inputs = Matrix::Zero(in, count);
    for (int i = 0; i < count; ++i) {
        const Eigen::Index number = i * all / count;
        shown.numbers.push_back(static_cast<int>(number));
        if (shown.tree)
            shown.inputs(number, i) = 1;
        else
            shown.inputs.col(i) = problem.points.col(number);
    }
    for (const std::vector<int>& level : levels) {
        std::vector<int> kinds;
        for (const int number : shown.numbers)
            kinds.push_back(number < static_cast<int>(level.size())
                                ? level[static_cast<std::size_t>(number)]
                                : 0);
        shown.classes.push_back(level.empty() ? 1
                                              : 1 + *std::max_element(level.begin(), level.end()));
        shown.levels.push_back(std::move(kinds));
    }
    shown.targets = answers(problem, shown.inputs);
    for (const MatrixInfo& matrix : problem.model->matrices()) shown.places.push_back(matrix.name);
    if (!shown.places.empty()) shown.places.back() = "output";
    return shown;
}

std::vector<Matrix> states_of(const ShownPoints& shown, const Problem& problem,
                              const std::vector<Matrix>& weights) {
    if (!problem.task) return layer_points(problem, weights, shown.inputs);
    std::vector<Matrix> states;
    if (!fits(problem, weights)) return states;
    for (const Matrix& stream : streams(problem, weights, shown.inputs)) {
        Matrix at(stream.rows(), shown.points());
        for (Eigen::Index i = 0; i < at.cols(); ++i)
            at.col(i) = stream.col(shown.positions[static_cast<std::size_t>(i)]);
        RmsNorm<double> norm;
        norm.reserve(at.cols());
        norm.forward(at, states.emplace_back(stream.rows(), at.cols()));
    }
    return states;
}

}  // namespace muonscope

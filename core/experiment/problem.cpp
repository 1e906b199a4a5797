#include "core/experiment/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <string>

#include "core/base/elementary.h"
#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/experiment/associations.h"
#include "core/experiment/item_tree.h"
#include "core/experiment/stream_draws.h"
#include "core/experiment/teacher.h"
#include "core/experiment/token_problem.h"
#include "core/linalg/dense_factors.h"
#include "core/linalg/reductions.h"
#include "core/model/chain.h"
#include "core/random/generator.h"
#include "core/random/given_spectrum.h"
#include "core/weights/tensor_reference.h"

namespace muonscope {

namespace {

constexpr int softmax_classes = 8;

Matrix read_matrix(const std::string& key, const std::string& path, Eigen::Index rows,
                   Eigen::Index cols) {
    if (path.empty())
        throw Error(key, "no file is named",
                    "give the path of a .npy file, or FILE#TENSOR of a model file");
    Matrix matrix = read_reference(path);
    if (matrix.rows() != rows || matrix.cols() != cols)
        throw Error(key,
                    fmt::format("{} is {} x {}, but the network asks for {} x {}", path,
                                matrix.rows(), matrix.cols(), rows, cols),
                    "save it as outputs x inputs or change the widths");
    if (!matrix.allFinite())
        throw Error(key, fmt::format("{} holds numbers that are not finite", path),
                    "replace NaN and infinity by numbers");
    return matrix;
}

Matrix target_with_spectrum(const Vector& spectrum, std::uint64_t seed, Eigen::Index out,
                            Eigen::Index in) {
    Generator left(seed, Purpose::target, 0), right(seed, Purpose::target, 1);
    return with_spectrum(spectrum, out, in, left, right);
}

// Items and features (Saxe, McClelland, Ganguli 2014, fig. 1): a feature belongs to a node of the
// tree of items and is present in the items below it. Here item j is input j. Output i is node i in
// breadth-first order: fewer outputs leave out the finest distinctions, more outputs begin again at
// the root.
Matrix tree_features(Eigen::Index out, Eigen::Index in) {
    const std::vector<TreeNode> nodes = tree_nodes(in);
    Matrix features = Matrix::Zero(out, in);
    for (Eigen::Index i = 0; i < out; ++i) {
        const TreeNode& node = nodes[static_cast<std::size_t>(i) % nodes.size()];
        features.row(i).segment(node.begin, node.items()).setOnes();
    }
    return features;
}

Matrix make_target(const TargetSpec& spec, std::uint64_t seed, Eigen::Index out, Eigen::Index in) {
    const Eigen::Index rank = std::min<Eigen::Index>({spec.modes, out, in});
    Vector spectrum(rank);
    const double entry_scale = 1.0 / std::sqrt(static_cast<double>(in));
    switch (spec.kind) {
        case TargetKind::gaussian:
            return spec.scale * entry_scale *
                   Draws(spec.stream, spec.stream_seed, seed, Purpose::target)
                       .normal_matrix(out, in);
        case TargetKind::exponential:
            for (Eigen::Index k = 0; k < rank; ++k)
                spectrum(k) = spec.scale * elementary::pow(spec.decay, static_cast<double>(k));
            return target_with_spectrum(spectrum, seed, out, in);
        case TargetKind::power_law:
            for (Eigen::Index k = 0; k < rank; ++k)
                spectrum(k) =
                    spec.scale * elementary::pow(static_cast<double>(k + 1), -spec.exponent);
            return target_with_spectrum(spectrum, seed, out, in);
        case TargetKind::low_rank:
            // Evenly spaced down to scale / modes: no two modes share a singular value.
            for (Eigen::Index k = 0; k < rank; ++k)
                spectrum(k) =
                    spec.scale * (1.0 - static_cast<double>(k) / static_cast<double>(rank));
            return target_with_spectrum(spectrum, seed, out, in) +
                   spec.noise * entry_scale *
                       Generator(seed, Purpose::target, 2).normal_matrix(out, in);
        case TargetKind::tree: {
            const Matrix features = tree_features(out, in);
            return features * (spec.scale / singular_values(features)(0));
        }
        case TargetKind::teacher:  // make_problem() asks the teacher itself
        case TargetKind::file:
            break;
    }
    return read_matrix("target.file", spec.file, out, in);
}

// Balanced and aligned: W_l = R_l D R_{l-1}^T with R_0 = V, R_L = U, Haar R_l between, and D
// `scale` along the diagonal of a w_l x w_{l-1} matrix, so that W_{l+1}^T W_{l+1} = W_l W_l^T on
// equal widths and every mode of the product starts in the target's own basis.
std::vector<Matrix> aligned_start(double scale, const std::vector<int>& widths, const ThinSvd& svd,
                                  std::uint64_t seed) {
    const std::size_t depth = widths.size() - 1;
    std::vector<Matrix> start;
    Matrix before = complete_basis(svd.v);
    for (std::size_t l = 1; l <= depth; ++l) {
        work_point("weights of layer", static_cast<int>(l) - 1, static_cast<int>(depth));
        const Matrix after =
            l == depth ? complete_basis(svd.u)
                       : Generator(seed, Purpose::start, l).orthogonal_matrix(widths[l], widths[l]);
        const Eigen::Index rank = std::min(after.cols(), before.cols());
        start.emplace_back(scale * after.leftCols(rank) * before.leftCols(rank).transpose());
        before = after;
    }
    return start;
}

// U diag(s) V^T with random U, V and s_k = scale * condition^(-k/(n - 1)).
Matrix conditioned_matrix(Eigen::Index out, Eigen::Index in, const InitSpec& init,
                          Generator& generator) {
    const Eigen::Index n = std::min(out, in);
    Vector s(n);
    for (Eigen::Index k = 0; k < n; ++k)
        s(k) = init.scale *
               elementary::pow(init.condition,
                               n > 1 ? -static_cast<double>(k) / static_cast<double>(n - 1) : 0.0);
    return with_spectrum(s, out, in, generator, generator);
}

std::vector<Matrix> make_start(const Experiment& experiment, const std::vector<int>& widths,
                               const ThinSvd& target_svd) {
    const InitSpec& init = experiment.init;
    const std::size_t depth = widths.size() - 1;
    if (init.kind == InitKind::aligned)
        return aligned_start(init.scale, widths, target_svd, experiment.seed);
    if (init.kind == InitKind::files && init.files.size() != depth)
        throw Error("init.files", fmt::format("{} files for {} layers", init.files.size(), depth),
                    "name one .npy file for each layer, first layer first");
    const auto stream_seed = [&](std::size_t layer) {
        const std::vector<int>& seeds = init.stream_seeds;
        return seeds.empty() ? 0 : seeds[std::min(layer, seeds.size()) - 1];
    };
    std::optional<Draws> draws;  // of the layers of one stream seed
    std::vector<Matrix> start;
    for (std::size_t l = 1; l <= depth; ++l) {
        work_point("weights of layer", static_cast<int>(l) - 1, static_cast<int>(depth));
        const Eigen::Index out = widths[l];
        const Eigen::Index in = widths[l - 1];
        Generator generator(experiment.seed, Purpose::start, l);
        switch (init.kind) {
            case InitKind::gaussian:
                if (!draws || stream_seed(l) != stream_seed(l - 1))
                    draws.emplace(init.stream, stream_seed(l), experiment.seed, Purpose::start);
                start.emplace_back(init.scale / std::sqrt(static_cast<double>(in)) *
                                   draws->normal_matrix(out, in, l));
                break;
            case InitKind::orthogonal:
                start.emplace_back(init.scale * generator.orthogonal_matrix(out, in));
                break;
            case InitKind::conditioned:
                start.push_back(conditioned_matrix(out, in, init, generator));
                break;
            case InitKind::scaled_identity:
                start.emplace_back(init.scale * Matrix::Identity(out, in));
                break;
            case InitKind::files:
                start.push_back(read_matrix(fmt::format("init.files (layer {})", l),
                                            init.files[l - 1], out, in));
                break;
            case InitKind::aligned:
                break;
        }
    }
    return start;
}

// W_1* = S^(1/F) V^T, ..., W_F* = U S^(1/F) over the target's modes, F = target_factors(); the rest
// of an inner width stays empty. Empty when a layer is too narrow for the modes, the last of them
// has not the target's outputs, or a tanh stands between them.
std::vector<Matrix> balanced_factors(const ThinSvd& svd, const Experiment& experiment,
                                     const std::vector<int>& widths) {
    const std::size_t count = target_factors(experiment);
    const Eigen::Index modes = svd.s.size();
    for (std::size_t l = 1; l < count; ++l)
        if (has_tanh(experiment.network, static_cast<int>(l)) || widths[l] < modes) return {};
    if (widths[count] != widths.back()) return {};
    const Vector root = svd.s.unaryExpr(
        [count](double s) { return elementary::pow(s, 1.0 / static_cast<double>(count)); });
    std::vector<Matrix> factors;
    for (std::size_t l = 1; l <= count; ++l) {
        Matrix factor = Matrix::Zero(widths[l], widths[l - 1]);
        if (count == 1)
            factor = svd.u * svd.s.asDiagonal() * svd.v.transpose();
        else if (l == 1)
            factor.topRows(modes) = root.asDiagonal() * svd.v.transpose();
        else if (l == count)
            factor.leftCols(modes) = svd.u * root.asDiagonal();
        else
            factor.topLeftCorner(modes, modes) = root.asDiagonal();
        factors.push_back(std::move(factor));
    }
    return factors;
}

// The target's decomposition with the signs that the experiment asks for.
ThinSvd signed_svd(const Problem& problem) {
    const TargetSpec& target = problem.experiment.target;
    if (target.signs == TargetSigns::own && target.stream != Stream::own)
        return thin_svd(problem.target, Signs::householder);
    ThinSvd svd = problem.target_svd;
    if (target.signs != TargetSigns::random) return svd;
    Generator generator(problem.experiment.seed, Purpose::signs,
                        static_cast<std::uint64_t>(target.signs_seed));
    for (Eigen::Index k = 0; k < svd.s.size(); ++k)
        if (generator.below(2) == 1) {
            svd.u.col(k) *= -1.0;
            svd.v.col(k) *= -1.0;
        }
    return svd;
}

// The row of the largest entry of each column.
std::vector<int> largest_entries(const Matrix& matrix) {
    std::vector<int> rows;
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) {
        Eigen::Index best = 0;
        matrix.col(j).maxCoeff(&best);
        rows.push_back(static_cast<int>(best));
    }
    return rows;
}

// Y = A X + noise, with a teacher F(X) + noise; whitened: A.
Matrix make_labels(const Problem& problem, const std::vector<Matrix>& teacher) {
    const DataSpec& data = problem.experiment.data;
    if (data.kind == DataKind::whitened) return problem.target;
    Matrix labels = teacher.empty()
                        ? Matrix(problem.target * problem.data.inputs)
                        : representation(teacher, static_cast<int>(teacher.size()),
                                         problem.data.inputs, problem.experiment.network);
    if (data.noise > 0)
        labels += data.noise * Generator(problem.experiment.seed, Purpose::noise)
                                   .normal_matrix(labels.rows(), labels.cols());
    return labels;
}

void make_probe(Problem& problem) {
    const std::uint64_t seed = problem.experiment.seed;
    const Eigen::Index in = problem.target.cols();
    const double entry_scale = 1.0 / std::sqrt(static_cast<double>(in));
    switch (problem.experiment.probe.task) {
        case ProbeTask::target:
            problem.probe_labels = problem.target;
            break;
        case ProbeTask::random_labels:
            problem.probe_labels =
                entry_scale *
                Generator(seed, Purpose::probe).normal_matrix(problem.target.rows(), in);
            break;
        case ProbeTask::softmax: {
            const ProbeSpec& probe = problem.experiment.probe;
            Draws draws(probe.stream, probe.stream_seed, seed, Purpose::probe);
            problem.probe_inputs = draws.samples(in, probe.samples, 1);
            const Matrix teacher = draws.normal_matrix(softmax_classes, in, 0);
            const Matrix scores = teacher * problem.probe_inputs;
            problem.probe_labels = Matrix::Zero(softmax_classes, probe.samples);
            for (Eigen::Index j = 0; j < probe.samples; ++j) {
                Eigen::Index best = 0;
                scores.col(j).maxCoeff(&best);
                problem.probe_labels(best, j) = 1.0;
            }
            break;
        }
    }
}

// What the loss sees, of the problem's target.
void make_data(Problem& problem, const std::vector<Matrix>& teacher) {
    const Experiment& experiment = problem.experiment;
    const DataSpec& data = experiment.data;
    Regression& to = problem.data;
    to.loss = experiment.loss;
    if (data.kind == DataKind::samples)
        to.inputs = Draws(data.stream, data.stream_seed, experiment.seed, Purpose::inputs)
                        .samples(problem.target.cols(), data.samples);
    to.labels = make_labels(problem, teacher);
    if (to.loss == LossKind::cross_entropy) to.classes = largest_entries(to.labels);
}

// Keys, values and their frequencies in its place; the target is the map between them.
void make_associated(Problem& problem, Eigen::Index out, Eigen::Index in) {
    const Experiment& experiment = problem.experiment;
    Associations all = make_associations(experiment.data, experiment.seed, out, in);
    problem.target = all.values * all.keys.transpose();
    problem.fact_frequencies = all.frequencies;
    problem.data = {.inputs = std::move(all.keys),
                    .labels = std::move(all.values),
                    .loss = experiment.loss,
                    .weights = std::move(all.frequencies)};
    if (experiment.loss != LossKind::cross_entropy) return;
    problem.data.readout = problem.data.labels;
    problem.data.classes.resize(static_cast<std::size_t>(experiment.data.facts));
    std::iota(problem.data.classes.begin(), problem.data.classes.end(), 0);
}

// Classes around means of length 1 on a circle in the plane of the target's two leading right
// singular directions; isotropic spread in all of input space.
void make_points(Problem& problem) {
    const ClassesSpec& spec = problem.experiment.classes;
    const Eigen::Index in = problem.target.cols();
    const Matrix basis = complete_basis(problem.target_svd.v);
    Generator generator(problem.experiment.seed, Purpose::classes);
    problem.points.resize(in, static_cast<Eigen::Index>(spec.count) * spec.points);
    problem.point_class.clear();
    Eigen::Index column = 0;
    for (int c = 0; c < spec.count; ++c) {
        const double half_turns = 2.0 * c / spec.count;
        Vector mean = elementary::cos_pi(half_turns) * basis.col(0);
        if (in > 1) mean += elementary::sin_pi(half_turns) * basis.col(1);
        for (int p = 0; p < spec.points; ++p, ++column) {
            problem.points.col(column) = mean + spec.spread * generator.normal_matrix(in, 1);
            problem.point_class.push_back(c);
        }
    }
}

}  // namespace

std::shared_ptr<const Problem> make_problem(const Experiment& experiment) {
    if (is_transformer(experiment)) return make_token_problem(experiment);
    // Half of what a session needs; the first measures are the other.
    work_span(0, 0.1);
    work_point("target", 0, 1);
    auto problem = std::make_shared<Problem>();
    problem->experiment = experiment;
    problem->model = std::make_shared<Chain>(experiment.network);
    const std::vector<int> widths = layer_widths(experiment.network);
    const Eigen::Index in = widths.front();
    const Eigen::Index out = widths.back();

    const bool associated = experiment.data.kind == DataKind::associations;
    std::vector<Matrix> teacher;
    if (associated) {
        make_associated(*problem, out, in);
    } else if (experiment.target.kind == TargetKind::teacher) {
        teacher = make_teacher(experiment);
        problem->target = product(teacher, experiment.network);
    } else {
        problem->target = make_target(experiment.target, experiment.seed, out, in);
    }
    problem->target_norm = norm(problem->target);
    if (!std::isfinite(problem->target_norm * problem->target_norm))
        throw Error("target", "the square of its norm is not finite", "give a smaller scale");
    if (problem->target_norm == 0)
        throw Error("target", "it is zero, so no relative error is defined",
                    "give a target with at least one non-zero entry");
    work_span(0.1, 0.25);
    work_point("singular values of the target", 0, 1);
    problem->target_svd = thin_svd(problem->target);
    const Vector& s = problem->target_svd.s;
    problem->modes = static_cast<int>((s.array() > 1e-9 * s(0)).count());

    work_span(0.25, 0.4);
    problem->start = make_start(experiment, widths, problem->target_svd);
    work_span(0.4, 0.5);
    work_point("data and probe", 0, 1);
    if (!associated) make_data(*problem, teacher);
    const ThinSvd svd = signed_svd(*problem);
    const ThinSvd modes{svd.u.leftCols(problem->modes), s.head(problem->modes),
                        svd.v.leftCols(problem->modes)};
    problem->layer_targets = balanced_factors(modes, experiment, widths);
    work_point();
    make_probe(*problem);
    work_point();
    make_points(*problem);
    return problem;
}

Cloned<Backpropagation> backpropagation_of(const std::shared_ptr<const Problem>& problem) {
    return problem->model->backpropagation({problem, &problem->data});
}

}  // namespace muonscope

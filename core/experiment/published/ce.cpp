#include <string>

#include "core/experiment/lane.h"
#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "core/measure/gauss_newton.h"
#include "core/model/softmax_regression.h"

// Cross-entropy probe: softmax regression on the features of layer 1 as phase 1 of "staged" left
// it, and how well one step of it is known beforehand from the Gauss-Newton matrix.
namespace muonscope {
namespace {

Work<std::vector<Figure>> figures_of(Spec spec, std::size_t arm, Watch& watch) {
    const auto problem = make_problem(spec.experiment);
    Lane lane(problem, spec.lanes[arm]);
    co_await run_to(lane, *lane.recipe().phases[0].until.steps, watch);
    co_await watch.at(0.4);
    const ProbeSpec& probe = spec.experiment.probe;
    const double lr = probe.lr;

    const Matrix features = lane.weights().front() * problem->probe_inputs;  // 64 x n
    SoftmaxRegression regression(features.transpose(), problem->probe_labels.transpose());
    const double loss_0 = regression.evaluate();
    const Matrix curvature = gauss_newton_matrix(regression.features(), regression.probabilities());
    co_await watch.at(0.6);
    const double predicted = predicted_drop(regression.gradient(), curvature, lr);
    const double flatness = gauss_newton_flatness(curvature);
    double loss_1 = 0, loss = loss_0;
    for (int t = 1; t <= probe.steps; ++t) {
        co_await watch.at(0.7 + 0.3 * t / probe.steps);
        regression.step(lr);
        loss = regression.evaluate();
        if (t == 1) loss_1 = loss;
    }

    const std::string path = arm == 0 ? "ce_probe/sgd/" : "ce_probe/muon/";
    const std::string name = spec.lanes[arm].name + ": ";
    std::vector<Figure> figures{
        {path + "one_step_drop", name + "loss lost in the first step", loss_0 - loss_1, "{:.6f}"},
        {path + "predicted_drop", name + "  predicted", predicted, "{:.6f}"},
        {path + "gn_flatness", name + "flatness of the Gauss–Newton matrix", flatness, "{:.4f}"},
        {path + "loss_0", name + "loss at step 0", loss_0, "{:.4f}"},
        {path + "loss_80", name + "loss at step 80", loss, "{:.4f}"}};
    co_return figures;
}

}  // namespace

std::vector<Job> ce_jobs(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (std::size_t arm = 0; arm < 2; ++arm)
        jobs.push_back({arm == 0 ? "SGD" : "Muon", 0.5, [shift, arm](Watch& watch) {
                            return figures_of(ce_spec(shift), arm, watch);
                        }});
    return jobs;
}

}  // namespace muonscope

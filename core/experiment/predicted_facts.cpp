#include "core/experiment/predicted_facts.h"

#include "core/experiment/loss_scale.h"
#include "core/optim/schedule.h"
#include "core/theory/facts.h"

namespace muonscope {
namespace {

// Steps along U Vᵀ of G = U S Vᵀ, of a length that the gradient has no part in.
bool is_exact_polar(const OptimizerSpec& spec) {
    const bool exact =
        spec.kind == OptimizerKind::spectral
            ? spec.orthogonaliser.power == 0
            : spec.kind == OptimizerKind::muon && (spec.orthogonaliser.engine == Engine::svd);
    return exact && spec.norm_law == NormLaw::constant && spec.shape_scale == ShapeScale::none;
}

}  // namespace

bool facts_theory_covers(const Experiment& experiment, const Recipe& recipe) {
    const DataSpec& data = experiment.data;
    if (is_transformer(experiment) || data.kind != DataKind::associations ||
        data.keys != VectorKind::orthonormal || data.values != VectorKind::orthonormal ||
        has_minibatches(experiment) || experiment.network.depth != 1 ||
        experiment.network.activation != Activation::linear || experiment.init.scale != 0 ||
        experiment.init.kind == InitKind::files || recipe.phases.size() != 1)
        return false;
    const Phase& phase = recipe.phases.front();
    const OptimizerSpec& optimizer = optimizer_of(phase, 1);
    if (!trains(phase, 1) || phase.objective != Objective::network || optimizer.momentum != 0 ||
        optimizer.decay != Decay::none || optimizer.radial_only)
        return false;
    if (optimizer.kind == OptimizerKind::sgd) return true;
    return is_exact_polar(optimizer) && data.exponent == 0 &&
           experiment.loss == LossKind::cross_entropy;
}

PredictedFacts::PredictedFacts(const Problem& problem, const Recipe& recipe)
    : frequencies_(problem.data.weights),
      leads_(Vector::Zero(problem.data.weights.size())),
      optimizer_(optimizer_of(recipe.phases.front(), 1)) {
    if (problem.experiment.loss != LossKind::cross_entropy) square_ = loss_per_half_square(problem);
}

void PredictedFacts::advance() {
    const double rate = learning_rate(optimizer_, step_);
    for (Eigen::Index k = 0; k < leads_.size(); ++k) {
        double& lead = leads_(k);
        const double pull = rate * frequencies_(k);
        if (optimizer_.kind != OptimizerKind::sgd)
            lead += rate;
        else if (square_ > 0)
            lead += square_ * pull * (1 - lead);
        else
            lead = sgd_lead(facts(), lead, pull);
    }
    ++step_;
}

double PredictedFacts::loss(int k) const {
    const double lead = leads_(k);
    return square_ > 0 ? square_ * (1 - lead) * (1 - lead) / 2 : answer_loss(facts(), lead);
}

double PredictedFacts::probability(int k) const {
    return answer_probability(facts(), leads_(k));
}

}  // namespace muonscope

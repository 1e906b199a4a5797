#include "core/experiment/loss_text.h"

#include <fmt/format.h>

namespace muonscope {

namespace {

std::string loss_of_facts(LossKind loss) {
    switch (loss) {
        case LossKind::half:
            break;
        case LossKind::relative:
            return "Σ p‖F(e) − v‖²/Σ p‖v‖²";
        case LossKind::mean:
            return "½ Σ p mean (F(e) − v)²";
        case LossKind::cross_entropy:
            return "−Σ p log P(v|e)";
    }
    return "½ Σ p‖F(e) − v‖²";
}

}  // namespace

std::string loss_formula(const Experiment& experiment) {
    if (is_transformer(experiment))
        return fmt::format("mean −log P(next token) of {} held-out sequences",
                           experiment.task.held_out);
    if (experiment.data.kind == DataKind::associations) return loss_of_facts(experiment.loss);
    if (experiment.loss == LossKind::cross_entropy) return "mean −log P(class)";
    const bool data = experiment.data.kind == DataKind::samples ||
                      experiment.network.activation == Activation::tanh;
    const bool samples = experiment.data.kind == DataKind::samples;
    if (experiment.loss == LossKind::mean)
        return data ? (samples ? "½ mean (F(X) − Y)²" : "½ mean (F − A)²") : "½ mean (P − A)²";
    if (experiment.loss == LossKind::half)
        return data ? (samples ? "½‖F(X) − Y‖²/n" : "½‖F − A‖²") : "½‖P − A‖²";
    return data ? (samples ? "‖F(X) − Y‖²/‖Y‖²" : "‖F − A‖²/‖A‖²") : "‖P − A‖²/‖A‖²";
}

std::string probe_loss_formula(const Experiment& experiment) {
    if (is_transformer(experiment)) return "½‖BH − T‖²/n, T the next tokens, one-hot";
    switch (experiment.probe.task) {
        case ProbeTask::target:
            return "½‖BH − A‖²";
        case ProbeTask::random_labels:
            return "½‖BH − R‖²";
        case ProbeTask::softmax:
            break;
    }
    return "mean cross-entropy";
}

}  // namespace muonscope

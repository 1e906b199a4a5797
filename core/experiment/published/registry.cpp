#include <algorithm>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/experiment/published/experiment.h"
#include "core/experiment/published/jobs.h"

namespace muonscope {
namespace {

const std::vector<PublishedExperiment> all = {
    {"staged", "staged", "Staged training",
     "Does a first layer that Muon trained let the second one learn in fewer steps?", "staged",
     staged_jobs},
    {"blackbox", "blackbox", "Black box",
     "What does layer 1 leave to a tanh net trained on top of it, and does its kernel foresee it?",
     "black-box", blackbox_jobs},
    {"ce", "ce_probe", "Cross-entropy probe",
     "How fast does a softmax regression learn on the features of layer 1?", "ce-probe", ce_jobs},
    {"tau", "tau", "Taking turns",
     "Does it still when both layers learn at once, or in turns of tau steps?", "tau", tau_jobs},
    {"dp", "dp", "Planning schedules",
     "Which power of the singular values should each layer's step take, planned ahead?", "planned",
     dp_jobs},
    {"screening", "screening", "Screening schedules",
     "Can the loss after 20 steps be told from the first step and its Jacobian?", "schedules",
     screening_jobs},
    {"mlp", "mlp", "One more layer of Muon",
     "When one layer more uses Muon, do the layers behind it gain more than it gives up?",
     "adjacent", mlp_jobs},
};

}  // namespace

std::span<const PublishedExperiment> published_experiments() {
    return all;
}

const PublishedExperiment& published_experiment(std::string_view name) {
    std::vector<std::string> names;
    std::string list;
    for (const PublishedExperiment& experiment : all) {
        if (experiment.name == name) return experiment;
        names.push_back(experiment.name);
        list += (list.empty() ? "" : ", ") + experiment.name;
    }
    const std::string near = did_you_mean(name, names);
    throw Error(in_quotes(name), "is not a published experiment",
                (near.empty() ? "" : near + " ") + "there are " + list);
}

}  // namespace muonscope

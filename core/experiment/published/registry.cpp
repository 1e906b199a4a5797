#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/experiment/near_names.h"
#include "core/experiment/published/experiment.h"

namespace muonscope {
namespace {

const std::vector<PublishedExperiment> all;

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

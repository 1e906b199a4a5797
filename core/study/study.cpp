#include "core/study/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/seal_files.h"
#include "core/formats/sha256.h"
#include "core/study/study_json.h"

namespace muonscope {
namespace {

std::int64_t jobs_of_a_seed(const Study& study) {
    std::size_t jobs = 0;
    for (const Arm& arm : study.arms) jobs += rate_count(arm);
    return static_cast<std::int64_t>(jobs);
}

// Columns of data, or sequences, that a step sees.
std::int64_t examples_of_a_step(const Experiment& experiment) {
    if (is_transformer(experiment)) return experiment.task.batch;
    if (experiment.data.kind == DataKind::whitened)
        throw Error("budget.examples", "whitened data have no examples to count",
                    "set data.kind=samples, or give steps");
    return has_minibatches(experiment) ? experiment.data.batch : columns_of(experiment.data, 0);
}

Until until_of(const BudgetRule& budget, const Experiment& experiment) {
    Until until;
    until.steps = budget.most_steps;
    if (budget.kind == BudgetKind::examples) {
        const std::int64_t each = examples_of_a_step(experiment);
        const auto whole = static_cast<std::int64_t>(budget.amount);
        until.steps = std::max<std::int64_t>(1, whole / each);
    }
    if (budget.kind == BudgetKind::distance) until.relative_error = budget.amount;
    if (budget.kind == BudgetKind::loss) until.loss = budget.amount;
    return until;
}

void make(Spec& spec, const std::vector<Change>& changes) {
    for (const Change& change : changes) set(spec, change.key, change.value);
}

}  // namespace

std::string text_of(const std::vector<Change>& changes) {
    std::string text;
    for (const Change& change : changes)
        text += (text.empty() ? "" : ", ") + change.key + "=" + change.value;
    return text;
}

std::size_t rate_count(const Arm& arm) {
    return std::max<std::size_t>(1, arm.rates.size());
}

const std::string& tuned_key(const Study& study, const Arm& arm) {
    return arm.rate_key.empty() ? study.tuning->key : arm.rate_key;
}

std::int64_t job_count(const Study& study) {
    return static_cast<std::int64_t>(study.settings.size() * study.seeds.size()) *
           jobs_of_a_seed(study);
}

JobPlace place_of_job(const Study& study, std::int64_t job) {
    const std::int64_t each = jobs_of_a_seed(study);
    const std::int64_t seeds = static_cast<std::int64_t>(study.seeds.size());
    auto rest = static_cast<std::size_t>(job % each);
    JobPlace place;
    place.seed = static_cast<std::size_t>(job / each % seeds);
    place.setting = static_cast<std::size_t>(job / each / seeds);
    while (rest >= rate_count(study.arms[place.arm])) rest -= rate_count(study.arms[place.arm++]);
    place.rate = rest;
    return place;
}

std::int64_t number_of_job(const Study& study, const JobPlace& place) {
    std::size_t before = place.rate;
    for (std::size_t arm = 0; arm < place.arm; ++arm) before += rate_count(study.arms[arm]);
    return static_cast<std::int64_t>(place.setting * study.seeds.size() + place.seed) *
               jobs_of_a_seed(study) +
           static_cast<std::int64_t>(before);
}

std::string job_text(const Study& study, const JobPlace& place) {
    const Arm& arm = study.arms[place.arm];
    std::string text = text_of(study.settings[place.setting]);
    text += (text.empty() ? "" : ", ") + arm.name;
    if (!arm.rates.empty()) text += ", " + tuned_key(study, arm) + "=" + arm.rates[place.rate];
    return text + fmt::format(", seed {}", study.seeds[place.seed]);
}

Spec spec_of_job(const Study& study, const JobPlace& place) {
    const Arm& arm = study.arms[place.arm];
    Spec spec = study.base;
    spec.name = "job";
    spec.title = spec.about = "";
    set(spec, "seed", Value(study.seeds[place.seed]));
    make(spec, study.settings[place.setting]);
    make(spec, arm.changes);
    if (!arm.rates.empty()) set(spec, tuned_key(study, arm), arm.rates[place.rate]);
    Recipe& recipe = spec.lanes.front();
    recipe.name = arm.name;
    recipe.until = until_of(study.budget, spec.experiment);
    spec.experiment.run.steps = *recipe.until.steps;
    validate(spec);
    return spec;
}

std::string job_key(const Study& study, const Spec& spec) {
    Spec sealed = spec;
    seal_files(sealed.experiment);
    const std::string text =
        fmt::format("bits {}\n{}\n{}", bits_version, to_json(sealed), measured_json(study));
    Sha256 hash;
    hash.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    return hash.finish();
}

}  // namespace muonscope

#include <algorithm>

#include "app/gui/panels/rare_facts.h"
#include "core/experiment/associations.h"

// Theory's curves of facts, kept from frame to frame.
namespace muonscope::gui {

namespace {

// Facts times steps that a frame has room for.
constexpr std::int64_t most_work = 4'000'000;

std::int64_t furthest(const Problem& problem) {
    return most_work / std::max<std::int64_t>(problem.data.weights.size(), 1);
}

// Each of the first steps, then about a hundred from one doubling to the next.
bool is_drawn(std::int64_t step) {
    std::int64_t apart = 1;
    while (256 * apart <= step) apart *= 2;
    return step % apart == 0;
}

}  // namespace

void FactTheory::follow(const std::shared_ptr<const Problem>& problem, const Recipe& recipe) {
    if (problem_ == problem && recipe_ == recipe) return;
    *this = {};
    problem_ = problem;
    recipe_ = recipe;
}

void FactTheory::record(const PredictedFacts& facts) {
    const FactParts parts = parts_of_facts(facts.facts());
    course_.steps.push_back(static_cast<double>(facts.step()));
    const std::array ranges{parts.head, parts.middle, parts.tail};
    for (std::size_t part = 0; part < ranges.size(); ++part) {
        const FactRange range = ranges[part];
        double loss = 0, probability = 0;
        for (int k = range.begin; k < range.end; ++k) {
            loss += facts.loss(k);
            probability += facts.probability(k);
        }
        course_.loss[part].push_back(loss / (range.end - range.begin));
        course_.probability[part].push_back(probability / (range.end - range.begin));
    }
}

const FactTheory::Course& FactTheory::course(std::int64_t last) {
    if (!ahead_) record(ahead_.emplace(*problem_, recipe_));
    for (last = std::min(last, furthest(*problem_)); ahead_->step() < last;) {
        ahead_->advance();
        if (is_drawn(ahead_->step())) record(*ahead_);
    }
    return course_;
}

const PredictedFacts* FactTheory::at(std::int64_t step) {
    if (step > furthest(*problem_)) return nullptr;
    if (!now_ || now_->step() > step) now_.emplace(*problem_, recipe_);
    while (now_->step() < step) now_->advance();
    return &*now_;
}

FactTheory* theory_of(const PanelContext& context, std::size_t lane) {
    const Snapshot& snapshot = *context.snapshot;
    if (!snapshot.problem || !snapshot.spec || lane >= snapshot.spec->lanes.size() ||
        (snapshot.events && !snapshot.events->empty()))
        return nullptr;
    const Recipe& recipe = snapshot.spec->lanes[lane];
    if (!facts_theory_covers(snapshot.spec->experiment, recipe)) return nullptr;
    FactTheory& theory = context.kept<RareFactsView>().theories[static_cast<int>(lane)];
    theory.follow(snapshot.problem, recipe);
    return &theory;
}

}  // namespace muonscope::gui

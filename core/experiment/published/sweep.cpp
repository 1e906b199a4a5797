#include "core/experiment/published/sweep.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "core/base/error.h"
#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "core/linalg/reductions.h"
#include "core/theory/closed_forms.h"

namespace muonscope {
namespace {

constexpr std::array<const char*, 2> arm_names{"sgd", "muon"};
constexpr std::size_t figures_of_a_seed = budgets.size() * arm_names.size() * 3;

// Phase 1 alone, without an end.
Lane first_phase(const std::shared_ptr<const Problem>& problem, Recipe recipe) {
    recipe.phases.resize(1);
    recipe.phases.front().until = {};
    return Lane(problem, std::move(recipe));
}

double distance(const Problem& problem, const Lane& lane) {
    return norm(Matrix(lane.weights()[0] - problem.layer_targets[0])) / problem.target_norm;
}

// To the first step at which layer 1 is no farther than `level`.
Work<> approach(Lane& lane, const Problem& problem, double level, std::int64_t most, Watch& watch) {
    while (distance(problem, lane) > level) {
        if (lane.step() >= most)
            throw Error("lane " + lane.recipe().name,
                        fmt::format("is not within {:.4f} of its target after {} steps", level,
                                    lane.step()),
                        "try another seed");
        run_to(lane, lane.step() + 1);
        co_await watch.at(watch.share());
    }
}

SweepArm arm_after(const Problem& problem, const Lane& lane, const Phase& second) {
    const double rate =
        2 * second.optimizer.lr / (problem.target_norm * problem.target_norm);  // relative loss
    return {static_cast<double>(lane.step()), distance(problem, lane),
            second_phase_steps(lane.weights()[0], lane.weights()[1], problem.target, rate,
                               *second.until.relative_error)};
}

// Two lanes of two phases: layer 1 for some steps towards its target, then layer 2 by plain descent
// on the relative loss to a relative error.
void check_staged(const Spec& spec) {
    const auto is_staged = [&](const Recipe& recipe) {
        if (recipe.phases.size() != 2 || recipe.repeats) return false;
        const Phase &first = recipe.phases[0], &second = recipe.phases[1];
        const OptimizerSpec& descent = optimizer_of(second, 2);
        return trains(first, 1) && !trains(first, 2) && first.until.steps && !trains(second, 1) &&
               first.objective == Objective::layer_target && trains(second, 2) &&
               second.objective == Objective::network && second.until.relative_error &&
               descent.kind == OptimizerKind::sgd && descent.momentum == 0 &&
               descent.decay == Decay::none && descent.schedule == ScheduleSpec{};
    };
    const Experiment& e = spec.experiment;
    if (spec.lanes.size() == 2 && is_staged(spec.lanes[0]) && is_staged(spec.lanes[1]) &&
        e.network.depth == 2 && !has_tanh(e.network, 1) && e.loss == LossKind::relative &&
        e.data.kind == DataKind::whitened)
        return;
    throw Error("sweep", "this is no staged training whose second phase can be counted",
                "leave its lanes two, its phases two and phase 2 plain SGD on layer 2");
}

Spec spec_of_seed(std::uint64_t shift, const std::function<void(Spec&)>& adjust) {
    Spec spec = staged_spec(shift);
    if (adjust) adjust(spec);
    validate(spec);
    check_staged(spec);
    return spec;
}

Work<SweepSeed> run_seed(Spec spec, std::uint64_t shift, Watch& watch) {
    const auto problem = make_problem(spec.experiment);
    const std::int64_t steps = *spec.lanes[0].phases[0].until.steps;
    const Phase& second = spec.lanes[0].phases[1];
    const std::int64_t most = 100 * steps;
    SweepSeed seed{shift};
    const auto note = [&](Budget budget, std::size_t arm, const Lane& lane) {
        seed.arms[place_of(budget)][arm] = arm_after(*problem, lane, second);
    };

    std::vector<Lane> lanes;
    for (const Recipe& recipe : spec.lanes) {
        lanes.push_back(first_phase(problem, recipe));
        for (std::int64_t step = 0; step < steps; step += 50) {
            run_to(lanes.back(), std::min(step + 50, steps));
            co_await watch.at((static_cast<double>(step) / static_cast<double>(steps) +
                               static_cast<double>(lanes.size() - 1)) /
                              4);
        }
        note(Budget::fixed, lanes.size() - 1, lanes.back());
    }
    const std::array<double, 2> ends{distance(*problem, lanes[0]), distance(*problem, lanes[1])};
    const std::size_t nearer = ends[0] <= ends[1] ? 0 : 1, farther = 1 - nearer;

    co_await watch.at(0.5);
    Lane early = first_phase(problem, spec.lanes[nearer]);
    co_await approach(early, *problem, ends[farther], most, watch);
    note(Budget::distance, nearer, early);
    note(Budget::distance, farther, lanes[farther]);

    co_await watch.at(0.75);
    note(Budget::loss, nearer, lanes[nearer]);
    co_await approach(lanes[farther], *problem, ends[nearer], most, watch);
    note(Budget::loss, farther, lanes[farther]);
    co_return seed;
}

std::vector<Figure> figures_of(const SweepSeed& seed) {
    std::vector<Figure> figures;
    for (const Budget budget : budgets)
        for (std::size_t arm = 0; arm < arm_names.size(); ++arm) {
            const SweepArm& at = seed.arm(budget, arm);
            const std::string path =
                fmt::format("sweep/{}/{}/{}/", seed.shift, budget_name(budget), arm_names[arm]);
            const std::string label = fmt::format("seed {}, {}, {}: ", seed.shift,
                                                  budget_title(budget), arm ? "Muon" : "SGD");
            figures.push_back(
                {path + "first_steps", label + "steps of phase 1", at.first_steps, "{:.0f}"});
            figures.push_back(
                {path + "distance", label + "‖W₁ − W₁*‖/‖A‖ at its end", at.distance, "{:.4f}"});
            figures.push_back(
                {path + "second_steps", label + "steps of phase 2", at.second_steps, "{:.0f}"});
        }
    return figures;
}

Work<std::vector<Figure>> run_job(Spec spec, std::uint64_t shift, Watch& watch) {
    const SweepSeed seed = co_await run_seed(std::move(spec), shift, watch);
    co_return figures_of(seed);
}

}  // namespace

std::string_view budget_name(Budget budget) {
    constexpr std::array<std::string_view, 3> names{"fixed", "distance", "loss"};
    return names[place_of(budget)];
}

std::string_view budget_title(Budget budget) {
    constexpr std::array<std::string_view, 3> titles{"fixed steps", "matched distance",
                                                     "matched loss"};
    return titles[place_of(budget)];
}

PublishedExperiment sweep_experiment(int seeds, const std::function<void(Spec&)>& adjust) {
    spec_of_seed(0, adjust);  // throws now what it would throw later
    PublishedExperiment sweep;
    sweep.name = sweep.section = "sweep";
    sweep.title = fmt::format("Staged training over {} seeds", seeds);
    sweep.question = "Does layer 2 need fewer steps after Muon, whatever the seed?";
    sweep.preset = "staged";
    sweep.jobs = [seeds, adjust](std::uint64_t shift) {
        std::vector<Job> jobs;
        for (int i = 0; i < seeds; ++i) {
            const std::uint64_t at = shift + static_cast<std::uint64_t>(i);
            jobs.push_back({fmt::format("seed {}", at), 1, [at, adjust](Watch& watch) {
                                return run_job(spec_of_seed(at, adjust), at, watch);
                            }});
        }
        return jobs;
    };
    return sweep;
}

std::vector<SweepSeed> sweep_seeds(std::span<const Figure> figures) {
    std::vector<SweepSeed> seeds;
    constexpr std::size_t after_name = std::string_view("sweep/").size();
    for (std::size_t at = 0; at + figures_of_a_seed <= figures.size(); at += figures_of_a_seed) {
        SweepSeed seed{std::stoull(figures[at].path.substr(after_name))};
        const Figure* next = &figures[at];
        for (auto& arms : seed.arms)
            for (SweepArm& arm : arms)
                for (double* value : {&arm.first_steps, &arm.distance, &arm.second_steps})
                    *value = (next++)->value;
        seeds.push_back(seed);
    }
    return seeds;
}

PairedDifferences paired_differences(std::span<const SweepSeed> seeds, Budget budget) {
    PairedDifferences result;
    result.seeds = static_cast<int>(seeds.size());
    for (const SweepSeed& seed : seeds) {
        result.mean += seed.difference(budget) / static_cast<double>(seeds.size());
        if (seed.difference(budget) > 0) ++result.positive;
    }
    double squares = 0;
    for (const SweepSeed& seed : seeds) {
        const double off = seed.difference(budget) - result.mean;
        squares += off * off;
    }
    result.deviation = seeds.size() < 2
                           ? std::nan("")
                           : std::sqrt(squares / static_cast<double>(seeds.size() - 1));
    return result;
}

std::string text_of(const PairedDifferences& differences) {
    const std::string deviation =
        std::isnan(differences.deviation) ? "" : fmt::format(" ± {:.1f}", differences.deviation);
    return fmt::format("{:+.1f}{} steps, positive in {} of {}", differences.mean, deviation,
                       differences.positive, differences.seeds);
}

}  // namespace muonscope

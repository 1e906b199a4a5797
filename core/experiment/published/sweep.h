#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/experiment/published/experiment.h"
#include "core/experiment/spec.h"

// Staged training seed by seed: how much of what layer 2 saves after Muon is the seed's doing, and
// how much the budget that layer 1 was given. Phase 1 is run; phase 2 is linear in W_2 and is
// counted without a step of it (core/theory/closed_forms.h).
namespace muonscope {

// When phase 1 ends.
enum class Budget {
    fixed,     // both arms after the published number of steps
    distance,  // both at the distance ‖W₁ − W₁*‖ of the arm that is farther after that many
    loss,      // both at the loss of the arm that is nearer. The loss of phase 1 is the square of
               // that distance over ‖A‖², so only the level differs from the one above.
};
inline constexpr std::array<Budget, 3> budgets{Budget::fixed, Budget::distance, Budget::loss};
std::string_view budget_name(Budget budget);   // "fixed", "distance", "loss"
std::string_view budget_title(Budget budget);  // "fixed steps", …

struct SweepArm {
    double first_steps = 0;   // of phase 1
    double distance = 0;      // ‖W₁ − W₁*‖/‖A‖ at its end
    double second_steps = 0;  // of phase 2
};
struct SweepSeed {
    std::uint64_t shift = 0;                                        // added to every generator seed
    std::array<std::array<SweepArm, 2>, budgets.size()> arms = {};  // by budget; SGD, Muon

    const SweepArm& arm(Budget budget, std::size_t which) const {
        return arms[place_of(budget)][which];
    }
    // Steps of phase 2 that Muon saves.
    double difference(Budget budget) const {
        return arm(budget, 0).second_steps - arm(budget, 1).second_steps;
    }
};

// One job a seed, shifts `shift` ... `shift + seeds − 1`, each under all three budgets.
// adjust, if given, changes the spec of each seed first; throws Error, here, where it leaves no
// staged training whose phase 2 can be counted.
PublishedExperiment sweep_experiment(int seeds, const std::function<void(Spec&)>& adjust = {});
// The seeds that its figures tell of, in order; those whose job has not ended are not there.
std::vector<SweepSeed> sweep_seeds(std::span<const Figure> figures);

// Paired differences SGD − Muon of phase 2's steps.
struct PairedDifferences {
    int seeds = 0, positive = 0;
    double mean = 0, deviation = 0;  // of the sample, over n − 1; NaN for less than two seeds
};
PairedDifferences paired_differences(std::span<const SweepSeed> seeds, Budget budget);
// "+76.8 ± 95.6 steps, positive in 32 of 40".
std::string text_of(const PairedDifferences& differences);

}  // namespace muonscope

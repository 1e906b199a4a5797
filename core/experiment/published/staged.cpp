#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "core/linalg/reductions.h"
#include "core/measure/spectrum_measures.h"

namespace muonscope {
namespace {

Work<std::vector<Figure>> run_arm(Spec spec, std::size_t arm, Watch& watch) {
    const auto problem = make_problem(spec.experiment);
    Lane lane(problem, spec.lanes[arm]);
    co_await run_to_end(lane, 14000, watch);
    const std::vector<Matrix>& w = lane.weights();
    const auto distance = [&](std::size_t i) {
        return norm(Matrix(w[i] - problem->layer_targets[i])) / problem->target_norm;
    };
    const Vector values = singular_values(w[0]);
    const std::string path = arm == 0 ? "staged/sgd/" : "staged/muon/";
    const std::string& name = lane.recipe().name;
    std::vector<Figure> figures{
        {path + "phase2_steps", name + ": steps of phase 2",
         static_cast<double>(lane.phase_steps()[1]), "{:.0f}"},
        {path + "w1_distance", name + ": ‖W₁ − W₁*‖/‖A‖ at the end", distance(0), "{:.4f}"},
        {path + "w2_distance", name + ": ‖W₂ − W₂*‖/‖A‖ at the end", distance(1), "{:.4f}"},
        {path + "relative_error", name + ": ‖W₂W₁ − A‖/‖A‖ at the end",
         norm(Matrix(w[1] * w[0] - problem->target)) / problem->target_norm, "{:.6f}"},
        {path + "flatness_h", name + ": flatness_H of W₁, exp(−Σ p ln p)/64, p = s²/Σs²",
         flatness(std::span(values.data(), values.size())), "{:.4f}"},
    };
    co_return figures;
}

}  // namespace

std::vector<Job> staged_jobs(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (std::size_t arm = 0; arm < 2; ++arm)
        jobs.push_back({arm == 0 ? "SGD" : "Muon", 0.8, [shift, arm](Watch& watch) {
                            return run_arm(staged_spec(shift), arm, watch);
                        }});
    return jobs;
}

}  // namespace muonscope

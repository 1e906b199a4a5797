#include <fmt/format.h>

#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"

namespace muonscope {
namespace {

constexpr std::int64_t joint_steps = 13000, steps_in_turns = 26000;  // about

Work<std::vector<Figure>> run_arm(int tau, std::size_t arm, std::string name, std::uint64_t shift,
                                  Watch& watch) {
    const Spec spec = tau_spec(tau, shift);
    Lane lane(make_problem(spec.experiment), spec.lanes[arm]);
    co_await run_to_end(lane, tau == 0 ? joint_steps : steps_in_turns, watch);
    Figure steps{fmt::format("tau/{}/{}", tau, arm == 0 ? "sgd" : "muon"),
                 name + ": single-layer steps to 5 %", static_cast<double>(lane.step()), "{:.0f}"};
    co_return std::vector<Figure>(1, steps);
}

}  // namespace

std::vector<Job> tau_jobs(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (int tau : {0, 1, 10, 50, 200, 600})
        for (std::size_t arm = 0; arm < 2; ++arm) {
            const std::string name = fmt::format("tau = {}, {}", tau, arm == 0 ? "SGD" : "Muon");
            jobs.push_back({name, arm == 0 ? 1.0 : 2.5,
                            [=](Watch& watch) { return run_arm(tau, arm, name, shift, watch); }});
        }
    return jobs;
}

}  // namespace muonscope

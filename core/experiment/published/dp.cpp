#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/experiment/published/jobs.h"
#include "core/experiment/published/planning.h"

namespace muonscope {
namespace {

constexpr int between_plans = 10, longest_horizon = 15, first_look = 5;
constexpr std::size_t kept_after_first_look = 5;
constexpr double rate = 0.02;

struct Run {
    std::shared_ptr<const Problem> problem;
    Lane lane;

    explicit Run(std::uint64_t shift) : Run(schedules_spec(schedules(), shift)) {}
    double loss() const { return half_loss(*problem, lane); }

  private:
    explicit Run(const Spec& spec)
        : problem(make_problem(spec.experiment)), lane(problem, spec.lanes.front()) {}
};

std::string text_of(const Schedule& schedule) {
    return fmt::format("{},{},{}", schedule[0], schedule[1], schedule[2]);
}

// All schedules for a few steps, the best of them to the horizon; the first of equals wins. A plan
// takes a while: it may be given up between two schedules.
Work<Schedule> plan_by_rollout(const Run& run, int horizon, Watch& watch) {
    const int look = std::min(horizon, first_look);
    std::vector<std::pair<double, Schedule>> ranked;
    std::vector<Lane> lanes;
    for (const Schedule& schedule : schedules()) {
        co_await watch.at(watch.share());
        lanes.push_back(rolled(run.lane, schedule, look));
        ranked.emplace_back(half_loss(*run.problem, lanes.back()), schedule);
    }
    std::vector<std::size_t> order(ranked.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return ranked[a].first < ranked[b].first; });
    std::pair<double, Schedule> best{};
    for (std::size_t i = 0; i < kept_after_first_look; ++i) {
        co_await watch.at(watch.share());
        const Schedule& schedule = ranked[order[i]].second;
        const Lane to_the_end = rolled(lanes[order[i]], schedule, horizon - look);
        const double loss = half_loss(*run.problem, to_the_end);
        if (i == 0 || loss < best.first) best = {loss, schedule};
    }
    co_return best.second;
}

struct PlannedChoice {
    Schedule schedule{};
    double score = 0, immediate = 0, lambda = 0;
};

Work<PlannedChoice> plan_by_jacobian(const Run& run, int horizon, Watch& watch) {
    PlannedChoice best;
    bool first = true;
    for (const Schedule& schedule : schedules()) {
        co_await watch.at(watch.share());
        const Lane next = rolled(run.lane, schedule, 1);
        PlannedChoice choice{schedule, 0, half_loss(*run.problem, next),
                             lambda_eff(*run.problem, next)};
        choice.score = predicted_loss(choice.immediate, choice.lambda, rate, horizon);
        if (first || choice.score < best.score) best = choice;
        first = false;
    }
    co_return best;
}

void follow_for(Run& run, const Schedule& schedule, int steps) {
    run.lane.set_recipe(follow(schedule), true);
    run_to(run.lane, run.lane.step() + steps);
}

Work<std::vector<Figure>> plain(std::uint64_t shift, Watch& watch) {
    Run run(shift);
    std::vector<Figure> figures{
        {"dp/loss_0", "loss at the start, ½‖W₃W₂W₁ − A‖²", run.loss(), "{:.4f}"}};
    follow_for(run, {1, 1, 1}, 50);
    figures.push_back({"dp/loss_50/sgd", "SGD: loss after 50 steps", run.loss(), "{:.6f}"});
    co_await watch.at(0.5);
    follow_for(run, {1, 1, 1}, 50);
    figures.push_back({"dp/loss_100/sgd", "SGD: loss after 100 steps", run.loss(), "{:.10f}"});
    co_return figures;
}

Work<std::vector<Figure>> by_rollout(std::uint64_t shift, int steps, Watch& watch) {
    Run run(shift);
    std::map<std::string, int> counts;
    for (int step = 0; step < steps; step += between_plans) {
        const Schedule chosen =
            co_await plan_by_rollout(run, std::min(steps - step, longest_horizon), watch);
        follow_for(run, chosen, between_plans);
        counts[text_of(chosen)] += between_plans;
        co_await watch.at(static_cast<double>(step + between_plans) / steps);
    }
    std::vector<Figure> figures{{fmt::format("dp/loss_{}/rollout", steps),
                                 fmt::format("rollout planner: loss after {} steps", steps),
                                 run.loss(), steps == 100 ? "{:.10f}" : "{:.6f}"}};
    if (steps == 100)
        for (const auto& [schedule, count] : counts)
            figures.push_back({"dp/rollout_counts/" + schedule,
                               fmt::format("rollout planner: steps by schedule {}", schedule),
                               static_cast<double>(count), "{:.0f}"});
    co_return figures;
}

Work<std::vector<Figure>> by_jacobian(std::uint64_t shift, Watch& watch) {
    constexpr int steps = 50;
    Run run(shift);
    std::vector<Figure> figures;
    for (int step = 0; step < steps; step += between_plans) {
        const int horizon = std::min(steps - step, longest_horizon);
        const PlannedChoice chosen = co_await plan_by_jacobian(run, horizon, watch);
        const auto add = [&](const std::string& key, const std::string& what, double value,
                             const char* format) {
            figures.push_back(
                {fmt::format("dp/jacobian_decisions/{}/{}", step / between_plans, key),
                 fmt::format("Jacobian planner at step {}: {}", step, what), value, format});
        };
        add("step", "step", step, "{:.0f}");
        add("horizon", "horizon", horizon, "{:.0f}");
        for (std::size_t l = 0; l < chosen.schedule.size(); ++l)
            add(fmt::format("schedule/{}", l), fmt::format("power of layer {}", l + 1),
                chosen.schedule[l], "{:.1f}");
        add("immediate", "loss after one step", chosen.immediate, "{:.4f}");
        add("lambda_eff", "λ_eff = Σ‖G‖²/‖E‖² there", chosen.lambda, "{:.4f}");
        follow_for(run, chosen.schedule, between_plans);
        co_await watch.at(static_cast<double>(step + between_plans) / steps);
    }
    figures.push_back(
        {"dp/loss_50/jacobian", "Jacobian planner: loss after 50 steps", run.loss(), "{:.6f}"});
    co_return figures;
}

}  // namespace

std::vector<Job> dp_jobs(std::uint64_t shift) {
    return {
        {"SGD", 0.1, [=](Watch& watch) { return plain(shift, watch); }},
        {"rollout planner, 100 steps", 6,
         [=](Watch& watch) { return by_rollout(shift, 100, watch); }},
        {"rollout planner, 50 steps", 3,
         [=](Watch& watch) { return by_rollout(shift, 50, watch); }},
        {"Jacobian planner, 50 steps", 1, [=](Watch& watch) { return by_jacobian(shift, watch); }},
    };
}

}  // namespace muonscope

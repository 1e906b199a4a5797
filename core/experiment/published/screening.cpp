#include <fmt/format.h>

#include <algorithm>

#include "core/experiment/published/jobs.h"
#include "core/experiment/published/planning.h"
#include "core/measure/rank_correlation.h"

namespace muonscope {
namespace {

constexpr int horizon = 20;
constexpr double rate = 0.02;
// How much of the first step's λ_eff is taken to last: the published choice.
constexpr double damping = 0.05;

struct ScreenedRow {
    Schedule schedule{};
    double one_step = 0, lambda = 0, predicted = 0, at_horizon = 0;
};

Work<std::vector<Figure>> screen(std::uint64_t shift, Watch& watch) {
    const auto chosen = screened_schedules();
    const Spec spec = schedules_spec(chosen, shift);
    const auto problem = make_problem(spec.experiment);
    std::vector<ScreenedRow> rows;
    for (const Recipe& recipe : spec.lanes) {
        ScreenedRow row{chosen[rows.size()]};
        Lane lane(problem, recipe);
        run_to(lane, 1);
        row.one_step = half_loss(*problem, lane);
        row.lambda = lambda_eff(*problem, lane);
        row.predicted = predicted_loss(row.one_step, row.lambda, rate, horizon, damping);
        run_to(lane, horizon);
        row.at_horizon = half_loss(*problem, lane);
        rows.push_back(row);
        co_await watch.at(static_cast<double>(rows.size()) / static_cast<double>(chosen.size()));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const ScreenedRow& a, const ScreenedRow& b) {
        return a.predicted < b.predicted;
    });

    const auto column = [&](double ScreenedRow::*member) {
        std::vector<double> values;
        for (const ScreenedRow& row : rows) values.push_back(row.*member);
        return values;
    };
    std::vector<Figure> figures{
        {"screening/spearman_prefix", "Spearman: loss after 1 step against after 20",
         rank_correlation(column(&ScreenedRow::one_step), column(&ScreenedRow::at_horizon)),
         "{:.3f}"},
        {"screening/spearman_predicted", "Spearman: predicted loss against after 20",
         rank_correlation(column(&ScreenedRow::predicted), column(&ScreenedRow::at_horizon)),
         "{:.3f}"},
    };
    for (std::size_t l = 0; l < 3; ++l)
        figures.push_back({fmt::format("screening/best_predicted/{}", l),
                           fmt::format("best predicted schedule: power of layer {}", l + 1),
                           rows.front().schedule[l], "{:.1f}"});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const ScreenedRow& row = rows[i];
        const std::string path = fmt::format("screening/rows/{}/", i);
        const std::string name =
            fmt::format("schedule {}, {}, {}: ", row.schedule[0], row.schedule[1], row.schedule[2]);
        for (std::size_t l = 0; l < 3; ++l)
            figures.push_back({path + fmt::format("schedule/{}", l),
                               name + fmt::format("power of layer {}", l + 1), row.schedule[l],
                               "{:.1f}"});
        figures.push_back({path + "one_step", name + "loss after 1 step", row.one_step, "{:.4f}"});
        figures.push_back({path + "lambda_eff", name + "λ_eff there", row.lambda, "{:.4f}"});
        figures.push_back(
            {path + "predicted", name + "predicted loss after 20", row.predicted, "{:.4f}"});
        figures.push_back(
            {path + "loss_20", name + "loss after 20 steps", row.at_horizon, "{:.4f}"});
    }
    co_return figures;
}

}  // namespace

std::vector<Job> screening_jobs(std::uint64_t shift) {
    return {{"eight schedules", 0.4, [=](Watch& watch) { return screen(shift, watch); }}};
}

}  // namespace muonscope

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/lane.h"
#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "core/linalg/reductions.h"
#include "core/measure/tangent_kernel.h"

// Black box: what follows layer 1 is a net with a hidden tanh, F = W_o tanh(W_h W_1), which starts
// where phase 1 left W_1 and sees nothing of how it came about. How well is its descent known
// beforehand from the tangent kernel K = J J^T over W_h and W_o?
namespace muonscope {
namespace {

constexpr std::size_t look_every = 5000;     // steps between two printed one-step predictions
constexpr std::size_t rolling_every = 2500;  // steps between two looks of the rolling prediction
constexpr std::size_t between_looks = 64;    // steps between two pauses
constexpr double usual_steps = 11500;
constexpr std::size_t most_steps = 1'000'000;

// Phase 2 as it was.
struct Descent {
    std::vector<double> errors;                // relative, at step 0 ... N
    std::vector<std::vector<Matrix>> anchors;  // weights at step 0, 2500, 5000 ...
    std::vector<Matrix> last;                  // at step N
    std::size_t steps() const { return errors.size() - 1; }
};

Work<Descent> descend(Lane& lane, Watch& watch) {
    co_await run_to(lane, *lane.recipe().phases[0].until.steps, watch);
    Descent result;
    for (Lane::Status status = lane.status(); status == Lane::Status::training;) {
        const std::size_t t = result.errors.size();
        if (t % rolling_every == 0) result.anchors.push_back(lane.weights());
        if (t % between_looks == 0)
            co_await watch.at(0.5 * std::min(1.0, static_cast<double>(t) / usual_steps));
        if (t > most_steps)
            throw Error("lane " + lane.recipe().name, fmt::format("is not done after {} steps", t),
                        "try another seed");
        status = lane.advance();
        result.errors.push_back(lane.relative_error_before());
    }
    if (lane.status() == Lane::Status::diverged)
        throw Error("lane " + lane.recipe().name, "diverged", "try another seed");
    result.last = lane.weights();
    co_return result;
}

// The residual as e <- e - rate K e moves it, K being that of the weights it began from.
class KernelPrediction {
  public:
    KernelPrediction(const std::vector<Matrix>& weights, const Problem& problem, double rate)
        : kernel_(weights, {0, 1, 0}, Matrix(), {2, 3}),
          residual_(kernel_.outputs() - problem.target),
          change_(residual_),
          rate_(rate),
          target_norm_(problem.target_norm) {}

    void step() {
        kernel_.apply(residual_, change_);
        residual_ -= rate_ * change_;
    }
    double relative_error() const { return norm(residual_) / target_norm_; }
    double lambda_eff() { return kernel_.lambda_eff(residual_); }

  private:
    TangentKernel kernel_;
    Matrix residual_, change_;
    double rate_, target_norm_;
};

// What was predicted of the whole curve, and how far off it was on average.
struct PredictedCurve {
    double final_error = 0, mean_miss = 0;
};

// Begins again from the actual run at every step that `stretch` divides.
// This is the quarter of the job that begins at `begun`.
Work<PredictedCurve> predict(const Descent& actual, std::size_t stretch, const Problem& problem,
                             double rate, double begun, Watch& watch) {
    KernelPrediction prediction(actual.anchors.front(), problem, rate);
    PredictedCurve result;
    for (std::size_t t = 0; t <= actual.steps(); ++t) {
        if (t > 0 && t % stretch == 0 && t < actual.steps())
            prediction = KernelPrediction(actual.anchors[t / rolling_every], problem, rate);
        else if (t > 0)
            prediction.step();
        result.final_error = prediction.relative_error();
        result.mean_miss += std::abs(actual.errors[t] - result.final_error);
        if (t % between_looks == 0)
            co_await watch.at(begun +
                              0.25 * static_cast<double>(t) / static_cast<double>(actual.steps()));
    }
    result.mean_miss /= static_cast<double>(actual.errors.size());
    co_return result;
}

Work<std::vector<Figure>> figures_of(Spec spec, std::size_t arm, Watch& watch) {
    const auto problem = make_problem(spec.experiment);
    const Recipe& recipe = spec.lanes[arm];
    Lane lane(problem, recipe);
    const Descent actual = co_await descend(lane, watch);
    const std::size_t steps = actual.steps();
    // The relative loss is 2/|A|^2 times as steep as 1/2 |E|^2.
    const double rate =
        2 * recipe.phases[1].optimizer.lr / (problem->target_norm * problem->target_norm);

    const std::string key = arm == 0 ? "blackbox/sgd/" : "blackbox/muon/";
    std::vector<Figure> figures;
    const auto give = [&](const std::string& path, const std::string& label, double value,
                          const char* format) {
        figures.push_back({key + path, recipe.name + ": " + label, value, format});
    };
    give("steps", "steps to the threshold", static_cast<double>(steps), "{:.0f}");
    double miss_sum = 0, miss_most = 0, looks = 0;
    for (std::size_t t = 0; t < steps; t += look_every) {
        KernelPrediction next(actual.anchors[t / rolling_every], *problem, rate);
        give(fmt::format("relative_error/{}", t), fmt::format("relative error at step {}", t),
             actual.errors[t], "{:.6f}");
        give(fmt::format("lambda_eff/{}", t), fmt::format("λ_eff at step {}", t), next.lambda_eff(),
             "{:.4g}");
        next.step();
        give(fmt::format("predicted_next/{}", t), "  a step later, predicted",
             next.relative_error(), "{:.6f}");
        give(fmt::format("actual_next/{}", t), "  a step later, actually", actual.errors[t + 1],
             "{:.10f}");
        const double miss = std::abs(next.relative_error() - actual.errors[t + 1]);
        miss_sum += miss;
        miss_most = std::max(miss_most, miss);
        ++looks;
    }
    give(fmt::format("lambda_eff/{}", steps), fmt::format("λ_eff at step {}", steps),
         KernelPrediction(actual.last, *problem, rate).lambda_eff(), "{:.4g}");
    give("one_step_error_mean", "one-step prediction, mean error", miss_sum / looks, "{:.3e}");
    give("one_step_error_max", "one-step prediction, largest error", miss_most, "{:.3e}");

    const std::size_t never = std::numeric_limits<std::size_t>::max();
    const PredictedCurve frozen = co_await predict(actual, never, *problem, rate, 0.5, watch);
    const PredictedCurve rolling =
        co_await predict(actual, rolling_every, *problem, rate, 0.75, watch);
    give("frozen_final", "final error, kernel of step 0", frozen.final_error, "{:.6f}");
    give("rolling_final", "final error, kernel of every 2500 steps", rolling.final_error, "{:.6f}");
    give("frozen_curve_error", "mean miss of the curve, kernel of step 0", frozen.mean_miss,
         "{:.4g}");
    give("rolling_curve_error", "mean miss of the curve, kernel of every 2500 steps",
         rolling.mean_miss, "{:.4g}");
    co_return figures;
}

}  // namespace

std::vector<Job> blackbox_jobs(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (std::size_t arm = 0; arm < 2; ++arm)
        jobs.push_back({arm == 0 ? "SGD" : "Muon", 3, [shift, arm](Watch& watch) {
                            return figures_of(blackbox_spec(shift), arm, watch);
                        }});
    return jobs;
}

}  // namespace muonscope

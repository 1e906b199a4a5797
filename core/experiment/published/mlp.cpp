#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/experiment/published/jobs.h"
#include "core/experiment/published/specs.h"
#include "core/linalg/reductions.h"
#include "core/measure/tangent_kernel.h"

namespace muonscope {
namespace {

constexpr int rounds = 150, most_tries = 14;
constexpr double rate = 0.03;

// The mean loss ½ mean (F − Y)² of a lane's weights, and what gradient descent on the layers that
// come second in a round will do to it.
class Judge {
  public:
    Judge(std::shared_ptr<const Problem> problem, std::vector<int> down)
        : problem_(std::move(problem)),
          backpropagation_(backpropagation_of(problem_)),
          down_(std::move(down)) {
        const int depth = problem_->experiment.network.depth;
        for (int layer = 1; layer <= depth; ++layer)
            tanh_after_.push_back(has_tanh(problem_->experiment.network, layer) ? 1 : 0);
    }

    double loss(const std::vector<Matrix>& weights) {
        return backpropagation_->errors(weights).loss;
    }
    double loss(const Lane& lane) { return loss(lane.weights()); }

    // Change of the loss by one step on the second layers, with the outputs linearised in them:
    // e − (lr/m) J Jᵀ e, m residuals.
    double predicted_change(const Lane& lane) {
        TangentKernel kernel(lane.weights(), tanh_after_, problem_->data.inputs, down_);
        const Matrix residual = kernel.outputs() - problem_->data.labels;
        Matrix moved(residual.rows(), residual.cols());
        kernel.apply(residual, moved);
        const auto count = static_cast<double>(residual.size());
        moved = residual - rate / count * moved;
        return 0.5 * (sum_of_squares(moved) - sum_of_squares(residual)) / count;
    }

  private:
    std::shared_ptr<const Problem> problem_;
    Cloned<Backpropagation> backpropagation_;
    std::vector<int> down_;
    std::vector<char> tanh_after_;
};

Lane stepped(const Lane& lane, double step) {
    Lane copy = lane;
    Recipe recipe = lane.recipe();
    recipe.phases[0].optimizer.lr = step;
    for (auto& optimizer : recipe.phases[0].layer_optimizers) optimizer->lr = step;
    copy.set_recipe(recipe, true);
    run_to(copy, lane.step() + 1);
    return copy;
}

// The step whose drop in loss comes nearest to `target`. Without momentum a step's length is all
// that the rate changes, so one step tells the direction for every try.
double matching_step(const Lane& lane, double target, Judge& judge) {
    if (target <= 0) return 0;
    const std::vector<Matrix>& start = lane.weights();
    const Lane unit = stepped(lane, rate);
    const double before = judge.loss(start);
    std::vector<Matrix> tried = start;
    double step = rate, best = 0, smallest_gap = std::numeric_limits<double>::infinity();
    const auto drop_of = [&](double length) {
        for (std::size_t l = 0; l < start.size(); ++l)
            tried[l] = start[l] + length / rate * (unit.weights()[l] - start[l]);
        const double drop = before - judge.loss(tried);
        if (std::abs(drop - target) < smallest_gap) {
            smallest_gap = std::abs(drop - target);
            best = length;
        }
        return drop;
    };
    for (int tries = 0; tries < most_tries; ++tries) {
        const double drop = drop_of(step);
        if (drop < 0.5 * target) {
            step *= 1.8;
        } else if (drop > 1.5 * target) {
            step *= 0.55;
        } else {
            drop_of(step * target / drop);
            break;
        }
    }
    return best;
}

Work<std::vector<Figure>> compare_pair(std::uint64_t shift, int pair, Watch& watch) {
    const Spec spec = adjacent_spec(pair, shift);
    const auto problem = make_problem(spec.experiment);
    Lane a(problem, spec.lanes[0]), b(problem, spec.lanes[1]);
    Judge judge(problem, spec.lanes[0].phases[1].layers);
    double start = 0, gap = 0, gain = 0, predicted_gain = 0;
    for (int round = 0; round < rounds; ++round) {
        const double before_a = judge.loss(a), before_b = judge.loss(b);
        if (round == 0) start = before_a;
        run_to(a, a.step() + 1);
        const double up_a = judge.loss(a), target = before_a - up_a;
        b = stepped(b, matching_step(b, target, judge));
        const double up_b = judge.loss(b);
        gap += std::abs(target - (before_b - up_b));

        predicted_gain += judge.predicted_change(a) - judge.predicted_change(b);
        run_to(a, a.step() + 1);
        run_to(b, b.step() + 1);
        gain += (judge.loss(a) - up_a) - (judge.loss(b) - up_b);
        co_await watch.at(static_cast<double>(round + 1) / rounds);
    }
    const std::string path = fmt::format("mlp/{}/", pair);
    const std::string name = fmt::format("Π{} / Π{}: ", pair, pair + 1);
    std::vector<Figure> figures{
        {path + "drop_a", name + "loss drop of the first over the run", start - judge.loss(a),
         "{:.4g}"},
        {path + "drop_b", name + "loss drop of the second", start - judge.loss(b), "{:.4g}"},
        {path + "b_up", name + "B_up, sum of the gaps between them", gap, "{:.4g}"},
        {path + "g", name + "G, how much more the others then gain in the second", gain, "{:.4g}"},
        {path + "g_predicted", name + "G~, the same from the linearised residual", predicted_gain,
         "{:.4g}"},
    };
    co_return figures;
}

}  // namespace

std::vector<Job> mlp_jobs(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (int pair = 0; pair < 4; ++pair)
        jobs.push_back({fmt::format("pair {}", pair), 1.5,
                        [=](Watch& watch) { return compare_pair(shift, pair, watch); }});
    return jobs;
}

}  // namespace muonscope

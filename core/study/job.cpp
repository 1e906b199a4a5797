#include "core/study/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <ctime>

#include "core/experiment/lane.h"
#include "core/experiment/layout.h"

namespace muonscope {
namespace {

// Of this thread, in seconds.
double processor_time() {
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

constexpr std::int64_t steps_between_questions = 64;

class JobRun {
  public:
    JobRun(const Spec& spec, const Study& study, const std::shared_ptr<const Problem>& problem)
        : spec_(spec),
          budget_(study.budget),
          layout_(*problem->model, problem->modes, facts_of(problem->experiment)),
          lane_(problem, spec.lanes.front()),
          row_(layout_.channels()) {
        for (const Metric& metric : study.metrics) watches_.emplace_back(metric, layout_);
        lane_.follow(layout_);
    }

    std::optional<JobResult> run(const std::function<bool()>& stop) {
        const double begun = processor_time();
        while (lane_.status() == Lane::Status::training) {
            if (lane_.step() % steps_between_questions == 0) {
                if (stop && stop()) return std::nullopt;
                if (budget_.kind == BudgetKind::seconds &&
                    processor_time() - begun >= budget_.amount)
                    break;
            }
            step();
        }
        return result();
    }

  private:
    // What is followed is known of a step when the next has begun; the rest is measured before it.
    void step() {
        const std::int64_t at = lane_.step();
        bool row_wanted = false, losses_wanted = false, wanted = false;
        for (const MetricWatch& watch : watches_) {
            if (!watch.wants(at)) continue;
            wanted = true;
            row_wanted |= !watch.is_free();
            losses_wanted |= watch.uses_losses();
        }
        if (row_wanted) {
            lane_.measure(layout_, spec_.experiment.probe, row_);
        } else if (losses_wanted && !lane_.sees_all_data()) {
            const Backpropagation::Errors errors = lane_.errors();
            row_[layout_.loss()] = errors.loss;
            row_[layout_.relative_error()] = errors.relative_error;
            row_[layout_.error_left()] = not_measured;
        }
        lane_.advance();
        if (!wanted || lane_.fault()) return;
        if (!row_wanted) {
            const auto known = lane_.followed().before();
            const std::size_t first = lane_.sees_all_data() ? 0 : layout_.error_left() + 1;
            std::copy(known.begin() + static_cast<std::ptrdiff_t>(first), known.end(),
                      row_.begin() + static_cast<std::ptrdiff_t>(first));
        }
        for (MetricWatch& watch : watches_)
            if (watch.wants(at)) watch.look(at, row_);
    }

    bool arrived() const {
        const double level = budget_.amount;
        if (budget_.kind == BudgetKind::distance) return row_[layout_.relative_error()] <= level;
        if (budget_.kind == BudgetKind::loss) return row_[layout_.loss()] <= level;
        return true;
    }

    JobResult result() {
        JobResult result;
        result.steps = lane_.step();
        result.state_hash = lane_.state_hash();
        if (const auto& fault = lane_.fault()) {
            result.outcome = Outcome::diverged;
            result.fault =
                fault->layer > 0 ? layout_.name(fault->layer) + ": " + fault->what : fault->what;
        } else {
            lane_.measure(layout_, spec_.experiment.probe, row_);
            for (MetricWatch& watch : watches_) watch.end(lane_.step(), row_);
            if (!arrived()) result.outcome = Outcome::not_reached;
        }
        for (const MetricWatch& watch : watches_) result.numbers.push_back(watch.value());
        return result;
    }

    const Spec& spec_;
    const BudgetRule& budget_;
    Layout layout_;
    Lane lane_;
    std::vector<double> row_;
    std::vector<MetricWatch> watches_;
};

bool same_number(double a, double b) {
    return std::isnan(a) ? std::isnan(b)
                         : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

}  // namespace

bool JobResult::same_bits(const JobResult& other) const {
    return outcome == other.outcome && steps == other.steps && fault == other.fault &&
           state_hash == other.state_hash &&
           std::equal(numbers.begin(), numbers.end(), other.numbers.begin(), other.numbers.end(),
                      same_number);
}

std::optional<JobResult> run_job(const Spec& spec, const Study& study,
                                 std::shared_ptr<const Problem> problem,
                                 const std::function<bool()>& stop) {
    const auto begun = std::chrono::steady_clock::now();
    if (!problem) problem = make_problem(spec.experiment);
    std::optional<JobResult> result = JobRun(spec, study, problem).run(stop);
    if (result)
        result->seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

}  // namespace muonscope

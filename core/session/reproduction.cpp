#include "core/session/reproduction.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "core/base/fault_text.h"
#include "core/base/progress.h"

namespace muonscope {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds(SteadyClock::duration time) {
    return std::chrono::duration<double>(time).count();
}

// What runs, and what came of it. A job's watch is the only part that it and others touch without
// the lock.
struct Task {
    Job job;
    std::size_t experiment = 0;
    Watch watch = {};
    std::vector<Figure> figures = {};
    std::string error = {};
    std::optional<SteadyClock::time_point> begun = {}, ended = {};

    Task(Job what, std::size_t of) : job(std::move(what)), experiment(of) {}
};

}  // namespace

struct Reproduction::State {
    std::vector<PublishedExperiment> experiments;
    std::optional<Published> published;
    std::vector<std::unique_ptr<Task>> tasks;  // experiment by experiment; none comes or goes

    mutable std::mutex mutex;
    mutable std::condition_variable idle;
    std::vector<Task*> waiting;  // the next one last
    std::size_t running = 0;
    std::atomic<bool> stop = false;
    Workplace* workplace = nullptr;

    // Of those that run at once. Its slices alone touch it.
    struct Runner {
        Task* task = nullptr;
        Work<std::vector<Figure>> work;
    };
    std::vector<Runner> runners;

    bool finished() const { return running == 0 && waiting.empty(); }
    Workplace::Next go_on(Runner& runner, const Workplace::Turn& turn);
    bool take_up(Runner& runner);
    void end(Runner& runner, std::vector<Figure> figures, std::string error);

    void cancel() {
        const std::lock_guard lock(mutex);
        if (finished()) return;
        stop = true;
        waiting.clear();
        if (finished()) idle.notify_all();
    }

    // The caller holds the lock.
    Progress progress_of(std::size_t experiment) const;
};

// A slice of the runner's job; where it has none, of the next.
Workplace::Next Reproduction::State::go_on(Runner& runner, const Workplace::Turn& turn) {
    if (runner.task == nullptr && !take_up(runner)) return {};
    std::vector<Figure> figures;
    std::string error;
    try {
        const WorkScope scope(&stop);
        if (!stop && runner.work.go_on([&] { return stop || turn.over(); }) && !stop)
            return Workplace::at_once;
        if (stop)
            error = "cancelled";
        else
            figures = runner.work.take();
    } catch (const Abandoned&) {
        error = "cancelled";
    } catch (const std::exception& fault) {
        error = fault_text(fault);
    }
    end(runner, std::move(figures), std::move(error));
    return Workplace::at_once;
}

bool Reproduction::State::take_up(Runner& runner) {
    {
        const std::lock_guard lock(mutex);
        if (waiting.empty()) return false;
        runner.task = waiting.back();
        waiting.pop_back();
        ++running;
        runner.task->begun = SteadyClock::now();
    }
    try {
        runner.work = runner.task->job.run(runner.task->watch);
        return true;
    } catch (const std::exception& fault) {
        end(runner, {}, fault_text(fault));
        return take_up(runner);
    }
}

void Reproduction::State::end(Runner& runner, std::vector<Figure> figures, std::string error) {
    runner.work = {};
    Task& task = *std::exchange(runner.task, nullptr);
    const std::lock_guard lock(mutex);
    task.figures = std::move(figures);
    task.error = std::move(error);
    task.ended = SteadyClock::now();
    --running;
    if (finished()) idle.notify_all();
}

Reproduction::Progress Reproduction::State::progress_of(std::size_t experiment) const {
    const PublishedExperiment& what = experiments[experiment];
    Progress result{what.name, what.title, 0, true, {}, {}, 0, 0};
    double weight = 0;
    std::vector<Figure> given;
    std::optional<SteadyClock::time_point> first, last;
    for (const auto& task : tasks) {
        if (task->experiment != experiment) continue;
        weight += task->job.weight;
        result.share += task->job.weight * (task->ended ? 1 : task->watch.share());
        if (!task->ended) result.done &= stop && !task->begun;
        if (result.error.empty() && !task->error.empty())
            result.error = task->job.name + ": " + task->error;
        given.insert(given.end(), task->figures.begin(), task->figures.end());
        if (!task->begun) continue;
        const SteadyClock::time_point until = task->ended.value_or(SteadyClock::now());
        result.work_seconds += seconds(until - *task->begun);
        first = std::min(first.value_or(*task->begun), *task->begun);
        last = std::max(last.value_or(until), until);
    }
    if (weight > 0) result.share /= weight;
    if (first) result.seconds = seconds(*last - *first);
    for (const Figure& figure : given)
        result.figures.push_back(published ? compare(figure, *published) : Comparison{figure, {}});
    if (published && result.done)
        for (Comparison& absent : not_given(*published, what.section, given))
            result.figures.push_back(std::move(absent));
    return result;
}

Reproduction::Reproduction(std::vector<PublishedExperiment> experiments, std::uint64_t seed,
                           std::optional<Published> published, Workplace& workplace, int at_once)
    : state_(std::make_shared<State>()) {
    State& state = *state_;
    state.experiments = std::move(experiments);
    state.published = std::move(published);
    for (std::size_t i = 0; i < state.experiments.size(); ++i)
        for (Job& job : state.experiments[i].jobs(seed))
            state.tasks.push_back(std::make_unique<Task>(std::move(job), i));
    // Those that take equally long in the order given.
    for (auto task = state.tasks.rbegin(); task != state.tasks.rend(); ++task)
        state.waiting.push_back(task->get());
    std::stable_sort(state.waiting.begin(), state.waiting.end(),
                     [](const Task* a, const Task* b) { return a->job.weight < b->job.weight; });
    state.workplace = &workplace;
    state.runners.resize(at_once);
    for (State::Runner& runner : state.runners)
        workplace.begin([kept = state_, &runner](const Workplace::Turn& turn) {
            return kept->go_on(runner, turn);
        });
}

Reproduction::~Reproduction() {
    state_->cancel();
}

std::vector<Reproduction::Progress> Reproduction::progress() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<Progress> result;
    for (std::size_t i = 0; i < state_->experiments.size(); ++i)
        result.push_back(state_->progress_of(i));
    return result;
}

void Reproduction::cancel() {
    state_->cancel();
}

bool Reproduction::cancelled() const {
    const std::lock_guard lock(state_->mutex);
    return state_->stop;
}

bool Reproduction::wait_for(std::chrono::milliseconds time) const {
    const auto finished = [this] { return state_->finished(); };
    std::unique_lock lock(state_->mutex);
    if (state_->workplace->threads() > 0) return state_->idle.wait_for(lock, time, finished);
    const SteadyClock::time_point end = SteadyClock::now() + time;
    // Others at the workplace may have something to do for ever.
    while (!finished() && SteadyClock::now() < end) {
        lock.unlock();
        const bool more =
            state_->workplace->work(std::min(0.05, seconds(end - SteadyClock::now())));
        lock.lock();
        if (!more) break;
    }
    return finished();
}

}  // namespace muonscope

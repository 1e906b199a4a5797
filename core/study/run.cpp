#include "core/study/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

#include "core/base/program.h"
#include "core/linalg/kernels/level.h"
#include "core/session/one_at_a_time.h"
#include "core/study/report.h"

namespace muonscope {
namespace {

// The problem that neighbouring jobs share: made once, by whoever comes first.
class NewestProblem {
  public:
    std::shared_ptr<const Problem> of(const Experiment& experiment) {
        std::shared_ptr<const Problem> problem = door_([&] { return newest_; });
        if (problem && problem->experiment == experiment) return problem;
        problem = make_problem(experiment);
        door_([&] { newest_ = problem; });
        return problem;
    }

  private:
    OneAtATime door_;
    std::shared_ptr<const Problem> newest_;
};

// Which jobs a run is to see to the end of.
using Wanted = std::function<bool(std::int64_t)>;

// Whether some seeds choose the rates of the others, and the run leaves out what they do not
// choose.
bool in_two_rounds(const Study& study, const StudyOptions& options) {
    return options.chosen_only && study.tuning && study.tuning->seeds > 0;
}

std::int64_t jobs_that_choose(const Study& study) {
    return job_count(study) / static_cast<std::int64_t>(study.seeds.size()) * study.tuning->seeds;
}

// Runs those of the wanted jobs that a database does not hold yet, and counts on.
class StudyRun {
  public:
    StudyRun(StudyDatabase& database, WorkerPool& pool, const StudyOptions& options)
        : database_(database), pool_(pool), options_(options) {}

    void run(const Wanted& wanted);
    StudyProgress progress;

  private:
    bool stopped() const { return failed_ || (options_.stop && options_.stop()); }
    void run(std::int64_t job);

    StudyDatabase& database_;
    WorkerPool& pool_;
    const StudyOptions& options_;
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    const std::string program_ =
        fmt::format("{} {} {}", level_name(level()), program_version(), program_commit());
    NewestProblem problems_;
    OneAtATime door_;
    std::atomic<bool> failed_ = false;
};

void StudyRun::run(const Wanted& wanted) {
    const std::vector<char> there = database_.done();
    std::vector<std::int64_t> waiting;
    for (std::int64_t job = 0; job < static_cast<std::int64_t>(there.size()); ++job) {
        if (!options_.shard.holds(job) || !wanted(job)) continue;
        if (there[static_cast<std::size_t>(job)] != 0)
            ++progress.done;
        else if (progress.made + static_cast<std::int64_t>(waiting.size()) < options_.most)
            waiting.push_back(job);
    }
    pool_.for_each(static_cast<int>(waiting.size()), [&](int index) {
        if (stopped()) return;
        try {
            run(waiting[static_cast<std::size_t>(index)]);
        } catch (...) {
            failed_ = true;
            throw;
        }
    });
}

void StudyRun::run(std::int64_t job) {
    const Study& study = database_.study();
    const Spec spec = spec_of_job(study, place_of_job(study, job));
    const auto result =
        run_job(spec, study, problems_.of(spec.experiment), [this] { return stopped(); });
    if (!result) return;
    const StoredResult stored{job, job_key(study, spec), program_, *result};
    door_([&] {
        database_.add(stored);
        ++progress.done;
        ++progress.made;
        if (result->outcome == Outcome::diverged) ++progress.diverged;
        progress.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
        if (options_.on_result) options_.on_result(progress);
    });
}

}  // namespace

double StudyProgress::seconds_left() const {
    if (made == 0) return std::numeric_limits<double>::infinity();
    return seconds / static_cast<double>(made) * static_cast<double>(jobs - done);
}

std::int64_t jobs_asked_for(const Study& study, const StudyOptions& options) {
    if (in_two_rounds(study, options)) {
        const std::size_t others =
            study.seeds.size() - static_cast<std::size_t>(study.tuning->seeds);
        return jobs_that_choose(study) +
               static_cast<std::int64_t>(study.settings.size() * study.arms.size() * others);
    }
    const std::int64_t behind = job_count(study) - options.shard.index;
    return behind < 0 ? 0 : behind / options.shard.of + 1;
}

StudyProgress run_study(StudyDatabase& database, WorkerPool& pool, const StudyOptions& options) {
    const Study& study = database.study();
    StudyRun run(database, pool, options);
    run.progress.jobs = jobs_asked_for(study, options);
    if (!in_two_rounds(study, options)) {
        run.run([](std::int64_t) { return true; });
        return run.progress;
    }
    const auto choosing = static_cast<std::size_t>(study.tuning->seeds);
    run.run([&](std::int64_t job) { return place_of_job(study, job).seed < choosing; });
    if (run.progress.done < jobs_that_choose(study)) return run.progress;  // stopped, or no more
    const std::vector<std::size_t> rates = chosen_rates(study, database.results());
    run.progress.done = 0;  // those that chose are counted again
    run.run([&](std::int64_t job) { return is_reported(study, rates, job); });
    return run.progress;
}

}  // namespace muonscope

#include "core/study/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

#include "core/base/program.h"
#include "core/linalg/kernels/level.h"
#include "core/session/one_at_a_time.h"

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

}  // namespace

double StudyProgress::seconds_left() const {
    if (made == 0) return std::numeric_limits<double>::infinity();
    return seconds / static_cast<double>(made) * static_cast<double>(jobs - done);
}

StudyProgress run_study(StudyDatabase& database, WorkerPool& pool, const StudyOptions& options) {
    const Study& study = database.study();
    const std::vector<char> there = database.done();
    StudyProgress progress;
    std::vector<std::int64_t> waiting;
    for (std::int64_t job = 0; job < static_cast<std::int64_t>(there.size()); ++job) {
        if (!options.shard.holds(job)) continue;
        ++progress.jobs;
        if (there[static_cast<std::size_t>(job)] != 0)
            ++progress.done;
        else if (static_cast<std::int64_t>(waiting.size()) < options.most)
            waiting.push_back(job);
    }

    const auto begun = std::chrono::steady_clock::now();
    const std::string program =
        fmt::format("{} {} {}", level_name(level()), program_version(), program_commit());
    NewestProblem problems;
    OneAtATime door;
    std::atomic<bool> failed = false;
    const auto stop = [&] { return failed || (options.stop && options.stop()); };
    pool.for_each(static_cast<int>(waiting.size()), [&](int index) {
        if (stop()) return;
        try {
            const std::int64_t job = waiting[static_cast<std::size_t>(index)];
            const Spec spec = spec_of_job(study, place_of_job(study, job));
            const auto result = run_job(spec, study, problems.of(spec.experiment), stop);
            if (!result) return;
            const StoredResult stored{job, job_key(study, spec), program, *result};
            door([&] {
                database.add(stored);
                ++progress.done;
                ++progress.made;
                if (result->outcome == Outcome::diverged) ++progress.diverged;
                progress.seconds =
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
                if (options.on_result) options.on_result(progress);
            });
        } catch (...) {
            failed = true;
            throw;
        }
    });
    return progress;
}

}  // namespace muonscope

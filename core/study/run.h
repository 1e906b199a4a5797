#pragma once

#include <functional>

#include "core/session/worker_pool.h"
#include "core/study/database.h"

namespace muonscope {

// Every `of`-th job, from the `index`-th on, 1-based: neighbours, which take alike long, go to
// different shards.
struct Shard {
    std::int64_t index = 1, of = 1;

    bool holds(std::int64_t job) const { return job % of == index - 1; }
};

struct StudyProgress {
    std::int64_t jobs = 0, done = 0, diverged = 0;  // that were asked for; done: now, and before
    std::int64_t made = 0;                          // in this run
    double seconds = 0;                             // since it began
    // From what jobs took so far; infinite before the first.
    double seconds_left() const;
};

struct StudyOptions {
    Shard shard;
    std::int64_t most = INT64_MAX;  // of jobs in this run
    // The seeds that choose a rate first, and then the others at the rates they chose alone: what
    // the tables are made of. Of a whole study, as a shard does not hold what chooses.
    bool chosen_only = false;
    std::function<bool()> stop;  // asked every few milliseconds, on any thread
    std::function<void(const StudyProgress&)> on_result;  // after each job, one at a time
};

// How many jobs a run of the study with these options sees to the end of.
std::int64_t jobs_asked_for(const Study& study, const StudyOptions& options);

// Runs what a database does not hold yet, each job on one thread, and stores each result at once.
// Throws what a job or the database throws, once those under way have ended.
StudyProgress run_study(StudyDatabase& database, WorkerPool& pool, const StudyOptions& options);

}  // namespace muonscope

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/study/job.h"
#include "core/study/study.h"

namespace muonscope {

struct StoredResult {
    std::int64_t job = 0;
    std::string key;      // job_key
    std::string program;  // level and commit that made it
    JobResult result;
};

// The results of one study in an SQLite file: a table `results` with a line a job, written as soon
// as the job has ended, so that a program that is killed loses the jobs in hand and no other. Where
// a result is there already it stays; one with other bits is an Error.
//
// Throws Error for a file that is none of these, or of another version or study, and where the disk
// is full: what was stored before stays.
class StudyDatabase {
  public:
    // Begins a file, or goes on with one of the same study, or of one that has grown: with more
    // seeds, arms, rates or settings, so that every result is of one of its jobs too.
    StudyDatabase(const std::string& path, const Study& study);
    explicit StudyDatabase(const std::string& path);  // one that is there, to be read
    ~StudyDatabase();
    StudyDatabase(const StudyDatabase&) = delete;
    StudyDatabase& operator=(const StudyDatabase&) = delete;

    const Study& study() const { return study_; }
    const std::string& path() const { return path_; }
    std::vector<StoredResult> results() const;  // by job
    std::vector<char> done() const;             // by job
    void add(const StoredResult& result);
    void add(const std::vector<StoredResult>& results);  // all of them or none

  private:
    struct Connection;

    void begin_file();
    void check_file();
    void prepare();
    bool grow_to(const Study& study);
    void all_or_nothing(const std::function<void()>& change);

    std::string path_;
    Study study_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace muonscope

#include "core/study/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/study/study_json.h"

namespace muonscope {
namespace {

constexpr int database_version = 1;
constexpr int application = 0x4d75536f;  // "MuSo"

std::string identifier(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

}  // namespace

struct StudyDatabase::Connection {
    struct Statement {
        sqlite3_stmt* handle = nullptr;
        ~Statement() { sqlite3_finalize(handle); }
    };

    std::string path;
    sqlite3* handle = nullptr;
    Statement insert, look;

    explicit Connection(const std::string& file) : path(file) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        sqlite3_finalize(std::exchange(insert.handle, nullptr));
        sqlite3_finalize(std::exchange(look.handle, nullptr));
        sqlite3_close(handle);
    }

    [[noreturn]] void fail(int code) const {
        const std::string where = in_quotes(path);
        switch (code & 0xff) {
            case SQLITE_NOTADB:
            case SQLITE_CORRUPT:
                throw Error(where, "is no database of a study, or is damaged",
                            "give one that study run has written");
            case SQLITE_FULL:
            case SQLITE_IOERR:
                throw Error(where, "takes no more: the disk is full or fails",
                            "free some space and run it again; results that are in it stay");
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
                throw Error(where, "another program is writing to it", "wait for its end");
            case SQLITE_CANTOPEN:
            case SQLITE_READONLY:
                throw Error(where, "cannot be opened for writing",
                            "choose a folder that is there and can be written to");
            default:
                throw Error(where, handle ? sqlite3_errmsg(handle) : "cannot be opened",
                            "choose another file");
        }
    }
    void check(int code) const {
        if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) fail(code);
    }
    void open(int flags) {
        check(sqlite3_open_v2(path.c_str(), &handle, flags, nullptr));
        sqlite3_extended_result_codes(handle, 1);
        sqlite3_busy_timeout(handle, 20000);
    }
    void run(const std::string& sql) const {
        check(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr));
    }
    void prepare(Statement& statement, const std::string& sql) const {
        check(sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement.handle, nullptr));
    }
    std::int64_t number(const std::string& sql) const {
        Statement statement;
        prepare(statement, sql);
        const int code = sqlite3_step(statement.handle);
        check(code);
        return code == SQLITE_ROW ? sqlite3_column_int64(statement.handle, 0) : 0;
    }
    std::string text(const std::string& sql) const {
        Statement statement;
        prepare(statement, sql);
        const int code = sqlite3_step(statement.handle);
        check(code);
        return code == SQLITE_ROW ? text_in(statement.handle, 0) : "";
    }
    static std::string text_in(sqlite3_stmt* statement, int column) {
        const unsigned char* text = sqlite3_column_text(statement, column);
        return text ? reinterpret_cast<const char*>(text) : "";
    }
    static void bind(sqlite3_stmt* statement, int place, const std::string& text) {
        sqlite3_bind_text(statement, place, text.c_str(), -1, SQLITE_TRANSIENT);
    }
};

StudyDatabase::StudyDatabase(const std::string& path, const Study& study)
    : path_(path), study_(study), connection_(std::make_unique<Connection>(path)) {
    connection_->open(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    // A killed program loses nothing that was stored, and a result takes no wait for the disk.
    connection_->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    if (connection_->number("SELECT count(*) FROM sqlite_master") == 0)
        begin_file();
    else
        check_file();
    prepare();
    if (to_json(study_) != to_json(study) && !grow_to(study))
        throw Error(in_quotes(path),
                    "holds the results of another study, " + in_quotes(study_.name),
                    "give another file by --db");
}

StudyDatabase::StudyDatabase(const std::string& path)
    : path_(path), connection_(std::make_unique<Connection>(path)) {
    std::error_code fault;
    if (!std::filesystem::is_regular_file(path, fault))
        throw Error(in_quotes(path), "is not a file that exists",
                    "give a database that study run has written");
    connection_->open(SQLITE_OPEN_READWRITE);
    check_file();
    prepare();
}

StudyDatabase::~StudyDatabase() = default;

void StudyDatabase::begin_file() {
    std::string columns;
    for (const Metric& metric : study_.metrics)
        columns += ", " + identifier("metric: " + metric.name) + " REAL";
    connection_->run("BEGIN IMMEDIATE");
    connection_->run(fmt::format(
        "PRAGMA application_id = {}; PRAGMA user_version = {};"
        "CREATE TABLE study(document TEXT NOT NULL);"
        "CREATE TABLE results(job INTEGER PRIMARY KEY, key TEXT NOT NULL, what TEXT NOT NULL,"
        " outcome TEXT NOT NULL, steps INTEGER NOT NULL, fault TEXT NOT NULL,"
        " state_hash TEXT NOT NULL, seconds REAL NOT NULL, program TEXT NOT NULL{})",
        application, database_version, columns));
    Connection::Statement statement;
    connection_->prepare(statement, "INSERT INTO study VALUES(?)");
    Connection::bind(statement.handle, 1, to_json(study_));
    connection_->check(sqlite3_step(statement.handle));
    connection_->run("COMMIT");
}

void StudyDatabase::check_file() {
    if (connection_->number("PRAGMA application_id") != application)
        connection_->fail(SQLITE_NOTADB);
    const std::int64_t version = connection_->number("PRAGMA user_version");
    if (version != database_version)
        throw Error(
            in_quotes(path_),
            fmt::format("is of version {}, and this program reads {}", version, database_version),
            "use the program that wrote it, or run the study into another file");
    study_ = study_from_json(connection_->text("SELECT document FROM study"), path_);
}

void StudyDatabase::prepare() {
    std::string places;
    for (std::size_t i = 0; i < study_.metrics.size() + 9; ++i) places += i == 0 ? "?" : ",?";
    connection_->prepare(connection_->insert, "INSERT INTO results VALUES(" + places + ")");
    connection_->prepare(connection_->look, "SELECT * FROM results WHERE job = ?");
}

namespace {

StoredResult result_in(sqlite3_stmt* statement, std::size_t metrics) {
    const auto text = [&](int column) {
        const unsigned char* found = sqlite3_column_text(statement, column);
        return found ? std::string(reinterpret_cast<const char*>(found)) : std::string();
    };
    StoredResult stored;
    stored.job = sqlite3_column_int64(statement, 0);
    stored.key = text(1);
    const std::string outcome = text(3);
    for (std::size_t i = 0; i < outcome_choices.size(); ++i)
        if (outcome == outcome_choices[i].slug) stored.result.outcome = static_cast<Outcome>(i);
    stored.result.steps = sqlite3_column_int64(statement, 4);
    stored.result.fault = text(5);
    stored.result.state_hash = std::strtoull(text(6).c_str(), nullptr, 16);
    stored.result.seconds = sqlite3_column_double(statement, 7);
    stored.program = text(8);
    for (std::size_t i = 0; i < metrics; ++i) {
        const int column = static_cast<int>(9 + i);
        stored.result.numbers.push_back(sqlite3_column_type(statement, column) == SQLITE_NULL
                                            ? std::nan("")
                                            : sqlite3_column_double(statement, column));
    }
    return stored;
}

}  // namespace

std::vector<StoredResult> StudyDatabase::results() const {
    Connection::Statement all;
    connection_->prepare(all, "SELECT * FROM results ORDER BY job");
    std::vector<StoredResult> results;
    int code = sqlite3_step(all.handle);
    for (; code == SQLITE_ROW; code = sqlite3_step(all.handle))
        results.push_back(result_in(all.handle, study_.metrics.size()));
    connection_->check(code);
    return results;
}

// Whether every result is of a job of this study too; they are of it then, under its numbers.
bool StudyDatabase::grow_to(const Study& study) {
    if (study.metrics != study_.metrics) return false;
    std::multimap<std::string, std::int64_t> jobs;
    for (std::int64_t job = 0; job < job_count(study); ++job)
        jobs.emplace(job_key(study, spec_of_job(study, place_of_job(study, job))), job);
    std::vector<StoredResult> stored = results();
    for (StoredResult& result : stored) {
        const auto found = jobs.find(result.key);
        if (found == jobs.end()) return false;
        result.job = found->second;
        jobs.erase(found);  // two jobs may be one and the same run
    }
    all_or_nothing([&] {
        connection_->run("DELETE FROM results");
        Connection::Statement statement;
        connection_->prepare(statement, "UPDATE study SET document = ?");
        Connection::bind(statement.handle, 1, to_json(study));
        connection_->check(sqlite3_step(statement.handle));
        study_ = study;
        for (const StoredResult& result : stored) add(result);
    });
    return true;
}

void StudyDatabase::all_or_nothing(const std::function<void()>& change) {
    connection_->run("BEGIN IMMEDIATE");
    try {
        change();
        connection_->run("COMMIT");
    } catch (...) {
        sqlite3_exec(connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
}

std::vector<char> StudyDatabase::done() const {
    std::vector<char> done(static_cast<std::size_t>(job_count(study_)), char{0});
    Connection::Statement all;
    connection_->prepare(all, "SELECT job FROM results");
    int code = sqlite3_step(all.handle);
    for (; code == SQLITE_ROW; code = sqlite3_step(all.handle))
        if (const std::int64_t job = sqlite3_column_int64(all.handle, 0);
            job >= 0 && job < static_cast<std::int64_t>(done.size()))
            done[static_cast<std::size_t>(job)] = 1;
    connection_->check(code);
    return done;
}

void StudyDatabase::add(const StoredResult& stored) {
    sqlite3_stmt* look = connection_->look.handle;
    sqlite3_bind_int64(look, 1, stored.job);
    const int found = sqlite3_step(look);
    std::optional<StoredResult> there;
    if (found == SQLITE_ROW) there = result_in(look, study_.metrics.size());
    sqlite3_reset(look);
    connection_->check(found);
    if (there) {
        if (there->key == stored.key && there->result.same_bits(stored.result)) return;
        throw Error(in_quotes(path_),
                    fmt::format("holds another result of job {} ({})", stored.job,
                                job_text(study_, place_of_job(study_, stored.job))),
                    fmt::format("one is of {}, the other of {}: run both again by one program",
                                there->program, stored.program));
    }
    sqlite3_stmt* insert = connection_->insert.handle;
    const JobResult& result = stored.result;
    sqlite3_bind_int64(insert, 1, stored.job);
    Connection::bind(insert, 2, stored.key);
    Connection::bind(insert, 3, job_text(study_, place_of_job(study_, stored.job)));
    Connection::bind(insert, 4, std::string(outcome_choices[place_of(result.outcome)].slug));
    sqlite3_bind_int64(insert, 5, result.steps);
    Connection::bind(insert, 6, result.fault);
    Connection::bind(insert, 7, fmt::format("{:016x}", result.state_hash));
    sqlite3_bind_double(insert, 8, result.seconds);
    Connection::bind(insert, 9, stored.program);
    for (std::size_t i = 0; i < result.numbers.size(); ++i)
        sqlite3_bind_double(insert, static_cast<int>(10 + i), result.numbers[i]);  // NaN: null
    const int code = sqlite3_step(insert);
    sqlite3_reset(insert);
    connection_->check(code);
}

void StudyDatabase::add(const std::vector<StoredResult>& results) {
    all_or_nothing([&] {
        for (const StoredResult& result : results) add(result);
    });
}

}  // namespace muonscope

// `muonscope study` as its users have it.

#include <gtest/gtest.h>

#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/formats/files.h"
#include "tests/cli/program.h"
#include "tests/sanitized.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

// Of a study that may be running, or may not have begun.
int results_in(const std::string& database) {
    sqlite3* handle = nullptr;
    sqlite3_stmt* query = nullptr;
    int found = 0;
    if (sqlite3_open_v2(database.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM results", -1, &query, nullptr) ==
            SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW)
        found = sqlite3_column_int(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(handle);
    return found;
}

class StudyCommand : public testing::Test {
  protected:
    std::string file(const std::string& seeds, const std::string& steps = "40") {
        write_file(folder_ / "s.json", R"({"version": 1, "name": "s", "base": "two-ways-up",
 "list": [{"network.width": 8, "target.modes": 4}],
 "arms": [{"name": "SGD"}, {"name": "Muon", "set": {"optimizer.kind": "muon"}}],
 "seeds": )" + seeds + R"(, "budget": {"steps": )" +
                                           steps + R"(},
 "metrics": [{"end": "relative_error"}, {"name": "steps", "steps_to": "relative_error<=0.8"}]})");
        return folder_ / "s.json";
    }
    Outcome study(std::vector<std::string> words, const std::function<void()>& in_child = {},
                  const std::function<void(pid_t)>& meanwhile = {}) {
        words.insert(words.begin(), "study");
        return run_program(words, in_child, meanwhile);
    }
    std::string csv(const std::string& database) {
        const Outcome shown = study({"show", database, "--format", "csv"});
        EXPECT_EQ(shown.code, 0) << shown.err;
        return shown.out;
    }
    void expect_refusal(const Outcome& outcome, const std::string& part) {
        EXPECT_EQ(outcome.code, 2) << outcome.err;
        EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    ScratchFolder folder_;
};

TEST_F(StudyCommand, runs_once_and_shows_tables) {
    const std::string database = folder_ / "s.db";
    const Outcome first = study({"run", file("6"), "--db", database});
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_NE(first.out.find("12 of 12 jobs are in"), std::string::npos) << first.out;
    EXPECT_NE(first.out.find("12 run now"), std::string::npos) << first.out;
    EXPECT_NE(study({"run", file("6"), "--db", database}).out.find("; 0 run now"),
              std::string::npos);
    const Outcome shown = study({"show", database});
    EXPECT_NE(shown.out.find("12 of 12 jobs are there"), std::string::npos) << shown.out;
    EXPECT_NE(shown.out.find("SGD − Muon"), std::string::npos);
    EXPECT_NE(shown.out.find("percentile bootstrap"), std::string::npos);
    const Outcome json = study({"show", database, "--format", "json"});
    const auto tables = nlohmann::json::parse(json.out);
    EXPECT_EQ(tables["done"], 12);
    EXPECT_EQ(tables["arms"].size(), 4U);  // two metrics of two arms
    for (const auto& [heading, value] : tables["arms"][0].items())
        EXPECT_NE(shown.out.find(heading.substr(0, heading.find(' '))), std::string::npos);
    EXPECT_EQ(tables["comparisons"].size(), 2U);
    EXPECT_NE(study({"show", database, "--format", "latex"}).out.find("\\begin{tabular}"),
              std::string::npos);
    expect_refusal(study({"show", database, "--format", "word"}), "choose one of text");
}

TEST_F(StudyCommand, draws_its_differences_for_print) {
    const std::string database = folder_ / "s.db", svg = folder_ / "s.svg", pdf = folder_ / "s.pdf";
    ASSERT_EQ(study({"run", file("4"), "--db", database}).code, 0);
    const Outcome drawn = study({"show", database, "--figure", svg});
    EXPECT_EQ(drawn.code, 0) << drawn.err;
    EXPECT_NE(drawn.out.find("relative_error at the end of s is in"), std::string::npos);
    EXPECT_NE(read_file(svg, 1 << 20).find(">SGD − Muon<"), std::string::npos)
        << read_file(svg, 1 << 20);
    ASSERT_EQ(study({"show", database, "--figure", pdf, "--metric", "steps"}).code, 0);
    EXPECT_EQ(read_file(pdf, 1 << 20).rfind("%PDF-1.4\n", 0), 0U);
    EXPECT_NE(read_file(pdf, 1 << 20).find("(steps, first \\226 second) Tj"), std::string::npos);
    expect_refusal(study({"show", database, "--figure", folder_ / "s.png"}), ".svg or .pdf");
    expect_refusal(study({"show", database, "--figure", svg, "--metric", "x"}), "choose one of");
    expect_refusal(study({"show", database, "--metric", "steps"}), "add --figure");
}

TEST_F(StudyCommand, says_where_muon_pays_and_writes_it_as_python) {
    const std::string database = folder_ / "w.db";
    write_file(folder_ / "w.json", R"({"version": 1, "name": "w", "base": "two-ways-up",
 "list": [{"network.width": 8, "target.modes": 4}],
 "arms": [{"name": "AdamW", "set": {"optimizer.kind": "adamw"}},
          {"name": "Muon in 2", "set": {"lanes.0.layers.2.optimizer.kind": "muon"}}],
 "seeds": 6, "budget": {"steps": 30}, "metrics": [{"end": "relative_error"}, {"end": "loss"}]})");
    ASSERT_EQ(study({"run", folder_ / "w.json", "--db", database}).code, 0);
    const Outcome where = study({"show", database, "--where"});
    EXPECT_EQ(where.code, 0) << where.err;
    for (const char* part :
         {"12 of 12 jobs are there", "Muon in", "better",
          "relative_error at the end: ", "loss at the end: ", "Made of 3 seeds", "Baseline: AdamW"})
        EXPECT_NE(where.out.find(part), std::string::npos) << part << " in\n" << where.out;
    EXPECT_EQ(where.out.find("first better"), std::string::npos) << "the usual tables stay away";
    const Outcome made = study({"show", database, "--where", "--configuration", "pytorch",
                                "--metric", "loss at the end", "--setting", "1"});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(made.out.rfind("# Muon where the study w found it better", 0), 0U) << made.out;
    EXPECT_NE(made.out.find("# Metric: loss at the end, on 6 seeds"), std::string::npos)
        << made.out;
    EXPECT_NE(made.out.find("torch.optim.AdamW(adamw, lr=0.02"), std::string::npos) << made.out;
    expect_refusal(study({"show", database, "--where", "--configuration", "jax"}), "keras");
    expect_refusal(
        study({"show", database, "--where", "--configuration", "optax", "--metric", "x"}),
        "relative_error at the end, loss at the end");
    expect_refusal(
        study({"show", database, "--where", "--configuration", "optax", "--setting", "2"}),
        "--setting");
    ASSERT_EQ(study({"run", file("3"), "--db", folder_ / "s.db"}).code, 0);
    expect_refusal(study({"show", folder_ / "s.db", "--where"}), "Muon on some matrices alone");
}

TEST_F(StudyCommand, killed_it_loses_the_jobs_in_hand_alone_and_goes_on_to_the_same_table) {
    const std::string whole = folder_ / "whole.db", cut = folder_ / "cut.db";
    const std::string path = file("40", sanitized ? "300" : "3000");
    ASSERT_EQ(study({"run", path, "--db", whole}).code, 0);
    const Outcome killed = study({"run", path, "--db", cut, "-j", "1"}, {}, [&](pid_t program) {
        while (results_in(cut) < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ::kill(program, SIGKILL);
    });
    ASSERT_EQ(killed.code, 128 + SIGKILL);
    const Outcome rest = study({"run", path, "--db", cut});
    EXPECT_EQ(rest.code, 0) << rest.err;
    EXPECT_EQ(rest.out.find("; 80 run now"), std::string::npos) << "nothing was kept";
    EXPECT_EQ(rest.out.find("; 0 run now"), std::string::npos) << "nothing was left";
    EXPECT_EQ(csv(cut), csv(whole));
}

TEST_F(StudyCommand, interrupted_it_leaves_what_is_done) {
    const std::string path = file("400", "3000"), database = folder_ / "s.db";
    const Outcome ended = study({"run", path, "--db", database}, {}, [&](pid_t program) {
        while (results_in(database) < 1) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ::kill(program, SIGINT);
    });
    EXPECT_EQ(ended.code, 130);
    EXPECT_NE(ended.err.find("the same command goes on"), std::string::npos) << ended.err;
    EXPECT_EQ(study({"show", database}).code, 0);
}

TEST_F(StudyCommand, runs_the_rates_that_were_chosen_alone) {
    const std::string path = folder_ / "t.json", few = folder_ / "few.db", all = folder_ / "all.db";
    write_file(path, R"({"version": 1, "name": "t", "base": "two-ways-up",
 "list": [{"network.width": 8, "target.modes": 4}],
 "arms": [{"name": "SGD", "set": {"optimizer.kind": "sgd"}, "rates": [0.01, 0.03, 0.1]},
          {"name": "Muon", "set": {"optimizer.kind": "muon"}, "rates": [0.02, 0.05]}],
 "tuning": {"by": "e", "seeds": 2}, "seeds": 6, "budget": {"steps": 30},
 "metrics": [{"name": "e", "end": "relative_error"}], "compare": [["SGD", "Muon"]]})");
    EXPECT_NE(study({"plan", path}).out.find("\n18 of them with --chosen: "), std::string::npos);
    const Outcome ran = study({"run", path, "--db", few, "--chosen"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_NE(ran.out.find("18 of 18 jobs"), std::string::npos) << ran.out;
    ASSERT_EQ(study({"run", path, "--db", all}).code, 0);
    EXPECT_EQ(csv(few), csv(all));
    expect_refusal(study({"run", path, "--db", few, "--chosen", "--shard", "1/2"}),
                   "leave out --shard, or --chosen");
}

TEST_F(StudyCommand, shards_merge_to_the_serial_table_and_may_overlap) {
    const std::string path = file("9"), whole = folder_ / "whole.db", out = folder_ / "out.db";
    ASSERT_EQ(study({"run", path, "--db", whole}).code, 0);
    std::vector<std::string> merge{"merge", out};
    for (const std::string shard : {"1/3", "2/3", "3/3", "1/2"}) {
        merge.push_back(folder_ / (shard.substr(0, 1) + "-" + shard.substr(2) + ".db"));
        ASSERT_EQ(study({"run", path, "--db", merge.back(), "--shard", shard}).code, 0);
    }
    const Outcome merged = study(merge);
    EXPECT_EQ(merged.code, 0) << merged.err;
    EXPECT_NE(merged.out.find("18 of 18 jobs"), std::string::npos) << merged.out;
    EXPECT_EQ(csv(out), csv(whole));
    // A bit that is another is no result of the same job.
    sqlite3* handle = nullptr;
    sqlite3_open(merge.back().c_str(), &handle);
    sqlite3_exec(handle,
                 "UPDATE results SET \"metric: relative_error at the end\" = 0.5 WHERE job = 2",
                 nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    merge[1] = folder_ / "new.db";
    expect_refusal(study(merge),
                   "another result of job 2 (network.width=8, target.modes=4, SGD, seed 2)");
    EXPECT_FALSE(std::filesystem::exists(merge[1]));
}

TEST_F(StudyCommand, a_shard_is_what_slurm_or_mpi_say) {
    const std::string path = file("8");
    const auto jobs_with = [&](const std::string& shard,
                               const std::vector<std::pair<const char*, const char*>>& variables) {
        const Outcome run =
            study({"run", path, "--db", folder_ / (shard + ".db"), "--shard", shard}, [&] {
                for (const auto& [name, value] : variables) ::setenv(name, value, 1);
            });
        return run.out + run.err;
    };
    EXPECT_NE(jobs_with("slurm", {{"SLURM_ARRAY_TASK_ID", "3"},
                                  {"SLURM_ARRAY_TASK_COUNT", "8"},
                                  {"SLURM_ARRAY_TASK_MIN", "1"}})
                  .find("2 of 2 jobs"),
              std::string::npos);
    EXPECT_NE(jobs_with("mpi", {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "4"}})
                  .find("4 of 4 jobs"),
              std::string::npos);
    for (const std::string shard : {"slurm", "mpi", "3", "0/4", "5/4"})
        expect_refusal(study({"run", path, "--shard", shard}),
                       shard == "5/4" || shard == "0/4" ? "--shard" : "2/8");
}

TEST_F(StudyCommand, more_than_a_thousand_jobs_are_said_before_they_begin) {
    const std::string database = folder_ / "s.db";
    const Outcome unasked = study({"run", file("600", "5"), "--db", database});
    EXPECT_EQ(unasked.code, 2);
    EXPECT_NE(unasked.err.find("1200 jobs, about"), std::string::npos) << unasked.err;
    EXPECT_NE(unasked.err.find("add --yes"), std::string::npos) << unasked.err;
    const Outcome run = study({"run", file("600", "5"), "--db", database, "--yes"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_NE(run.out.find("1200 of 1200 jobs"), std::string::npos) << run.out;
}

TEST_F(StudyCommand, other_files_versions_and_studies_are_refused) {
    const std::string database = folder_ / "s.db", path = file("2");
    ASSERT_EQ(study({"run", path, "--db", database}).code, 0);
    expect_refusal(study({"run", file("1"), "--db", database}),
                   "holds the results of another study");
    const Outcome grown = study({"run", file("3"), "--db", database});
    EXPECT_EQ(grown.code, 0) << grown.err;
    EXPECT_NE(grown.out.find("; 2 run now"), std::string::npos) << grown.out;
    write_file(folder_ / "text.db", "no database, but long enough to have been taken for one");
    expect_refusal(study({"show", folder_ / "text.db"}), "is no database of a study");
    expect_refusal(study({"show", folder_ / "none.db"}), "is not a file that exists");
    expect_refusal(study({"run", file("2"), "--db", folder_ / "no/such.db"}), "cannot be opened");
    sqlite3* handle = nullptr;
    sqlite3_open(database.c_str(), &handle);
    sqlite3_exec(handle, "PRAGMA user_version = 7", nullptr, nullptr, nullptr);
    sqlite3_close(handle);
    expect_refusal(study({"show", database}), "is of version 7, and this program reads 1");
}

TEST_F(StudyCommand, a_full_disk_loses_nothing_that_was_stored) {
    const std::string database = folder_ / "s.db", path = file("200", "5");
    expect_refusal(study({"run", path, "--db", database},
                         [] {
                             const rlimit limit{60000, 60000};
                             ::setrlimit(RLIMIT_FSIZE, &limit);
                         }),
                   "the disk is full or fails; free some space and run it again");
    const Outcome rest = study({"run", path, "--db", database});
    EXPECT_EQ(rest.code, 0) << rest.err;
    EXPECT_NE(rest.out.find("400 of 400 jobs"), std::string::npos) << rest.out;
    EXPECT_EQ(rest.out.find("; 400 run now"), std::string::npos) << "what was stored stays";
}

TEST_F(StudyCommand, a_submission_is_a_script_of_shards) {
    const Outcome written = study(
        {"submit", file("8"), "--slurm", "--shards", "8", "--folder", folder_ / "o", "--dry-run"});
    EXPECT_EQ(written.code, 0) << written.err;
    const std::string script = read_file(folder_ / "o/s.sbatch", 1 << 16);
    for (const char* line : {"#SBATCH --array=1-8\n", "#SBATCH --time=", "#SBATCH --mem=",
                             "--shard \"$SLURM_ARRAY_TASK_ID/8\""})
        EXPECT_NE(script.find(line), std::string::npos) << script;
}

}  // namespace
}  // namespace muonscope

// Studies: files, jobs, their results and where those are kept.

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/base/error.h"
#include "core/documents/spec_json.h"
#include "core/random/generator.h"
#include "core/session/session.h"
#include "core/study/report.h"
#include "core/study/run.h"
#include "core/study/study_json.h"
#include "tests/scratch_folder.h"

namespace muonscope {
namespace {

// Small enough that hundreds of its jobs take no time.
std::string study_text(const std::string& more = "",
                       const std::string& budget = R"({"steps": 60})") {
    return R"({"version": 1, "name": "small", "base": "two-ways-up",
 "list": [{"network.width": 8, "target.modes": 4}],
 "grid": {"network.depth": [1, 2]},
 "arms": [{"name": "SGD", "set": {"optimizer.kind": "sgd"}, "rates": [0.01, 0.03, 0.1]},
          {"name": "Muon", "set": {"optimizer.kind": "muon", "optimizer.lr": 0.05}}],
 "tuning": {"by": "steps", "seeds": 2},
 "seeds": 5, "budget": )" +
           budget + R"(,
 "metrics": [{"name": "steps", "steps_to": "relative_error<=0.4"}, {"end": "probe_after_k"},
             {"area": "probe_after_k", "over": "relative_error", "every": 5},
             {"name": "modes", "steps_to": "modes_learned>=2", "every": 1}])" +
           more + "}";
}

Study small_study() {
    return study_from_json(study_text(), "small.json");
}

JobResult result_of(const Study& study, const JobPlace& place) {
    return *run_job(spec_of_job(study, place), study, nullptr, {});
}

std::string complaint(const std::string& text) {
    try {
        study_from_json(text, "s.json");
    } catch (const Error& fault) {
        return fault.what();
    }
    return "";
}

std::string changed(const std::string& before, const std::string& after) {
    std::string text = study_text();
    const std::size_t at = text.find(before);
    EXPECT_NE(at, std::string::npos) << before;
    return text.replace(at, before.size(), after);
}

TEST(Study, expands_to_every_setting_seed_arm_and_rate_once) {
    const Study study = small_study();
    ASSERT_EQ(job_count(study), 2 * 5 * (3 + 1));
    std::set<std::string> texts, keys;
    for (std::int64_t job = 0; job < job_count(study); ++job) {
        const JobPlace place = place_of_job(study, job);
        EXPECT_EQ(number_of_job(study, place), job);
        texts.insert(job_text(study, place));
        keys.insert(job_key(study, spec_of_job(study, place)));
    }
    EXPECT_EQ(texts.size(), 40U);
    EXPECT_EQ(keys.size(), 40U);
    const Spec spec = spec_of_job(study, {1, 3, 0, 2});
    EXPECT_EQ(spec.experiment.network.depth, 2);
    EXPECT_EQ(spec.experiment.seed, 4U);
    EXPECT_EQ(spec.lanes.front().phases.front().optimizer.lr, 0.1);
    EXPECT_EQ(spec.lanes.front().until.steps, 60);
}

TEST(Study, an_arm_may_tune_a_key_of_its_own) {
    const std::string arms = R"({"name": "Muon in layer 2", "rates": [0.02, 0.04],
 "set": {"optimizer.kind": "adamw", "optimizer.lr": 0.005, "lanes.0.layers.2.optimizer.kind": "muon"},
 "rate": "lanes.0.layers.2.optimizer.lr"}, )";
    const std::string text = changed("[1, 2]", "[2]");
    const Study study = study_from_json(
        std::string(text).insert(text.find("{\"name\": \"SGD\""), arms), "own.json");
    EXPECT_TRUE(study_from_json(to_json(study), "again") == study);
    const Recipe recipe = spec_of_job(study, {0, 0, 0, 1}).lanes.front();
    EXPECT_EQ(recipe.phases.front().optimizer.lr, 0.005);
    EXPECT_EQ(recipe.phases.front().layer_optimizers.at(1)->lr, 0.04);
    EXPECT_NE(job_text(study, {0, 0, 0, 1}).find("layers.2.optimizer.lr=0.04"), std::string::npos);
    EXPECT_EQ(spec_of_job(study, {0, 0, 1, 1}).lanes.front().phases.front().optimizer.lr, 0.03);
    EXPECT_NE(definitions(study).find("the arm's own key"), std::string::npos);
    EXPECT_EQ(definitions(small_study()).find("the arm's own key"), std::string::npos);
}

TEST(Study, a_study_reads_back_from_its_own_text) {
    const Study study = small_study();
    EXPECT_TRUE(study_from_json(to_json(study), "again") == study);
    EXPECT_EQ(to_json(study_from_json(to_json(study), "again")), to_json(study));
}

TEST(Study, bad_files_are_refused_by_key_value_and_what_is_allowed) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {changed("\"seeds\": 5", "\"seedz\": 5"), "did you mean seeds"},
        {changed("\"network.depth\": [1, 2]", "\"network.depth\": []"),
         "grid.network.depth: is empty"},
        {changed("\"network.depth\"", "\"network.dept\""), "network.depth"},
        {changed("[1, 2]", "[1, 99]"), "99"},
        {changed("\"seeds\": 5", "\"seeds\": 0"), "seeds: 0 is not allowed"},
        {changed("\"seeds\": 5", "\"seeds\": [3, 3]"), "stands twice"},
        {changed("{\"steps\": 60}", "{}"), "says no end"},
        {changed("{\"steps\": 60}", "{\"loss\": 0.1}"), "most_steps"},
        {changed("{\"steps\": 60}", "{\"examples\": 60}"), "whitened"},
        {changed("relative_error<=0.4", "relative_error=0.4"), "column<=value"},
        {changed("\"by\": \"steps\"", "\"by\": \"stepz\""), "'stepz' is not allowed"},
        {changed("\"version\": 1", "\"version\": 2"), "version: 2"},
        {changed("\"name\": \"Muon\"", "\"name\": \"SGD\""), "a second arm"},
        {changed("[0.01, 0.03, 0.1]", "[0.01], \"rate\": \"optimizer.lrr\""), "optimizer.lrr"},
        {changed("\"rates\": [0.01, 0.03, 0.1]", "\"rate\": \"optimizer.lr\""), "has no values"},
        {changed("two-ways-up", "no-such"), "base: 'no-such'"}};
    for (const auto& [text, part] : cases)
        EXPECT_NE(complaint(text).find(part), std::string::npos) << complaint(text);
    std::string many = "[1";
    for (int i = 2; i <= 400; ++i) many += fmt::format(",{}", i);
    const std::string axis = many + "]";
    EXPECT_NE(complaint(changed("\"network.depth\": [1, 2]",
                                "\"seed\": " + axis + ", \"target.signs_seed\": " + axis))
                  .find("160000 settings"),
              std::string::npos);
}

TEST(Study, a_jobs_numbers_are_those_of_a_session) {
    const Study study = small_study();
    for (const JobPlace place :
         {JobPlace{1, 2, 0, 2}, JobPlace{0, 1, 1, 0}, JobPlace{1, 4, 1, 0}}) {
        const JobResult result = result_of(study, place);
        Spec spec = spec_of_job(study, place);
        WorkerPool pool(1);
        Session whole(spec), first(spec), modes(spec);
        whole.advance_to(61, pool);  // asked for one step more, it knows that it has ended
        EXPECT_EQ(result.steps, 60);
        EXPECT_EQ(result.state_hash, whole.lane(0).state_hash());
        const HistoryView history = whole.history(0);
        EXPECT_EQ(result.numbers[1], whole.snapshot()->lanes[0].history.value(
                                         whole.snapshot()->lanes[0].history.size() - 1,
                                         whole.layout().probe_after_k()));
        const bool met = first.advance_until(60, {{first.layout().relative_error(), 0.4}}, pool);
        if (met || !std::isnan(result.numbers[0])) {
            EXPECT_EQ(result.numbers[0], static_cast<double>(first.step()));
        }
        double area = 0, before_x = 0, before_y = 0, first_x = 0;
        std::int64_t reached = -1;
        for (std::size_t i = 0; i < history.size(); ++i) {
            ASSERT_EQ(history.step(i), static_cast<std::int64_t>(i)) << "every step has a row";
            if (reached < 0 && history.value(i, whole.layout().modes_learned()) >= 2)
                reached = history.step(i);
            if (i % 5 != 0) continue;
            const double x = history.value(i, whole.layout().relative_error());
            const double y = history.value(i, whole.layout().probe_after_k());
            if (i == 0) first_x = x;
            if (i > 0) area += (x - before_x) * (y + before_y) / 2;
            before_x = x;
            before_y = y;
        }
        EXPECT_NEAR(result.numbers[2], area / (before_x - first_x), 1e-12);
        EXPECT_EQ(std::isnan(result.numbers[3]) ? -1 : static_cast<std::int64_t>(result.numbers[3]),
                  reached);
    }
}

TEST(Study, a_metric_may_be_of_facts) {
    const Study study = study_from_json(R"({"version": 1, "base": "rare-facts",
 "arms": [{"name": "as it is"}], "seeds": 1, "budget": {"steps": 30},
 "metrics": [{"end": "head_loss"}, {"end": "tail_loss"}]})",
                                        "facts.json");
    const JobResult result = result_of(study, {});
    ASSERT_TRUE(std::isfinite(result.numbers[1]));
    EXPECT_LT(result.numbers[0], result.numbers[1]) << "what is asked for most is learned first";
}

TEST(Study, a_budget_of_distance_ends_at_the_first_step_that_is_near_enough) {
    const Study study =
        study_from_json(study_text("", R"({"distance": 0.4, "most_steps": 500})"), "d");
    const JobPlace place{1, 2, 1, 0};
    const JobResult result = result_of(study, place);
    Session session(spec_of_job(study, place));
    WorkerPool pool(1);
    session.advance_until(500, {{session.layout().relative_error(), 0.4}}, pool);
    EXPECT_EQ(result.outcome, Outcome::done);
    EXPECT_EQ(result.steps, session.step());
    EXPECT_EQ(result.numbers[0], static_cast<double>(session.step()));
    const Study brief =
        study_from_json(study_text("", R"({"distance": 0.4, "most_steps": 3})"), "d");
    EXPECT_EQ(result_of(brief, place).outcome, Outcome::not_reached);
}

TEST(Study, a_job_that_diverges_is_a_result_and_loses_its_comparison) {
    const Study study = study_from_json(changed("[0.01, 0.03, 0.1]", "[50]"), "s.json");
    const JobResult result = result_of(study, {1, 3, 0, 0});
    EXPECT_EQ(result.outcome, Outcome::diverged);
    EXPECT_LT(result.steps, 60);
    EXPECT_NE(result.fault.find("not finite"), std::string::npos);
    std::vector<StoredResult> results;
    for (std::int64_t job = 0; job < job_count(study); ++job)
        results.push_back({job, "", "", result_of(study, place_of_job(study, job))});
    const StudyReport report = report_of(study, results);
    EXPECT_GT(report.diverged, 0);
    const PairSummary& pair = report.pairs.at(study.metrics.size() + 1);  // depth 2, at the end
    EXPECT_EQ(pair.pairs, 0);
    EXPECT_EQ(pair.second_better, 3);
    EXPECT_TRUE(std::isnan(pair.mean));
    EXPECT_EQ(report.arms.at(2 * study.metrics.size() + 2).diverged, 3);
}

// Results by hand: seeds 1 and 2 choose SGD's rate, 3 to 5 compare.
TEST(Study, rates_are_chosen_on_their_own_seeds_and_differences_are_paired) {
    const Study study = small_study();
    std::vector<StoredResult> results;
    const auto give = [&](std::size_t seed, std::size_t arm, std::size_t rate, double steps) {
        for (std::size_t setting = 0; setting < 2; ++setting) {
            JobResult result;
            result.numbers = {steps, 1, 1, 1};
            results.push_back({number_of_job(study, {setting, seed, arm, rate}), "", "", result});
        }
    };
    const double none = std::nan("");
    for (std::size_t seed = 0; seed < 5; ++seed) {
        const bool tunes = seed < 2;
        give(seed, 0, 0, 30);
        give(seed, 0, 1, tunes ? 20 : 100 + static_cast<double>(seed));
        give(seed, 0, 2, seed == 1 ? none : 1);  // the fastest where it comes to a number
        give(seed, 1, 0, seed == 4 ? none : 10 * static_cast<double>(seed));
    }
    const StudyReport report = report_of(study, results);
    const ArmSummary& sgd = report.arms[0];
    EXPECT_EQ(sgd.rate, 1U);
    EXPECT_FALSE(sgd.rate_at_end);
    EXPECT_EQ(sgd.seeds, 3);
    EXPECT_EQ(sgd.mean, 103);
    EXPECT_EQ(report.arms[1].numbers, 2);
    const PairSummary& pair = report.pairs[0];
    EXPECT_EQ(pair.pairs, 2);
    EXPECT_EQ(pair.mean, ((102 - 20) + (103 - 30)) / 2.0);
    EXPECT_EQ(pair.second_better, 2);
    EXPECT_EQ(pair.first_better, 1);
    EXPECT_EQ(pair.chance, 1);
    EXPECT_NEAR(pair.share, 77.5 / 102.5, 1e-15);
}

// A share of what is hardly there says nothing, and the table says so.
TEST(Study, a_share_of_nearly_nothing_is_not_told) {
    const Study study = small_study();
    const auto cell = [&](double first, double spread, double second) {
        std::vector<StoredResult> results;
        for (std::int64_t job = 0; job < job_count(study); ++job) {
            const JobPlace place = place_of_job(study, job);
            const double by = spread * (static_cast<double>(place.seed) - 3);
            JobResult result;
            result.numbers = {place.arm == 0 ? first + by : second, 1, 1, 1};
            results.push_back({job, "", "", result});
        }
        return pairs_table(study, report_of(study, results)).lines.at(1).at(5);
    };
    EXPECT_EQ(cell(10, 1, 5), "+50.0 %");
    EXPECT_EQ(cell(1, 1, 5), "first ≈ 0") << "1 ± 1/√3 on seeds 3 to 5";
    EXPECT_EQ(cell(2, 1, 5), "-150.0 %");
    EXPECT_EQ(cell(1, 0, 20.5), "-1950.0 %");
    EXPECT_EQ(cell(1, 0, 21.5), "first ≈ 0");
    EXPECT_EQ(cell(0, 0, 1), "first ≈ 0");
    EXPECT_NE(definitions(study).find("first ≈ 0"), std::string::npos);
}

TEST(Study, any_number_of_threads_comes_to_the_same_bits) {
    const ScratchFolder folder;
    const Study study = small_study();
    std::vector<std::vector<StoredResult>> all;
    for (const int threads : {1, 4}) {
        StudyDatabase database(folder / fmt::format("{}.db", threads), study);
        WorkerPool pool(threads);
        const StudyProgress progress = run_study(database, pool, {});
        EXPECT_EQ(progress.done, 40);
        all.push_back(database.results());
    }
    ASSERT_EQ(all[0].size(), 40U);
    for (std::size_t i = 0; i < 40; ++i) {
        EXPECT_TRUE(all[0][i].result.same_bits(all[1][i].result)) << i;
        EXPECT_TRUE(
            all[0][i].result.same_bits(result_of(study, place_of_job(study, all[0][i].job))))
            << i;
    }
}

TEST(Study, where_no_rate_came_to_a_number_none_is_chosen) {
    const Study study = small_study();
    std::vector<StoredResult> results;
    for (std::int64_t job = 0; job < job_count(study); ++job) {
        const JobPlace place = place_of_job(study, job);
        JobResult result;
        result.numbers = {place.arm == 0 ? std::nan("") : 5, 1, 1, 1};
        results.push_back({job, "", "", result});
    }
    const StudyReport report = report_of(study, results);
    EXPECT_TRUE(report.arms[0].rate_by_none);
    EXPECT_FALSE(report.arms[1].rate_by_none);
    EXPECT_NE(csv_of(arms_table(study, report)).find(",0.01 (none),0,3,"), std::string::npos)
        << csv_of(arms_table(study, report));
    EXPECT_NE(definitions(study).find("(none)"), std::string::npos);
}

TEST(Study, at_chosen_rates_alone_the_tables_are_the_same) {
    const ScratchFolder folder;
    const Study study = small_study();
    WorkerPool pool(2);
    StudyDatabase whole(folder / "whole.db", study), few(folder / "few.db", study);
    run_study(whole, pool, {});
    StudyOptions options;
    options.chosen_only = true;
    // 2 settings x (2 seeds x 4 that choose + 3 seeds x 2 arms).
    ASSERT_EQ(jobs_asked_for(study, options), 28);
    options.most = 10;  // ends among those that choose
    EXPECT_EQ(run_study(few, pool, options).done, 10);
    for (const StoredResult& stored : few.results())
        EXPECT_LT(place_of_job(study, stored.job).seed, 2U);
    options.most = 9;  // goes on behind them
    EXPECT_EQ(run_study(few, pool, options).made, 9);
    options.most = INT64_MAX;
    const StudyProgress progress = run_study(few, pool, options);
    EXPECT_EQ(progress.done, 28);
    EXPECT_EQ(progress.made, 9);
    EXPECT_EQ(few.results().size(), 28U);
    const StudyReport all = report_of(study, whole.results()),
                      some = report_of(study, few.results());
    EXPECT_EQ(csv_of(pairs_table(study, all)), csv_of(pairs_table(study, some)));
    EXPECT_EQ(csv_of(arms_table(study, all)), csv_of(arms_table(study, some)));
    EXPECT_EQ(run_study(few, pool, options).made, 0);
}

TEST(Study, a_shard_beyond_the_last_job_has_none) {
    StudyOptions options;
    options.shard = {41, 50};
    EXPECT_EQ(jobs_asked_for(small_study(), options), 0);
    options.shard = {40, 50};
    EXPECT_EQ(jobs_asked_for(small_study(), options), 1);
    options.shard = {2, 3};
    EXPECT_EQ(jobs_asked_for(small_study(), options), 13);
}

TEST(Study, a_database_holds_another_results_bits_against_its_own) {
    const ScratchFolder folder;
    const Study study = small_study();
    StudyDatabase database(folder / "a.db", study);
    StoredResult one{3, "k", "p", result_of(study, place_of_job(study, 3))};
    database.add(one);
    database.add(one);
    StoredResult other = one, next = one;
    other.result.numbers[1] = std::nextafter(other.result.numbers[1], 2);
    next.job = 4;
    EXPECT_THROW(database.add(std::vector{next, other}), Error);
    EXPECT_EQ(database.results().size(), 1U) << "all or none";
}

TEST(Study, a_study_that_has_grown_goes_on_in_its_database) {
    const ScratchFolder folder;
    const Study small = small_study();
    std::string text = study_text("", R"({"steps": 60})");
    const auto change = [&text](const std::string& before, const std::string& after) {
        const std::size_t at = text.find(before);
        ASSERT_NE(at, std::string::npos) << before;
        text.replace(at, before.size(), after);
    };
    change("\"seeds\": 5", "\"seeds\": 6");
    change("[0.01, 0.03, 0.1]", "[0.003, 0.01, 0.03, 0.1]");
    change("[1, 2]", "[3, 1, 2]");
    const Study large = study_from_json(text, "s.json");
    WorkerPool pool(2);
    { run_study(*std::make_unique<StudyDatabase>(folder / "s.db", small), pool, {}); }
    StudyDatabase whole(folder / "whole.db", large), grown(folder / "s.db", large);
    run_study(whole, pool, {});
    const StudyProgress progress = run_study(grown, pool, {});
    EXPECT_EQ(progress.done, 3 * 6 * 5);
    EXPECT_EQ(progress.made, 3 * 6 * 5 - 40) << "what was there is there";
    const auto one = whole.results(), other = grown.results();
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].key, other[i].key);
        EXPECT_TRUE(one[i].result.same_bits(other[i].result)) << i;
    }
    // The smaller one would lose results, and one of another budget has none of these.
    EXPECT_THROW(StudyDatabase(folder / "s.db", small), Error);
    EXPECT_THROW(StudyDatabase(folder / "s.db",
                               study_from_json(study_text("", R"({"steps": 61})"), "s.json")),
                 Error);
    EXPECT_EQ(StudyDatabase(folder / "s.db").results().size(), one.size());
    EXPECT_EQ(to_json(StudyDatabase(folder / "s.db").study()), to_json(large));
}

// 1,000 jobs in shards on 100 nodes; a third of the tasks are cut short, some twice, and submitted
// again. What is merged is what one machine comes to.
TEST(Study, a_hundred_nodes_with_failures_come_to_the_serial_bits) {
    const ScratchFolder folder;
    std::string text = study_text("", R"({"steps": 12})");
    const std::string few = "\"seeds\": 5";
    const Study study =
        study_from_json(text.replace(text.find(few), few.size(), "\"seeds\": 125"), "s.json");
    ASSERT_EQ(job_count(study), 1000);
    StudyDatabase serial(folder / "serial.db", study), merged(folder / "merged.db", study);
    WorkerPool pool(2);
    run_study(serial, pool, {});
    WorkerPool node(1);
    Generator chance(1, Purpose::lab);
    int cut = 0;
    for (std::int64_t task = 1; task <= 100; ++task) {
        const std::string path = folder / fmt::format("shard-{}.db", task);
        for (bool ended = false; !ended;) {
            StudyDatabase database(path, study);
            StudyOptions options;
            options.shard = {task, 100};
            std::int64_t asked = 0;
            const auto last = static_cast<std::int64_t>(chance.below(16));
            options.stop = [&] { return ++asked > 2 * last; };
            ended = run_study(database, node, options).done == 10;
            cut += ended ? 0 : 1;
        }
        merged.add(StudyDatabase(path).results());
    }
    EXPECT_GT(cut, 30);
    const auto one = serial.results(), many = merged.results();
    ASSERT_EQ(many.size(), 1000U);
    for (std::size_t i = 0; i < many.size(); ++i) {
        EXPECT_EQ(one[i].key, many[i].key);
        EXPECT_TRUE(one[i].result.same_bits(many[i].result)) << i;
    }
    EXPECT_EQ(csv_of(pairs_table(study, report_of(study, one))),
              csv_of(pairs_table(study, report_of(study, many))));
}

TEST(Study, tables_are_csv_markdown_and_latex) {
    const ReportTable table{"T", {{"a_b", "n"}, {"x | y, z", "−3"}}, {1}};
    EXPECT_EQ(csv_of(table), "a_b,n\n\"x | y, z\",−3\n");
    EXPECT_EQ(markdown_of(table), "| a_b | n |\n|---|---:|\n| x \\| y, z | −3 |\n");
    EXPECT_EQ(
        latex_of(table),
        "\\begin{tabular}{lr}\n\\hline\na\\_b & n \\\\\n\\hline\nx | y, z & $-$3 \\\\\n\\hline\n"
        "\\end{tabular}\n");
}

}  // namespace
}  // namespace muonscope

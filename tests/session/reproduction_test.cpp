#include "core/session/reproduction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "tests/toy_jobs.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;

Figure figure(const std::string& path, double value, const std::string& format = "{:.2f}") {
    return {path, "label of " + path, value, format};
}

Job job(const std::string& name, double weight, std::vector<Figure> figures) {
    return {name, weight,
            [figures = std::move(figures)](Watch& watch) { return test::given(figures, watch); }};
}

Work<std::vector<Figure>> no_end(Watch& watch) {
    for (;;) {
        co_await watch.at(0.25);
        std::this_thread::sleep_for(1ms);
    }
}

Job endless(const std::string& name) {
    return {name, 1, no_end};
}

// What jobs were begun, in turn.
std::mutex order_mutex;
std::vector<std::string> order;

Work<std::vector<Figure>> sum_of(std::string name, double start, int i, Watch& watch) {
    {
        const std::lock_guard lock(order_mutex);
        order.push_back(name);
    }
    double sum = start;
    for (int k = 0; k < 1000; ++k) {
        sum += i;
        co_await watch.at(k / 1000.0);
    }
    co_return std::vector<Figure>(1, figure("sums/" + name, sum));
}

std::vector<Job> sums(std::uint64_t shift) {
    std::vector<Job> jobs;
    for (int i = 0; i < 6; ++i) {
        const std::string name = std::to_string(i);
        jobs.push_back({name, double(i % 3),
                        [=](Watch& watch) { return sum_of(name, double(shift), i, watch); }});
    }
    return jobs;
}

std::vector<Job> figures_right_and_wrong(std::uint64_t) {
    return {job("a", 1, {figure("toy/right", 1.004), figure("toy/wrong", 1.006)}),
            job("b", 2, {figure("toy/unknown", 3)})};
}

Work<std::vector<Figure>> breaks(Watch& watch) {
    co_await watch.at(0.5);
    throw Error("here", "it broke", "mend it");
}

std::vector<Job> two_fail(std::uint64_t) {
    return {{"bad", 1, breaks},
            {"worse", 1,
             [](Watch&) -> Work<std::vector<Figure>> { throw Error("there", "it broke", "mend"); }},
            job("good", 1, {figure("toy/right", 1)})};
}

std::vector<Job> without_end(std::uint64_t) {
    return {endless("x"), endless("y"), endless("z")};
}

PublishedExperiment experiment(const std::string& section,
                               std::vector<Job> (*jobs)(std::uint64_t)) {
    PublishedExperiment result;
    result.name = section;
    result.section = section;
    result.title = "Title of " + section;
    result.jobs = jobs;
    return result;
}

Published published() {
    Published result;
    result.numbers = {{"toy/right", 1}, {"toy/wrong", 1}, {"toy/absent", 7}, {"other/absent", 8}};
    return result;
}

// At workplaces with threads and without.
class ReproductionAt : public testing::TestWithParam<int> {
  protected:
    Workplace workplace{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(threads, ReproductionAt, testing::Values(0, 2));

TEST(Reproduction, gives_the_figures_of_every_job_in_order_with_any_number_of_workers) {
    for (int workers : {0, 1, 2, 5, 9}) {
        Workplace workplace(workers);
        Reproduction run({experiment("sums", sums)}, 1000, {}, workplace, std::max(1, workers));
        ASSERT_TRUE(run.wait_for(30s));
        const auto progress = run.progress();
        ASSERT_EQ(progress.size(), 1u);
        EXPECT_EQ(progress[0].share, 1);
        EXPECT_TRUE(progress[0].done);
        ASSERT_EQ(progress[0].figures.size(), 6u);
        for (std::size_t i = 0; i < 6; ++i) {
            EXPECT_EQ(progress[0].figures[i].figure.path, "sums/" + std::to_string(i));
            EXPECT_EQ(progress[0].figures[i].figure.value, 1000.0 + 1000.0 * double(i));
            EXPECT_FALSE(progress[0].figures[i].published);
        }
    }
}

TEST_P(ReproductionAt, begins_the_longest_jobs_first) {
    order.clear();
    Reproduction run({experiment("sums", sums)}, 0, {}, workplace, 1);
    ASSERT_TRUE(run.wait_for(30s));
    const std::lock_guard lock(order_mutex);
    ASSERT_EQ(order.size(), 6u);
    for (std::size_t i = 1; i < order.size(); ++i)
        EXPECT_GE(std::stoi(order[i - 1]) % 3, std::stoi(order[i]) % 3);
    EXPECT_EQ(order[0] + order[1], "25");  // of equal ones the first given
}

TEST_P(ReproductionAt, passes_judgement_and_misses_what_was_published_and_not_given) {
    Reproduction run({experiment("toy", figures_right_and_wrong)}, 0, published(), workplace, 2);
    ASSERT_TRUE(run.wait_for(30s));
    const auto figures = run.progress()[0].figures;
    ASSERT_EQ(figures.size(), 4u);
    EXPECT_EQ(figures[0].verdict, Verdict::exact);
    EXPECT_EQ(figures[1].verdict, Verdict::failed);
    EXPECT_EQ(figures[2].verdict, Verdict::missing);
    EXPECT_EQ(figures[3].figure.path, "toy/absent");
    EXPECT_EQ(figures[3].verdict, Verdict::missing);
}

TEST_P(ReproductionAt, a_job_that_throws_leaves_its_words_and_lets_the_others_finish) {
    Reproduction run({experiment("toy", two_fail)}, 0, {}, workplace, 2);
    ASSERT_TRUE(run.wait_for(30s));
    const auto progress = run.progress()[0];
    EXPECT_EQ(progress.error, "bad: here: it broke; mend it");
    ASSERT_EQ(progress.figures.size(), 1u);
    EXPECT_EQ(progress.figures[0].figure.path, "toy/right");
    EXPECT_FALSE(run.cancelled());
}

TEST_P(ReproductionAt, is_watched_while_it_runs_and_stops_when_told) {
    Reproduction run({experiment("endless", without_end), experiment("sums", sums)}, 0, {},
                     workplace, 2);
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (run.progress()[0].share < 1.0 / 12 && std::chrono::steady_clock::now() < end) {
        EXPECT_FALSE(run.progress()[0].done);
        workplace.work(0.001);
    }
    EXPECT_FALSE(run.wait_for(0ms));
    run.cancel();
    EXPECT_TRUE(run.wait_for(30s));
    EXPECT_TRUE(run.cancelled());
    for (const auto& progress : run.progress()) EXPECT_TRUE(progress.done);
}

TEST_P(ReproductionAt, goes_away_in_the_middle_of_its_jobs) {
    for (int i = 0; i < 20; ++i) {
        const Reproduction run({experiment("endless", without_end)}, 0, {}, workplace, 3);
        workplace.work(0.002);
    }
    EXPECT_FALSE(workplace.work(30));
}

TEST_P(ReproductionAt, of_nothing_is_finished_at_once) {
    Reproduction run({}, 0, {}, workplace, 2);
    EXPECT_TRUE(run.wait_for(0ms));
    run.cancel();
    EXPECT_FALSE(run.cancelled());
}

}  // namespace
}  // namespace muonscope

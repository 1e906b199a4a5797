// Work that is begun and not waited for: at workplaces with threads and without.

#include "core/session/background.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "core/random/generator.h"
#include "tests/sanitized.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Outlet = Background<int>::Outlet;

Work<> count(std::atomic<int>& made, int to, Outlet outlet) {
    while (made < to) {
        outlet(++made);
        co_await pause();
    }
}

Work<> throw_after(int pauses, Outlet outlet) {
    for (int i = 0; i < pauses; ++i) co_await pause();
    outlet(1);
    throw std::runtime_error("no such matrix");
}

class BackgroundWork : public testing::TestWithParam<int> {
  protected:
    // What works goes on meanwhile, wherever it does.
    template <class Condition>
    void until(Condition holds) {
        const auto end = Clock::now() + 30s;
        while (!holds()) {
            ASSERT_LT(Clock::now(), end);
            workplace.work(0.001);
            std::this_thread::yield();
        }
    }
    Workplace workplace{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(threads, BackgroundWork, testing::Values(0, 1, 3));

TEST_P(BackgroundWork, rests_while_nobody_takes_what_it_made) {
    std::atomic<int> made{0};
    Background<int> work;
    work.begin(workplace, [&](Outlet outlet) { return count(made, 1 << 30, outlet); });
    std::vector<int> taken;
    until([&] {
        for (const int piece : work.take()) taken.push_back(piece);
        EXPECT_LE(made, static_cast<int>(taken.size() + Background<int>::most_waiting));
        return taken.size() >= 100;
    });
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], static_cast<int>(i) + 1);
    // Nobody takes: it does not grow, nor keep a thread from others.
    EXPECT_FALSE(workplace.work(30));
    EXPECT_EQ(made, static_cast<int>(taken.size() + Background<int>::most_waiting));
    EXPECT_TRUE(work.busy());
    work.stop();
    until([&] { return !work.busy(); });
    EXPECT_TRUE(work.take().empty());
}

TEST_P(BackgroundWork, keeps_what_the_work_threw_until_the_next) {
    Background<int> work;
    for (const int pauses : {0, 5}) {
        work.begin(workplace, [&](Outlet outlet) { return throw_after(pauses, outlet); });
        until([&] { return !work.take().empty() || !work.busy(); });
        until([&] { return !work.busy(); });
        EXPECT_EQ(work.error(), "no such matrix");
    }
    std::atomic<int> made{0};
    work.begin(workplace, [&](Outlet outlet) { return count(made, 7, outlet); });
    until([&] { return !work.take().empty(); });
    EXPECT_EQ(work.error(), "");
}

// Says when its variables are gone.
struct Witness {
    std::shared_ptr<std::atomic<int>> alive;
    explicit Witness(std::shared_ptr<std::atomic<int>> count) : alive(std::move(count)) {
        ++*alive;
    }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    ~Witness() { --*alive; }
};

Work<> for_ever(std::shared_ptr<std::atomic<int>> alive, std::shared_ptr<std::atomic<int>> slices) {
    const Witness witness(alive);
    for (;;) {
        ++*slices;
        co_await pause();
    }
}

TEST_P(BackgroundWork, ends_where_it_paused_when_nobody_wants_it_any_more_and_nobody_waits_for_it) {
    const auto alive = std::make_shared<std::atomic<int>>(0),
               slices = std::make_shared<std::atomic<int>>(0);
    {
        Background<int> work;
        work.begin(workplace, [&](const Outlet&) { return for_ever(alive, slices); });
        until([&] { return *slices > 10; });
        EXPECT_EQ(*alive, 1);
    }
    until([&] { return *alive == 0; });
}

TEST_P(BackgroundWork, outlives_its_workplace_and_does_nothing_then) {
    Background<int> never, half;
    const auto alive = std::make_shared<std::atomic<int>>(0),
               slices = std::make_shared<std::atomic<int>>(0);
    {
        Workplace other(GetParam());
        half.begin(other, [&](const Outlet&) { return for_ever(alive, slices); });
        for (int i = 0; i < 3000 && *slices == 0; ++i) {
            other.work(0.001);
            std::this_thread::sleep_for(1ms);
        }
        EXPECT_EQ(*alive, 1);
        never.begin(other, [&](const Outlet&) { return for_ever(alive, slices); });
    }
    EXPECT_TRUE(half.take().empty());
    half.stop();
    never.stop();
}

// Begun, taken from and stopped from another thread than the one that works.
TEST_P(BackgroundWork, survives_thousands_of_beginnings_and_ends) {
    const int rounds = sanitized ? 3000 : 20000;
    std::atomic<int> made[3]{};
    Background<int> works[3];
    Generator random(11, Purpose::noise);
    int newest[3]{}, ended = 0, stopped = 0;
    for (int i = 0; i < rounds; ++i) {
        const std::size_t w = random.below(3);
        switch (random.below(4)) {
            case 0:
                if (works[w].busy()) break;
                ++ended;
                made[w] = newest[w] = 0;
                works[w].begin(workplace,
                               [&, to = static_cast<int>(random.below(60))](Outlet outlet) {
                                   return count(made[w], to, outlet);
                               });
                break;
            case 1:
                if (random.below(4) != 0) break;
                works[w].stop();
                EXPECT_TRUE(works[w].take().empty());
                ++stopped;
                break;
            case 2:
                for (const int piece : works[w].take()) {
                    EXPECT_EQ(piece, newest[w] + 1);
                    newest[w] = piece;
                }
                break;
            default:
                workplace.work(1e-6 * static_cast<double>(random.below(300)));
        }
    }
    for (auto& work : works) work.stop();
    for (auto& work : works) until([&] { return !work.busy(); });
    EXPECT_GT(ended, rounds / 30);
    EXPECT_GT(stopped, rounds / 30);
}

}  // namespace
}  // namespace muonscope

#include "core/session/workplace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <system_error>
#include <thread>

#include <sys/resource.h>

#include "core/base/fault_text.h"
#include "core/session/trainer.h"
#include "core/session/worker_pool.h"
#include "tests/sanitized.h"
#include "tests/session/small_specs.h"
#include "tests/threads_here.h"

namespace muonscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Turn = Workplace::Turn;
using Next = Workplace::Next;

double seconds_since(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
}

// A slice so many times, then no more.
struct Counted {
    std::atomic<int> done = 0;
    Workplace::Slice slices(int count) {
        return [this, count](const Turn&) -> Next {
            if (++done >= count) return {};
            return Workplace::at_once;
        };
    }
};

TEST(Workplace, without_threads_makes_none_and_does_nothing_by_itself) {
    const std::ptrdiff_t before = test::lasting_threads();
    Workplace workplace(0);
    EXPECT_EQ(workplace.threads(), 0);
    Counted counted;
    const auto handle = workplace.begin(counted.slices(1 << 30));
    EXPECT_EQ(test::threads_here(), before);
    EXPECT_EQ(workplace.seconds_to_next(), 0);
    std::this_thread::sleep_for(5ms);
    EXPECT_EQ(counted.done, 0);
    EXPECT_TRUE(workplace.work(0.002));
    EXPECT_GT(counted.done, 0);
    const int done = counted.done;
    EXPECT_TRUE(handle.work());
    EXPECT_EQ(counted.done, done + 1);
    EXPECT_EQ(test::threads_here(), before);
}

TEST(Workplace, with_threads_has_as_many_and_does_all_of_it) {
    const std::ptrdiff_t before = test::lasting_threads();
    {
        Workplace workplace(3);
        EXPECT_EQ(workplace.threads(), 3);
        EXPECT_TRUE(test::threads_become(before + 3));
        std::vector<Counted> counted(20);
        std::vector<Workplace::Handle> handles;
        for (Counted& one : counted) handles.push_back(workplace.begin(one.slices(50)));
        EXPECT_FALSE(handles.front().work());  // that is for the threads
        EXPECT_FALSE(workplace.work(30));
        for (const Counted& one : counted) EXPECT_EQ(one.done, 50);
    }
    EXPECT_TRUE(test::threads_become(before));
}

TEST(Workplace, keeps_to_the_time_it_is_given_but_for_a_slice) {
    Workplace workplace(0);
    workplace.begin([](const Turn& turn) -> Next {
        while (!turn.over()) continue;
        return Workplace::at_once;
    });
    // The shortest of several: the machine may do something else meanwhile.
    for (const double given : {0.0, 0.001, 0.01, 0.05}) {
        double shortest = 1e9;
        for (int i = 0; i < 20; ++i) {
            const auto begun = Clock::now();
            EXPECT_TRUE(workplace.work(given));
            shortest = std::min(shortest, seconds_since(begun));
        }
        EXPECT_GE(shortest, given);
        EXPECT_LT(shortest, given + 0.002);
    }
}

TEST(Workplace, slices_are_short_and_taken_in_turn) {
    for (const int threads : {0, 1}) {
        Workplace workplace(threads);
        std::atomic<int> turns[3]{};
        std::atomic<bool> end = false;
        for (auto& mine : turns)
            workplace.begin([&](const Turn& turn) -> Next {
                while (!turn.over()) continue;
                ++mine;
                if (end) return {};
                return Workplace::at_once;
            });
        while (turns[0] < 10) workplace.work(0.01);
        for (const auto& mine : turns) EXPECT_NEAR(mine, turns[0], 2);
        end = true;
        workplace.work(30);
    }
}

TEST(Workplace, work_that_waits_goes_on_when_it_is_called_or_its_time_has_come) {
    for (const int threads : {0, 2}) {
        Workplace workplace(threads);
        std::atomic<int> called = 0, timed = 0;
        const auto handle = workplace.begin(
            [&](const Turn&) -> Next {
                ++called;
                return Workplace::when_called;
            },
            Workplace::when_called);
        EXPECT_FALSE(workplace.work(0.01));
        EXPECT_EQ(called, 0);
        EXPECT_TRUE(std::isinf(workplace.seconds_to_next()));
        const auto begun = Clock::now();
        std::atomic<double> when = 0;
        workplace.begin([&](const Turn&) -> Next {
            if (++timed == 2) {
                when = seconds_since(begun);
                return {};
            }
            return Clock::now() + 30ms;
        });
        EXPECT_FALSE(workplace.work(1));  // it sleeps
        EXPECT_EQ(timed, 1);
        EXPECT_NEAR(workplace.seconds_to_next(), 0.02, 0.02);
        handle.call();
        EXPECT_FALSE(workplace.work(1));
        EXPECT_EQ(called, 1);
        while (timed < 2) workplace.work(0.001);
        EXPECT_GE(when, 0.03);
    }
}

// What is called while its slice runs has another, or what it was called for would be missed.
TEST(Workplace, a_call_during_a_slice_is_not_lost) {
    Workplace workplace(1);
    std::atomic<int> slices = 0;
    std::atomic<bool> begun = false, go_on = false;
    const auto handle = workplace.begin([&](const Turn&) -> Next {
        ++slices;
        begun = true;
        while (!go_on) std::this_thread::yield();
        return Workplace::when_called;
    });
    while (!begun) std::this_thread::yield();
    handle.call();
    go_on = true;
    EXPECT_FALSE(workplace.work(30));
    EXPECT_EQ(slices, 2);
}

TEST(Workplace, ends_while_busy_within_a_slice) {
    for (const int threads : {0, 1, 4}) {
        auto held = std::make_shared<int>(0);
        const std::weak_ptr<int> seen = held;
        auto workplace = std::make_unique<Workplace>(threads);
        std::vector<Workplace::Handle> handles;
        for (int i = 0; i < 8; ++i)
            handles.push_back(workplace->begin([held](const Turn& turn) -> Next {
                while (!turn.over()) continue;
                return Workplace::at_once;
            }));
        handles.push_back(
            workplace->begin([held](const Turn&) -> Next { return {}; }, Workplace::when_called));
        held.reset();
        workplace->work(0.01);
        const auto begun = Clock::now();
        workplace.reset();
        EXPECT_LT(seconds_since(begun), 5);
        EXPECT_TRUE(seen.expired());  // and all that it held went with it
        for (const auto& handle : handles) {
            handle.call();
            EXPECT_FALSE(handle.work());
        }
    }
}

TEST(Workplace, says_when_it_could_not_end_in_time) {
    Workplace workplace(1);
    std::atomic<bool> begun = false, end = false;
    workplace.begin([&](const Turn&) -> Next {
        begun = true;
        while (!end) std::this_thread::yield();  // as a large decomposition does
        return Workplace::at_once;
    });
    while (!begun) std::this_thread::yield();
    EXPECT_FALSE(workplace.stop(0.01));
    end = true;
    EXPECT_TRUE(workplace.stop(30));
}

// Every thread of a program has a stack: with no room for another one there is no thread.
void do_it_without_room_for_threads() {
    const rlimit none{std::size_t{300} << 20, std::size_t{300} << 20};
    if (setrlimit(RLIMIT_AS, &none) != 0) std::exit(3);
    Workplace workplace(4000);
    if (workplace.threads() >= 4000) std::exit(4);
    Workplace no_more(4000);
    WorkerPool pool(4000);
    std::atomic<int> calls = 0;
    pool.for_each(100, [&](int) { ++calls; });
    if (calls != 100) std::exit(5);
    Counted counted;
    no_more.begin(counted.slices(100));
    while (counted.done < 100) no_more.work(0.01);
    if (no_more.threads() != 0) std::exit(6);
    try {
        const Trainer trainer(test::small_spec());
    } catch (const std::system_error& fault) {
        std::exit(fault_text(fault).starts_with("threads: no further one") ? 0 : 7);
    }
    std::exit(8);
}

TEST(Workplace, does_its_work_with_as_few_threads_as_are_to_be_had) {
    if (sanitized) GTEST_SKIP() << "a sanitizer needs more room than there would be";
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    EXPECT_EXIT(do_it_without_room_for_threads(), testing::ExitedWithCode(0), "");
}

// Handles called from two threads, pieces that come, wait and go.
TEST(Workplace, survives_calls_from_everywhere) {
    for (const int threads : {0, 3}) {
        Workplace workplace(threads);
        std::vector<Counted> counted(10);
        std::vector<Workplace::Handle> handles;
        const int count = sanitized ? 200 : 2000;
        for (Counted& one : counted)
            handles.push_back(workplace.begin([&one, count](const Turn&) -> Next {
                const int n = ++one.done;
                if (n >= count) return {};
                return n % 3 == 0   ? Workplace::at_once
                       : n % 3 == 1 ? Workplace::when_called
                                    : Clock::now() + std::chrono::microseconds(n % 50);
            }));
        std::atomic<bool> all = false;
        const auto call = [&] {
            while (!all) {
                for (const auto& handle : handles) {
                    handle.call();
                    handle.work();
                }
                std::this_thread::yield();
            }
        };
        std::thread one(call), two(call);
        const auto end = Clock::now() + 60s;
        const auto done = [&] {
            return std::all_of(counted.begin(), counted.end(),
                               [&](const Counted& each) { return each.done == count; });
        };
        while (!done() && Clock::now() < end) workplace.work(0.001);
        EXPECT_TRUE(done());
        all = true;
        one.join();
        two.join();
    }
}

}  // namespace
}  // namespace muonscope

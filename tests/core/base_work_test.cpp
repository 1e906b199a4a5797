#include "core/base/work.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace muonscope {
namespace {

bool always() {
    return true;
}

Work<int> sum(int to) {
    int result = 0;
    for (int i = 1; i <= to; ++i) {
        result += i;
        co_await pause();
    }
    co_return result;
}

Work<std::string> sums(std::vector<int> ends) {
    std::string text;
    for (const int end : ends) text += std::to_string(co_await sum(end)) + " ";
    co_return text;
}

TEST(Work, comes_to_the_same_at_once_and_in_slices) {
    EXPECT_EQ(sums({3, 0, 4}).finish(), "6 0 10 ");
    for (const int every : {1, 2, 5}) {
        Work<std::string> work = sums({3, 0, 4});
        int pauses = 0, slices = 1;
        while (work.go_on([&] { return ++pauses % every == 0; })) ++slices;
        EXPECT_EQ(work.take(), "6 0 10 ");
        EXPECT_EQ(slices, 1 + 7 / every);
    }
    Work<int> half = sum(10);
    EXPECT_TRUE(half.go_on(always));
    EXPECT_EQ(half.finish(), 55);
}

TEST(Work, does_nothing_before_it_is_told_to_and_nothing_after_its_end) {
    Work<> nothing;
    EXPECT_FALSE(nothing.go_on(always));
    Work<int> work = sum(0);
    EXPECT_FALSE(work.go_on(always));
    EXPECT_FALSE(work.go_on(always));
    EXPECT_EQ(work.take(), 0);
}

Work<> fails(int pauses) {
    for (int i = 0; i < pauses; ++i) co_await pause();
    throw std::runtime_error("no more");
}

Work<int> asks(int pauses, bool catches) {
    bool failed = false;
    try {
        co_await fails(pauses);
    } catch (const std::runtime_error&) {
        failed = true;
        if (!catches) throw;
    }
    co_await pause();
    co_return failed ? 1 : 0;
}

TEST(Work, what_it_throws_reaches_whoever_awaits_it_or_runs_it) {
    for (const int pauses : {0, 3}) {
        EXPECT_EQ(asks(pauses, true).finish(), 1);
        EXPECT_THROW(asks(pauses, false).finish(), std::runtime_error);
        Work<> work = fails(pauses);
        for (int i = 0; i < pauses; ++i) EXPECT_TRUE(work.go_on(always));
        EXPECT_THROW(work.go_on(always), std::runtime_error);
        EXPECT_FALSE(work.go_on(always));
    }
}

Work<> holds(std::shared_ptr<int> what) {
    const std::shared_ptr<int> more = what;
    for (;;) co_await pause();
}

Work<> holds_by_another(std::shared_ptr<int> what) {
    co_await holds(what);
}

TEST(Work, given_up_lets_go_of_all_that_it_holds) {
    const auto what = std::make_shared<int>(1);
    {
        Work<> never_begun = holds(what), work = holds_by_another(what);
        EXPECT_TRUE(work.go_on(always));
        EXPECT_EQ(what.use_count(), 5);
        Work<> moved = std::move(work);
        EXPECT_TRUE(moved.go_on(always));
        moved = {};
        EXPECT_EQ(what.use_count(), 2);
    }
    EXPECT_EQ(what.use_count(), 1);
}

Work<int> counts(int many) {
    int n = 0;
    for (int i = 0; i < many; ++i) n += co_await sum(1);
    co_return n;
}

TEST(Work, awaits_as_much_other_work_as_it_likes_without_end_of_the_stack) {
    EXPECT_EQ(counts(300000).finish(), 300000);
}

}  // namespace
}  // namespace muonscope

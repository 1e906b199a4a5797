#include "core/linalg/kernels/level.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"
#include "core/linalg/kernels/kernels.h"

namespace muonscope {
namespace {

std::string message_of(std::string_view wish, const std::vector<Level>& available) {
    try {
        level_named(wish, available);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

const std::vector<Level> up_to_avx2{Level::baseline, Level::avx2};

TEST(Level, without_a_wish_it_is_the_highest) {
    EXPECT_EQ(level_named("", up_to_avx2), Level::avx2);
}

TEST(Level, a_lower_one_can_be_wished_for_by_name) {
    EXPECT_EQ(level_named(level_name(Level::baseline), up_to_avx2), Level::baseline);
    EXPECT_EQ(level_named("avx2", up_to_avx2), Level::avx2);
}

TEST(Level, what_is_unknown_or_not_there_is_an_error_that_says_what_is) {
    const std::string names = std::string(level_name(Level::baseline)) + ", avx2";
    for (const char* wish : {"avx512", "amx", "sse", "AVX2", "avx2 "})
        EXPECT_EQ(message_of(wish, up_to_avx2), "MUONSCOPE_LEVEL: \"" + std::string(wish) +
                                                    "\" is not a level of this processor; it has " +
                                                    names + "; leave it unset for the highest")
            << wish;
    EXPECT_LT(message_of(std::string(5000, 'x'), up_to_avx2).size(), 250U);
}

TEST(Level, each_one_that_is_here_can_be_used_and_is_left_again) {
    const Level before = level();
    ASSERT_EQ(levels_here().front(), Level::baseline);
    for (const Level here : levels_here()) {
        const ScopedLevel scoped(here);
        EXPECT_EQ(level(), here);
        EXPECT_EQ(kernels().level, here);
    }
    EXPECT_EQ(level(), before);
}

}  // namespace
}  // namespace muonscope

#include "core/base/near_names.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

TEST(InQuotes, is_on_one_line_and_no_longer_than_twice_what_is_asked_for) {
    EXPECT_EQ(in_quotes("a b"), "'a b'");
    EXPECT_EQ(in_quotes("a\nb"), "'a\\x0ab'");
    EXPECT_EQ(in_quotes("abcdef", 4), "'abcd…'");
    for (const std::size_t longest : {1U, 7U, 60U, 200U}) {
        const std::string shown = in_quotes(std::string(1000, '\xff'), longest);
        EXPECT_LE(shown.size(), 2 * longest + 10);
        EXPECT_TRUE(shown.ends_with("…'"));
    }
}

}  // namespace
}  // namespace muonscope

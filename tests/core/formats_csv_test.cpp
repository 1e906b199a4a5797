#include "core/formats/csv.h"

#include <gtest/gtest.h>

namespace muonscope {
namespace {

TEST(Csv, fields_are_quoted_where_they_hold_what_would_end_them) {
    for (const auto& [text, field] : std::initializer_list<std::pair<const char*, const char*>>{
             {"", ""},
             {"SGD, twice", "\"SGD, twice\""},
             {"two ways", "two ways"},
             {"the \"fast\" one", "\"the \"\"fast\"\" one\""},
             {"two\nlines", "\"two\nlines\""},
             {"back\r", "\"back\r\""}})
        EXPECT_EQ(csv_field(text), field);
}

}  // namespace
}  // namespace muonscope

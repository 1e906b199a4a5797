#include "core/formats/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

TEST(Csv, records_are_read_as_they_were_written_and_lines_may_end_as_on_windows) {
    const std::vector<std::string> fields{"",           "SGD, twice", "the \"fast\" one",
                                          "two\nlines", "back\r",     ""};
    std::string written = csv_field(fields.front());
    for (std::size_t i = 1; i < fields.size(); ++i) written += "," + csv_field(fields[i]);
    std::string_view text = written;
    EXPECT_EQ(next_csv_record(text), fields);
    const std::string twice = "a,\"b\r\"\r\nc,d\r\n\r\ne";
    text = twice;
    EXPECT_EQ(next_csv_record(text), (std::vector<std::string>{"a", "b\r"}));
    EXPECT_EQ(next_csv_record(text), (std::vector<std::string>{"c", "d"}));
    EXPECT_EQ(next_csv_record(text), std::vector<std::string>{""});
    EXPECT_EQ(next_csv_record(text), std::vector<std::string>{"e"});
    EXPECT_TRUE(text.empty());
    text = "\"open,\nto the end";
    EXPECT_EQ(next_csv_record(text), std::vector<std::string>{"open,\nto the end"});
}

}  // namespace
}  // namespace muonscope

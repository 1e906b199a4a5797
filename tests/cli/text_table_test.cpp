#include "app/cli/text_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace muonscope::cli {
namespace {

using Lines = std::vector<std::vector<std::string>>;

constexpr std::size_t unlimited = 1000000;

const Lines lanes{{"lane", "optimiser", "step", "relative error", "probe floor"},
                  {"SGD", "sgd", "2000", "0.02", "0.5"},
                  {"Müon", "muon (layer 2: sgd)", "2000", "0.0123", "-"}};

std::size_t longest_line(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::size_t longest = 0;
    while (std::getline(lines, line))
        longest = std::max<std::size_t>(
            longest, static_cast<std::size_t>(std::count_if(
                         line.begin(), line.end(), [](char c) { return (c & '\xc0') != '\x80'; })));
    return longest;
}

TEST(TextTable, stands_in_fixed_columns_where_there_is_room) {
    const std::string text =
        "lane  optimiser            step  relative error  probe floor\n"
        "SGD   sgd                  2000            0.02          0.5\n"
        "Müon  muon (layer 2: sgd)  2000          0.0123            -\n";
    EXPECT_EQ(text_table(lanes, {2, 3, 4}, unlimited), text);
    EXPECT_EQ(text_table(lanes, {2, 3, 4}, 60), text);
    EXPECT_EQ(text_table(lanes, {2, 3, 4}), text);  // no terminal
}

TEST(TextTable, puts_words_below_each_other_where_there_is_not) {
    EXPECT_EQ(text_table(lanes, {2, 3, 4}, 48),
              "lane  optimiser  step  relative  probe floor\n"
              "                          error\n"
              "SGD   sgd        2000      0.02          0.5\n"
              "Müon  muon       2000    0.0123            -\n"
              "      (layer 2:\n"
              "      sgd)\n");
}

TEST(TextTable, goes_on_below_where_columns_do_not_fit_at_all) {
    EXPECT_EQ(text_table(lanes, {2, 3, 4}, 24),
              "lane  optimiser    step\n"
              "SGD   sgd          2000\n"
              "Müon  muon (layer  2000\n"
              "      2: sgd)\n"
              "\n"
              "lane  relative  probe\n"
              "         error  floor\n"
              "SGD       0.02    0.5\n"
              "Müon    0.0123      -\n");
}

TEST(TextTable, is_never_wider_than_there_is_room_for_its_longest_word_and_loses_no_cell) {
    const Lines lines{
        {"quantity", "published", "here", "verdict"},
        {"Staged training", "", "", ""},
        {"  SGD: steps of phase 2, a long text that goes on", "13436", "13436", "exact"},
        {"  Muon: another quantity", "0.2439", "0.2439", "within its tolerance"}};
    for (std::size_t width = 1; width < 120; ++width) {
        const std::string text = text_table(lines, {1, 2}, width);
        if (width >= 25) {
            EXPECT_LE(longest_line(text), width) << text;
        }
        for (const auto& line : lines)
            for (const std::string& cell : line) {
                std::istringstream words(cell);
                std::string word;
                while (words >> word) EXPECT_NE(text.find(word), std::string::npos) << word;
            }
    }
    EXPECT_EQ(text_table({}, {}, 10), "");
    EXPECT_EQ(text_table({{"one"}, {"two words"}}, {}, 5), "one\ntwo\nwords\n");
}

}  // namespace
}  // namespace muonscope::cli

// What would let one spec give other bits on another processor: functions of the C library that it
// computes as the processor can, and sizes that Eigen asks the processor for.

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace muonscope {
namespace {

// Comments and strings may name what code may not.
std::string without_words(const std::string& line) {
    static const std::regex strings("\"([^\"\\\\]|\\\\.)*\"");
    const std::string code = std::regex_replace(line, strings, "\"\"");
    return code.substr(0, code.find("//"));
}

bool calls_inexact_function(const std::string& line) {
    static const std::string names =
        "(exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sincos|asin|acos|atan|atan2|"
        "sinh|"
        "cosh|tanh|asinh|acosh|atanh|cbrt|hypot|erf|erfc|tgamma|lgamma)[fl]?";
    // std::exp(x), ::exp(x) and exp(x), but neither elementary::exp(x) nor a member of that name;
    // x.exp() of Eigen's arrays.
    static const std::regex function("(^|[^\\w:.>]|std::|[^\\w]::)" + names + "\\(");
    // The session's own log of edits.
    static const std::regex own("\\blog\\((edit|const Edit)");
    static const std::regex array("(\\.|->)" + names + "\\(\\)|\\.pow\\(");
    static const std::regex drawn("(normal|gamma|poisson|exponential)_distribution");
    const std::string code = std::regex_replace(without_words(line), own, "");
    return std::regex_search(code, function) || std::regex_search(code, array) ||
           std::regex_search(code, drawn);
}

TEST(SameBits, no_inexact_function_of_the_c_library_is_called_in_the_core_or_the_command_line) {
    EXPECT_TRUE(calls_inexact_function("    return std::exp(x);"));
    EXPECT_TRUE(calls_inexact_function("y = a.array().log().sum();"));
    EXPECT_TRUE(calls_inexact_function("= log(p)"));
    EXPECT_TRUE(calls_inexact_function("return 2*::sinf(x)"));
    EXPECT_TRUE(calls_inexact_function("    s.array().pow(power);"));
    EXPECT_FALSE(calls_inexact_function("return elementary::exp(x);  // std::exp(x) is another"));
    EXPECT_FALSE(calls_inexact_function("log(edit, true)"));
    EXPECT_FALSE(calls_inexact_function("fmt::print(\"exp(x)\")"));

    // What defines the functions.
    const std::vector<std::string> exempt = {"elementary.h", "elementary.cpp"};
    int lines = 0;
    for (const char* folder : {"core", "app/cli"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(
                 std::filesystem::path(MUONSCOPE_SOURCE_DIR) / folder)) {
            const std::string name = entry.path().filename().string();
            if (!entry.is_regular_file() ||
                std::find(exempt.begin(), exempt.end(), name) != exempt.end())
                continue;
            std::ifstream file(entry.path());
            int number = 0;
            for (std::string line; std::getline(file, line); ++lines) {
                ++number;
                EXPECT_FALSE(calls_inexact_function(line))
                    << entry.path().string() << ":" << number << ": " << line;
            }
        }
    EXPECT_GT(lines, 10000);
}

TEST(SameBits, eigen_takes_its_block_sizes_from_the_build_and_not_from_the_processor) {
    EXPECT_EQ(Eigen::l1CacheSize(), 32 * 1024);
    EXPECT_EQ(Eigen::l2CacheSize(), 256 * 1024);
    EXPECT_EQ(Eigen::l3CacheSize(), 2 * 1024 * 1024);
}

}  // namespace
}  // namespace muonscope

#include "core/base/elementary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>

namespace muonscope {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double none = std::nan("");

// One unit in the last place of a number as large as x.
double unit_at(double x) {
    const int exponent = std::max(std::ilogb(x == 0 ? 0x1p-1074 : x), -1022);
    return std::ldexp(1.0, exponent - 52);
}

struct Function {
    double (*one)(double) = nullptr;
    double (*two)(double, double) = nullptr;
    double most = 0;  // units in the last place
};
const std::map<std::string, Function> functions = {
    {"exp", {elementary::exp, nullptr, 0.53}},      {"expm1", {elementary::expm1, nullptr, 0.6}},
    {"log", {elementary::log, nullptr, 0.51}},      {"log1p", {elementary::log1p, nullptr, 0.51}},
    {"pow", {nullptr, elementary::pow, 0.53}},      {"tanh", {elementary::tanh, nullptr, 0.6}},
    {"sin", {elementary::sin, nullptr, 0.8}},       {"cos", {elementary::cos, nullptr, 0.8}},
    {"sin_pi", {elementary::sin_pi, nullptr, 0.8}}, {"cos_pi", {elementary::cos_pi, nullptr, 0.8}},
};

TEST(Elementary, values_are_the_true_ones_to_less_than_a_unit_in_the_last_place) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/elementary.txt");
    ASSERT_TRUE(file);
    std::map<std::string, double> worst;
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        std::istringstream words(line);
        std::string name, word;
        words >> name;
        const Function& function = functions.at(name);
        const auto next = [&] {
            words >> word;
            return std::strtod(word.c_str(), nullptr);
        };
        const double x = next(), y = function.two ? next() : 0.0;
        const double high = next(), low = next();
        const double value = function.two ? function.two(x, y) : function.one(x);
        const double off = std::abs((value - high) - low) / unit_at(high);
        // What is not normal is rounded twice.
        const double most = std::abs(high) < 0x1p-1022 ? 1.0 : function.most;
        EXPECT_LT(off, most) << line << " gives " << std::hexfloat << value;
        if (std::abs(high) >= 0x1p-1022) worst[name] = std::max(worst[name], off);
    }
    EXPECT_GT(lines, 3000);
    for (const auto& [name, off] : worst) RecordProperty(name, std::to_string(off));
}

// Where long double has more digits, it holds what no stored value was chosen for.
TEST(Elementary, long_doubles_agree_on_many_random_arguments) {
    if (std::numeric_limits<long double>::digits <= std::numeric_limits<double>::digits)
        GTEST_SKIP() << "long double is double here";
    std::mt19937_64 bits(7);
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
    };
    const auto expect_near = [](double value, long double wanted, double most, double x) {
        const auto nearest = static_cast<double>(wanted);
        if (std::isinf(nearest) || std::abs(nearest) < 0x1p-1022) return;
        const auto off = static_cast<double>(std::abs(value - wanted) / unit_at(nearest));
        ASSERT_LT(off, most) << std::hexfloat << x << " gives " << value;
    };
    using Long = long double;
    for (int i = 0; i < 100000; ++i) {
        const double far = uniform(-740, 709), near = uniform(-4, 4);
        const double size = std::ldexp(uniform(1, 2), static_cast<int>(uniform(-1020, 1020)));
        const double tiny = std::ldexp(near, static_cast<int>(uniform(-60, 0)));
        expect_near(elementary::exp(far), std::exp(Long(far)), 0.53, far);
        expect_near(elementary::exp(tiny), std::exp(Long(tiny)), 0.53, tiny);
        expect_near(elementary::expm1(near), std::expm1(Long(near)), 0.7, near);
        expect_near(elementary::expm1(tiny), std::expm1(Long(tiny)), 0.7, tiny);
        expect_near(elementary::log(size), std::log(Long(size)), 0.51, size);
        const double around_one = 1 + tiny / 8;
        expect_near(elementary::log(around_one), std::log(Long(around_one)), 0.51, around_one);
        expect_near(elementary::log1p(tiny / 5), std::log1p(Long(tiny / 5)), 0.53, tiny / 5);
        expect_near(elementary::tanh(near), std::tanh(Long(near)), 0.7, near);
        expect_near(elementary::tanh(tiny), std::tanh(Long(tiny)), 0.7, tiny);
        expect_near(elementary::sin(near), std::sin(Long(near)), 0.8, near);
        expect_near(elementary::cos(far), std::cos(Long(far)), 0.8, far);
        const double base = uniform(0, 4), power = uniform(-30, 30);
        expect_near(elementary::pow(base, power), std::pow(Long(base), Long(power)), 0.53, base);
    }
}

TEST(Elementary, what_is_special_is_as_the_standard_says) {
    const auto same = [](double a, double b) {
        return std::isnan(a) ? std::isnan(b)
                             : std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    };
    using namespace elementary;
    const double least = std::numeric_limits<double>::denorm_min();
    const double most = std::numeric_limits<double>::max();
    // The functions whose value at 0 is that 0, and what subnormal numbers become.
    for (const auto f : {expm1, log1p, tanh, sin, sin_pi}) {
        EXPECT_TRUE(same(f(0.0), 0.0));
        EXPECT_TRUE(same(f(-0.0), -0.0));
        EXPECT_TRUE(std::isnan(f(none)));
    }
    for (const auto f : {expm1, log1p, tanh, sin}) {
        EXPECT_EQ(f(least), least);
        EXPECT_EQ(f(-1e-310), -1e-310);
    }
    for (const auto f : {exp, log, cos, cos_pi}) EXPECT_TRUE(std::isnan(f(none)));
    for (const auto f : {sin, cos, sin_pi, cos_pi}) {
        EXPECT_TRUE(std::isnan(f(infinity)));
        EXPECT_TRUE(std::isnan(f(-infinity)));
    }
    EXPECT_EQ(exp(0.0), 1);
    EXPECT_EQ(exp(-0.0), 1);
    EXPECT_EQ(exp(infinity), infinity);
    EXPECT_TRUE(same(exp(-infinity), 0));
    EXPECT_EQ(exp(709.9), infinity);
    EXPECT_EQ(exp(most), infinity);
    EXPECT_EQ(exp(-745.2), 0);
    EXPECT_EQ(exp(-745), least);
    EXPECT_EQ(exp(-most), 0);
    EXPECT_EQ(expm1(infinity), infinity);
    EXPECT_EQ(expm1(-infinity), -1);
    EXPECT_EQ(log(1), 0);
    EXPECT_EQ(log(0.0), -infinity);
    EXPECT_EQ(log(-0.0), -infinity);
    EXPECT_TRUE(std::isnan(log(-least)));
    EXPECT_TRUE(std::isnan(log(-infinity)));
    EXPECT_EQ(log(infinity), infinity);
    EXPECT_NEAR(log(least), -744.4400719213812, 2e-13);
    EXPECT_EQ(log1p(-1), -infinity);
    EXPECT_TRUE(std::isnan(log1p(-1.5)));
    EXPECT_EQ(log1p(infinity), infinity);
    EXPECT_EQ(tanh(infinity), 1);
    EXPECT_EQ(tanh(-infinity), -1);
    EXPECT_EQ(tanh(most), 1);
    EXPECT_LT(tanh(18), 1);
    EXPECT_EQ(cos(0.0), 1);
    for (double n = -6; n <= 6; ++n) {
        EXPECT_EQ(sin_pi(n), 0);
        EXPECT_EQ(cos_pi(n), std::fmod(n, 2) == 0 ? 1 : -1);
        EXPECT_EQ(cos_pi(n + 0.5), 0);
        EXPECT_EQ(std::abs(sin_pi(n + 0.5)), 1);
    }
    EXPECT_EQ(cos_pi(0x1p53), 1);
    EXPECT_EQ(cos_pi(0x1p53 - 1), -1);
    EXPECT_EQ(cos_pi(1e300), 1);
}

TEST(Elementary, powers_are_exact_where_they_are_doubles_and_special_as_the_standard_says) {
    using elementary::pow;
    std::mt19937_64 bits(11);
    for (int i = 0; i < 2000; ++i) {
        const auto x = std::bit_cast<double>(bits());
        if (std::isnan(x)) continue;
        EXPECT_EQ(pow(x, 1), x) << std::hexfloat << x;
        EXPECT_EQ(pow(x, 0), 1);
        EXPECT_EQ(pow(1, x), 1);
        const double few = static_cast<double>(bits() >> 47);  // 17 bits
        EXPECT_EQ(pow(few, 2), few * few);
        EXPECT_EQ(pow(-few, 3), -(few * few * few));
        EXPECT_EQ(pow(few * few, 0.5), few);
    }
    for (int n = -1074; n < 1024; ++n) EXPECT_EQ(pow(2, n), std::ldexp(1.0, n));
    for (int n = 0; n <= 22; ++n) EXPECT_EQ(pow(10, n), std::stod("1e" + std::to_string(n)));
    // Every pair of these as the C library has it: there the standard leaves no choice.
    for (const double x : {0.0, 0.5, 1.0, 2.0, infinity, none})
        for (const double y : {0.0, 0.5, 1.0, 2.0, 3.0, 3.5, 1e300, infinity, none})
            for (const double a : {x, -x})
                for (const double b : {y, -y}) {
                    const double wanted = std::pow(a, b), value = pow(a, b);
                    if (std::isnan(wanted))
                        EXPECT_TRUE(std::isnan(value)) << a << " " << b;
                    else
                        EXPECT_EQ(value, wanted) << a << " " << b;
                    EXPECT_EQ(std::signbit(value), std::signbit(wanted) && !std::isnan(value))
                        << a << " " << b;
                }
    EXPECT_EQ(pow(1e200, 2), infinity);
    EXPECT_EQ(pow(-1e200, 3), -infinity);
    EXPECT_EQ(pow(1e-200, 2), 0);
    EXPECT_EQ(pow(0x1p-1074, 0.5), 0x1p-537);
}

// From one double to the next no function here goes against its direction, across seams of tables
// and of rules.
TEST(Elementary, what_rises_never_falls) {
    std::mt19937_64 bits(13);
    const auto uniform = [&](double low, double high) {
        return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
    };
    for (int i = 0; i < 3000; ++i) {
        double x = i < 128   ? 1 + i / 128.0
                   : i < 160 ? (i - 144) * std::log(2) / 2
                             : uniform(-21, 21);
        for (int k = 0; k < 40; ++k) x = std::nextafter(x, -infinity);
        for (int k = 0; k < 80; ++k) {
            const double next = std::nextafter(x, infinity);
            ASSERT_LE(elementary::exp(x), elementary::exp(next)) << std::hexfloat << x;
            ASSERT_LE(elementary::tanh(x), elementary::tanh(next)) << std::hexfloat << x;
            ASSERT_EQ(elementary::tanh(-x), -elementary::tanh(x));
            if (x > 0) {
                ASSERT_LE(elementary::log(x), elementary::log(next)) << std::hexfloat << x;
            }
            x = next;
        }
    }
}

}  // namespace
}  // namespace muonscope

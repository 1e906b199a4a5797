#include "core/linalg/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace muonscope {
namespace {

OrthogonaliserSpec of(Engine engine, int iterations = 5) {
    OrthogonaliserSpec spec;
    spec.engine = engine;
    spec.iterations = iterations;
    return spec;
}

struct Range {
    double low = 1e300, high = 0;
};
Range outputs(const OrthogonaliserSpec& spec, double from, int points = 100000) {
    Range range;
    for (int i = 0; i <= points; ++i) {
        const double y =
            *transfer(spec, from * std::pow(1 / from, static_cast<double>(i) / points));
        range.low = std::min(range.low, y);
        range.high = std::max(range.high, y);
    }
    return range;
}

struct Row {
    Engine engine;
    int iterations;
    std::string slope, slope_digits;
    // "low high" of the outputs for inputs in [1e-3, 1], [1e-2, 1] and [.1, 1]; empty: not printed.
    std::string thousandth, hundredth, tenth;
};
const std::vector<Row> printed = {
    {Engine::jordan, 3, "40.9", "{:.1f}", "0.041 1.202", "0.400 1.202", "0.682 1.134"},
    {Engine::jordan, 5, "484.9", "{:.1f}", "0.471 1.202", "0.682 1.134", "0.682 1.134"},
    {Engine::jordan, 10, "2.35e+05", "{:.2e}", "0.682 1.134", "0.682 1.134", "0.682 1.134"},
    {Engine::you, 5, "492.7", "{:.1f}", "0.475 1.145", "0.978 1.032", "0.978 1.032"},
    {Engine::polar_express, 5, "966.6", "{:.1f}", "0.840 1.124", "", ""},
    {Engine::polar_express, 6, "1810", "{:.0f}", "0.993 1.001", "", ""},
    {Engine::polar_express, 8, "6300", "{:.0f}", "1.000 1.000", "", ""},
    {Engine::cubic, 5, "7.6", "{:.1f}", "0.008 1.000", "0.076 1.000", "0.659 1.000"},
    {Engine::cubic, 10, "57.7", "{:.1f}", "0.058 1.000", "0.529 1.000", "1.000 1.000"},
    {Engine::cubic, 15, "437.9", "{:.1f}", "0.417 1.000", "1.000 1.000", "1.000 1.000"},
    {Engine::pade, 5, "23.2", "{:.1f}", "0.023 1.000", "0.228 1.000", "0.996 1.000"},
    {Engine::pade, 8, "152.8", "{:.1f}", "0.152 1.000", "0.943 1.000", "1.000 1.000"},
};

TEST(Engine, slopes_and_ranges_are_the_published_ones_to_every_printed_digit) {
    for (const Row& row : printed) {
        const OrthogonaliserSpec spec = of(row.engine, row.iterations);
        const auto name = fmt::format("{} x{}", slug(row.engine), row.iterations);
        EXPECT_EQ(fmt::format(fmt::runtime(row.slope_digits), *slope_at_zero(spec)), row.slope)
            << name;
        const auto check = [&](double from, const std::string& expected) {
            const Range range = outputs(spec, from);
            if (expected.empty()) return;
            EXPECT_EQ(fmt::format("{:.3f} {:.3f}", range.low, range.high), expected)
                << name << " from " << from;
        };
        check(1e-3, row.thousandth);
        check(1e-2, row.hundredth);
        check(.1, row.tenth);
    }
}

TEST(Engine, five_jordan_iterations_on_a_hundredth_to_one_stay_between_681_and_1135) {
    const Range range = outputs(of(Engine::jordan), 1e-2);
    EXPECT_GE(range.low, .681);
    EXPECT_LE(range.high, 1.135);
}

TEST(Engine, eight_iterations_of_polar_express_are_exact_to_a_millionth) {
    const Range range = outputs(of(Engine::polar_express, 8), 1e-3);
    EXPECT_GT(range.low, 1 - 1e-6);
    EXPECT_LT(range.high, 1 + 1e-6);
}

TEST(Engine, the_slope_at_zero_is_that_of_the_transfer_function) {
    for (const EngineName& name : engine_names())
        for (int iterations : {1, 2, 5, 12}) {
            const OrthogonaliserSpec spec = of(name.engine, iterations);
            const auto slope = slope_at_zero(spec);
            if (!slope) continue;
            const double x = 1e-6 / *slope;
            EXPECT_NEAR(*transfer(spec, x) / x / *slope, 1, 1e-9) << name.slug << iterations;
        }
    EXPECT_FALSE(slope_at_zero(of(Engine::svd)));
    EXPECT_FALSE(slope_at_zero(of(Engine::newton)));
    OrthogonaliserSpec gradient = of(Engine::spectral_power);
    gradient.power = 1;
    EXPECT_EQ(slope_at_zero(gradient), 1.0);
}

TEST(Engine, an_optimal_cubic_follows_its_own_interval_and_ends_at_one) {
    for (double low : {1e-3, 1e-2, .3}) {
        OrthogonaliserSpec spec = of(Engine::optimal_cubic);
        spec.low = low;
        double error = 1;
        for (int iterations = 1; iterations <= 20; ++iterations) {
            spec.iterations = iterations;
            const Range range = outputs(spec, low, 4000);
            EXPECT_NEAR(range.low + range.high, 2, 1e-5) << "one is in the middle";
            EXPECT_LE(range.high - 1, error + 1e-12);
            error = range.high - 1;
        }
        EXPECT_LT(error, 1e-12);
        // As steep as can be: a plain cubic takes far longer.
        EXPECT_LT(*transfer(of(Engine::cubic, 5), low), *transfer(of(Engine::optimal_cubic), low));
    }
}

TEST(Engine, engines_without_iterations_map_values_by_their_formula) {
    OrthogonaliserSpec spec = of(Engine::floored);
    spec.floor = .2;
    EXPECT_EQ(transfer(spec, .05), .25);
    EXPECT_EQ(transfer(spec, .3), 1.0);
    EXPECT_EQ(transfer(of(Engine::svd), 1e-30), 1.0);
    EXPECT_EQ(transfer(of(Engine::svd), 0), 0.0);
    spec = of(Engine::spectral_power);
    spec.power = -.5;
    EXPECT_EQ(transfer(spec, .25), 2.0);
    EXPECT_EQ(transfer(spec, 0), 0.0);
    EXPECT_FALSE(transfer(of(Engine::qr), .5));
    EXPECT_FALSE(transfer(of(Engine::random_spectrum), .5));
    EXPECT_EQ(transfer(of(Engine::newton, 1), .5), 1.25);
    EXPECT_NEAR(*transfer(of(Engine::newton, 20), 1e-4), 1, 1e-12);
}

TEST(Engine, every_engine_has_a_row_of_names_in_its_place) {
    std::set<std::string_view> slugs, labels;
    for (std::size_t i = 0; i < engine_names().size(); ++i) {
        const EngineName& name = engine_names()[i];
        EXPECT_EQ(static_cast<std::size_t>(name.engine), i);
        EXPECT_EQ(slug(name.engine), name.slug);
        EXPECT_EQ(label(name.engine), name.label);
        EXPECT_EQ(help(name.engine), name.help);
        EXPECT_TRUE(slugs.insert(name.slug).second);
        EXPECT_TRUE(labels.insert(name.label).second);
        EXPECT_FALSE(name.help.empty());
    }
    EXPECT_EQ(engine_names().back().engine, Engine::random_spectrum);
}

TEST(Engine, costs_are_those_of_the_textbook) {
    OrthogonaliserSpec plain = of(Engine::jordan);
    plain.precision = Precision::bfloat16;
    EXPECT_EQ(multiply_adds(plain, 64, 128), 5 * (2 * 64. * 64 * 128 + 64. * 64 * 64));
    EXPECT_EQ(multiply_adds(plain, 128, 64), multiply_adds(plain, 64, 128));
    EXPECT_EQ(multiply_adds(of(Engine::svd), 64, 128), 15 * 64. * 64 * 128);
    EXPECT_EQ(multiply_adds(of(Engine::qr), 30, 60), 2 * 30. * 30 * 60 - 2 * 30. * 30 * 30 / 3);
    for (const EngineName& name : engine_names())
        EXPECT_GT(multiply_adds(of(name.engine), 3, 5), 0) << name.slug;
    EXPECT_LT(multiply_adds(of(Engine::cubic), 64, 64), multiply_adds(of(Engine::pade), 64, 64));
    EXPECT_LT(multiply_adds(of(Engine::pade), 64, 64), multiply_adds(of(Engine::septic), 64, 64));
}

}  // namespace
}  // namespace muonscope

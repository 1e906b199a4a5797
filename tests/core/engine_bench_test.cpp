#include "core/experiment/engine_bench.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/linalg/spectrum.h"
#include "core/random/generator.h"
#include "core/random/given_spectrum.h"

namespace muonscope {
namespace {

LabWish random_wish(RandomSpectrum spectrum) {
    LabWish wish;
    wish.source = LabSource::random;
    wish.spectrum = spectrum;
    wish.rows = 20;
    wish.cols = 12;
    return wish;
}

TEST(with_spectrum, has_the_singular_values_asked_for_whatever_its_shape) {
    Vector s(3);
    s << 5, 2, 0.5;
    for (const auto& [rows, cols] : {std::pair{3, 3}, {7, 3}, {4, 9}}) {
        Generator left(1, Purpose::lab), right(2, Purpose::lab);
        const Vector found = singular_values(with_spectrum(s, rows, cols, left, right));
        for (int k = 0; k < 3; ++k) EXPECT_NEAR(found(k), s(k), 1e-12);
    }
}

TEST(EngineBench, draws_the_spectrum_that_is_wished_for) {
    LabWish wish = random_wish(RandomSpectrum::exponential);
    wish.decay = 0.5;
    Vector values = singular_values(bench_matrix(wish));
    for (int k = 0; k < 12; ++k) EXPECT_NEAR(values(k), std::pow(0.5, k), 1e-12);
    wish = random_wish(RandomSpectrum::power_law);
    wish.exponent = 2;
    values = singular_values(bench_matrix(wish));
    for (int k = 0; k < 12; ++k) EXPECT_NEAR(values(k), std::pow(k + 1.0, -2), 1e-12);
}

TEST(EngineBench, hands_over_its_spectrum_first_and_then_engine_by_engine) {
    LabWish wish = random_wish(RandomSpectrum::gaussian);
    wish.options.precision = Precision::float64;
    wish.on[place_of(Engine::svd)] = true;
    wish.on[place_of(Engine::jordan)] = true;
    std::vector<LabOutcome> found;
    work_out(wish, [&](const LabOutcome& one) { found.push_back(one); }).finish();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_TRUE(found[0].engines.empty());
    double squares = 0;
    for (const double share : found[0].shares) squares += share * share;
    EXPECT_NEAR(squares, 1, 1e-12);
    ASSERT_EQ(found[2].engines.size(), 2U);
    for (const LabRow& row : found[2].engines)
        if (row.report.spec.engine == Engine::svd) {
            EXPECT_LT(row.report.orthogonality_error, 1e-12);
            EXPECT_NEAR(row.report.cosine_to_polar, 1, 1e-12);
        }
}

TEST(EngineBench, says_what_is_wrong_instead_of_throwing) {
    std::string error;
    work_out({}, [&](const LabOutcome& one) { error = one.error; }).finish();
    EXPECT_NE(error.find("live gradient"), std::string::npos) << error;
    EXPECT_THROW(bench_matrix({}), Error);
}

}  // namespace
}  // namespace muonscope

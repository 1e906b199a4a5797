#include "core/theory/linear_descent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/experiment/probe.h"
#include "tests/core/golden_matrix.h"

namespace muonscope {
namespace {

using Json = nlohmann::json;

struct Case {
    std::vector<Matrix> weights;
    Matrix target, h;
};
Case case_of(const Json& json) {
    GoldenDraws draws(json.at("seed").get<std::uint64_t>());
    const auto widths = json.at("widths").get<std::vector<int>>();
    Case result;
    for (std::size_t l = 1; l < widths.size(); ++l)
        result.weights.push_back(draws.matrix(widths[l], widths[l - 1]));
    const int rows = widths[1];
    for (int i = 0; i < rows; ++i)
        result.weights[0].row(i) *= std::exp2(
            -std::nearbyint(std::log2(json.at("scale").get<double>()) * i / std::max(rows - 1, 1)));
    result.target = draws.matrix(widths.back(), widths.front());
    result.h = result.weights[0];
    for (std::size_t l = 1; l < result.weights.size(); ++l)
        result.h = (result.weights[l] * result.h).eval();
    return result;
}

TEST(LinearDescent, floor_loss_and_steps_are_right_up_to_a_condition_number_of_1e14) {
    std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/probe_lstsq.json");
    const Json golden = Json::parse(file);
    std::set<std::size_t> depths;
    int never = 0, beyond_the_square = 0;
    for (const Json& json : golden.at("cases")) {
        const Case c = case_of(json);
        const LinearDescent descent(c.h, -c.target, json.at("lr"));
        const double condition = json.at("condition"), whole = json.at("half_norm");
        // What one rounding of H does to its smallest direction.
        const double slack = 100 * 2.2e-16 * condition;
        const std::string what = json.at("widths").dump() + " " + std::to_string(condition);

        const double floor = 0.5 * descent.floor_square();
        EXPECT_NEAR(floor, json.at("floor"), std::min(1.0, slack) * whole + 1e-13) << what;
        EXPECT_NEAR(floor, json.at("lstsq_floor"), std::min(1.0, slack) * whole + 1e-13) << what;
        if (json.at("floor").get<double>() == 0) {
            EXPECT_EQ(floor, 0) << what;
        }
        const double after_k = json.at("after_k");
        EXPECT_NEAR(0.5 * descent.square_after(golden.at("steps")), after_k, 1e-9 * after_k)
            << what;
        EXPECT_NEAR(descent.critical_rate(), json.at("critical_rate"),
                    1e-12 * json.at("critical_rate").get<double>());
        const double goal =
            std::pow(json.at("threshold").get<double>(), 2) * c.target.squaredNorm();
        const double steps = descent.steps_to(goal);
        if (json.at("steps").is_null()) {
            EXPECT_TRUE(std::isnan(steps)) << what << " " << steps;
            ++never;
        } else {
            // Steps grow as the square of s_1/s_k, which is known to rounding times that ratio.
            const double wanted = json.at("steps");
            EXPECT_NEAR(steps, wanted, 1 + 1e-13 * wanted * std::sqrt(wanted)) << what;
        }
        depths.insert(c.weights.size());
        beyond_the_square += condition > 1e8 ? 1 : 0;
    }
    EXPECT_EQ(depths.size(), 16U);
    EXPECT_GT(never, 20);
    EXPECT_GT(beyond_the_square, 40);
}

TEST(LinearDescent, counts_steps_beyond_what_integers_hold_and_says_never_only_of_never) {
    Matrix h = Matrix::Identity(2, 2);
    h(1, 1) = 1e-12;
    const LinearDescent slow(h, -Matrix::Identity(2, 2), 1.0);
    // (1 - 1e-24)^(2 t) = .01
    const double wanted = std::log(0.01) / (2 * std::log1p(-1e-24));
    EXPECT_NEAR(slow.steps_to(0.01), wanted, 1e-9 * wanted);
    h(1, 1) = 0;
    const LinearDescent stuck(h, -Matrix::Identity(2, 2), 1.0);
    EXPECT_TRUE(std::isnan(stuck.steps_to(0.01)));
    EXPECT_EQ(stuck.floor_square(), 1);
    EXPECT_EQ(stuck.steps_to(1.5), 1);  // the first direction goes in one step
    const LinearDescent beyond(h, -Matrix::Identity(2, 2), 2.0);
    EXPECT_FALSE(beyond.converges());
    EXPECT_TRUE(std::isnan(beyond.steps_to(1.5)));
    EXPECT_EQ(beyond.critical_rate(), 2);
}

TEST(ProbeWords, say_the_number_never_or_how_far_was_looked) {
    const double none = std::nan(""), all = std::numeric_limits<double>::infinity();
    EXPECT_EQ(threshold_text(58, all), "58");
    EXPECT_EQ(threshold_text(58, 58), "58");
    EXPECT_EQ(threshold_text(3e17, all), "3e+17");
    EXPECT_EQ(threshold_text(none, all), "never");
    EXPECT_EQ(threshold_text(none, 2000), "> 2000");
    EXPECT_EQ(threshold_text(none, none), "");
}

}  // namespace
}  // namespace muonscope

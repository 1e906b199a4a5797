#include "core/measure/engine_timing.h"

#include <gtest/gtest.h>

#include <cmath>

namespace muonscope {
namespace {

TEST(cost_law, is_fitted_to_what_was_timed) {
    std::vector<EngineTiming> timings;
    for (int n = 16; n <= 1024; n *= 2) {
        EngineTiming timing{Engine::qr, n, {}};
        timing.time.median = 2e-9 * n * n * n + (n < 100 ? 1e-3 : 0);  // small ones do not count
        timings.push_back(timing);
    }
    EXPECT_NEAR(cost_law(timings, Engine::qr).exponent, 3, 1e-9);
    EXPECT_NEAR(cost_law(timings, Engine::qr).seconds(512), timings[5].time.median, 1e-9);
    timings.resize(2);
    EXPECT_NEAR(cost_law(timings, Engine::qr).exponent, 0, 0.1);
    EXPECT_TRUE(std::isnan(cost_law(timings, Engine::svd).exponent));
}

TEST(time_engines, goes_on_to_the_next_size_once_all_engines_are_timed) {
    std::vector<OrthogonaliserSpec> engines(2);
    engines[0].engine = Engine::cubic;
    engines[1].engine = Engine::jordan;
    std::vector<EngineTiming> found;
    Work<> work =
        time_engines(engines, [&](const EngineTiming& timing) { found.push_back(timing); });
    EXPECT_TRUE(work.go_on([&] { return found.size() >= 4; }));
    ASSERT_EQ(found.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(found[i].n, i < 2 ? 16 : 32);
        EXPECT_EQ(found[i].engine, engines[i % 2].engine);
        EXPECT_GT(found[i].time.median, 0);
    }
}

}  // namespace
}  // namespace muonscope

#include "core/measure/engine_timing.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/orthogonaliser.h"
#include "core/random/generator.h"

namespace muonscope {
namespace {

constexpr int smallest = 16, largest = 1024;

Work<EngineTiming> time_engine(OrthogonaliserSpec spec, int n, Patience patience) {
    const Matrix gradient =
        Generator(static_cast<std::uint64_t>(n), Purpose::lab).normal_matrix(n, n);
    Matrix result(n, n);
    Orthogonaliser orthogonaliser(n, n, spec);
    const std::function<void()> call = [&] { orthogonaliser.orthogonalise(gradient, result); };
    const CallTime time = co_await time_calls(call, patience);
    co_return EngineTiming{spec.engine, n, time};
}

}  // namespace

Work<> time_engines(std::vector<OrthogonaliserSpec> engines,
                    std::function<void(EngineTiming)> found) {
    const Patience patience;
    std::vector<double> before(engines.size(), 0);
    for (int n = smallest; n <= largest; n *= 2)
        for (std::size_t e = 0; e < engines.size(); ++e) {
            co_await pause();
            if (8 * before[e] > patience.too_long)
                continue;  // cubic: eight times as much at twice n
            const EngineTiming timing = co_await time_engine(engines[e], n, patience);
            before[e] = timing.time.median;
            found(timing);
        }
}

double CostLaw::seconds(double n) const {
    return factor * elementary::pow(n, exponent);
}

CostLaw cost_law(const std::vector<EngineTiming>& timings, Engine engine) {
    const auto counted = [&](int from) {
        return std::count_if(timings.begin(), timings.end(), [&](const EngineTiming& t) {
            return t.engine == engine && t.n >= from && t.time.median > 0;
        });
    };
    const int from = counted(128) >= 2 ? 128 : 0;
    double count = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const EngineTiming& timing : timings) {
        if (timing.engine != engine || timing.n < from || !(timing.time.median > 0)) continue;
        const double log_n = elementary::log(timing.n), log_t = elementary::log(timing.time.median);
        ++count;
        x += log_n;
        y += log_t;
        xx += log_n * log_n;
        xy += log_n * log_t;
    }
    CostLaw law;
    law.exponent = count >= 2 ? (count * xy - x * y) / (count * xx - x * x) : std::nan("");
    law.factor = elementary::exp((y - law.exponent * x) / count);
    return law;
}

}  // namespace muonscope

#include "app/gui/lab_timing.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/linalg/orthogonaliser.h"
#include "core/random/generator.h"

namespace muonscope::gui {
namespace {

constexpr int smallest = 16, largest = 1024;
constexpr std::size_t fewest_runs = 5, most_runs = 60;
constexpr double enough = 0.25, too_long = 1;  // seconds: of one engine at one n, of one call

double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double quantile(const std::vector<double>& sorted, double part) {
    return sorted[static_cast<std::size_t>(
        std::lround(part * static_cast<double>(sorted.size() - 1)))];
}

EngineTiming time_engine(const OrthogonaliserSpec& spec, int n,
                         const std::function<bool()>& stopped) {
    const Matrix gradient =
        Generator(static_cast<std::uint64_t>(n), Purpose::lab).normal_matrix(n, n);
    Matrix result(n, n);
    Orthogonaliser orthogonaliser(n, n, spec);
    orthogonaliser.orthogonalise(gradient, result);  // the first call takes memory
    std::vector<double> seconds;
    double spent = 0;
    while (!stopped() && seconds.size() < most_runs &&
           (spent < enough || seconds.size() < fewest_runs)) {
        const double before = thread_seconds();
        orthogonaliser.orthogonalise(gradient, result);
        seconds.push_back(thread_seconds() - before);
        spent += seconds.back();
        if (spent > too_long && seconds.size() >= 3) break;
    }
    EngineTiming timing{spec.engine, n, static_cast<int>(seconds.size()), 0, 0, 0};
    if (seconds.empty()) return timing;
    std::sort(seconds.begin(), seconds.end());
    timing.low = quantile(seconds, 0.25);
    timing.median = quantile(seconds, 0.5);
    timing.high = quantile(seconds, 0.75);
    return timing;
}

}  // namespace

void time_engines(const std::vector<OrthogonaliserSpec>& engines,
                  const std::function<bool()>& stopped,
                  const std::function<void(const EngineTiming&)>& found) {
    std::vector<double> before(engines.size(), 0);
    for (int n = smallest; n <= largest; n *= 2)
        for (std::size_t e = 0; e < engines.size(); ++e) {
            if (stopped()) return;
            if (8 * before[e] > too_long) continue;  // cubic: eight times as much at twice n
            const EngineTiming timing = time_engine(engines[e], n, stopped);
            if (timing.runs < 3) continue;
            before[e] = timing.median;
            found(timing);
        }
}

double CostLaw::seconds(double n) const {
    return factor * std::pow(n, exponent);
}

CostLaw cost_law(const std::vector<EngineTiming>& timings, Engine engine) {
    const auto counted = [&](int from) {
        return std::count_if(timings.begin(), timings.end(), [&](const EngineTiming& t) {
            return t.engine == engine && t.n >= from && t.median > 0;
        });
    };
    const int from = counted(128) >= 2 ? 128 : 0;
    double count = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const EngineTiming& timing : timings) {
        if (timing.engine != engine || timing.n < from || !(timing.median > 0)) continue;
        const double log_n = std::log(timing.n), log_t = std::log(timing.median);
        ++count;
        x += log_n;
        y += log_t;
        xx += log_n * log_n;
        xy += log_n * log_t;
    }
    CostLaw law;
    law.exponent = count >= 2 ? (count * xy - x * y) / (count * xx - x * x) : std::nan("");
    law.factor = std::exp((y - law.exponent * x) / count);
    return law;
}

}  // namespace muonscope::gui

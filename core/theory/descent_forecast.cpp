#include "core/theory/descent_forecast.h"

#include <algorithm>
#include <cmath>

#include "core/base/elementary.h"

namespace muonscope {

double forecast_loss(double loss, double exponent, double steps) {
    return loss * elementary::exp(-2 * steps * exponent);
}

std::vector<HeldForecast> held_forecasts(std::span<const double> steps,
                                         std::span<const double> losses,
                                         std::span<const double> exponents, double horizon) {
    std::vector<HeldForecast> held;
    std::size_t later = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        while (later < steps.size() && steps[later] < steps[i] + horizon) ++later;
        if (later == steps.size()) break;
        HeldForecast one{steps[i], steps[later], 0, losses[later]};
        one.predicted = forecast_loss(losses[i], exponents[i], one.to - one.from);
        const double ratio = one.ratio();
        if (ratio > 0 && std::isfinite(ratio)) held.push_back(one);
    }
    return held;
}

double forecast_error(std::span<const HeldForecast> held) {
    if (held.empty()) return std::nan("");
    std::vector<double> errors;
    for (const HeldForecast& one : held)
        errors.push_back(std::max(one.ratio(), 1 / one.ratio()) - 1);
    const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
    std::nth_element(errors.begin(), middle, errors.end());
    return *middle;
}

}  // namespace muonscope

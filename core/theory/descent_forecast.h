#pragma once

#include <span>
#include <vector>

// What plain gradient descent will make of a loss, as its residual says it now:
//   L(t + H) = L(t) exp(-2 H sum_l lr_l lambda_l),   lambda_l = |G_l|^2/|E|^2,
// the rate of layer l and how fast descent on it alone shrinks the residual, both in terms of
// 1/2 |E|^2 (arXiv 2607.01124). First order in the rates, and as if lambda stayed what it is.
namespace muonscope {

// exponent: sum_l lr_l lambda_l.
double forecast_loss(double loss, double exponent, double steps);

// A forecast made at one step and what came of it.
struct HeldForecast {
    double from = 0, to = 0;  // steps
    double predicted = 0, came = 0;

    double ratio() const { return came / predicted; }  // below 1: faster than forecast
};
// Those of every sample for the first one at least `horizon` steps later. steps ascend; all of one
// length. Samples without such a one, and losses that are zero or not finite, are left out.
std::vector<HeldForecast> held_forecasts(std::span<const double> steps,
                                         std::span<const double> losses,
                                         std::span<const double> exponents, double horizon);

// The median of max(ratio, 1/ratio) - 1: by what share forecasts are wrong, half of them by less.
// None: NaN.
double forecast_error(std::span<const HeldForecast> held);

}  // namespace muonscope

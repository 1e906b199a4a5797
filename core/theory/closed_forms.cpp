#include "core/theory/closed_forms.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/base/elementary.h"
#include "core/linalg/reductions.h"
#include "core/theory/linear_descent.h"

namespace muonscope {

namespace {

double power(double base, int exponent) {
    double result = 1;
    for (int i = 0; i < exponent; ++i) result *= base;
    return result;
}

// In w = a^(1/depth), the singular value of each layer: dw/dt = w^(depth - 1) (s - w^depth), whose
// right side is smooth where that in `a` is not. Fourth-order Runge-Kutta; the step is a small part
// of the fastest rate met on the way, depth m^(2 - 2/depth) with m the larger of s and a.
double integrate(int depth, double s, double w, double time) {
    const double largest = std::max(elementary::pow(s, 1.0 / depth), w);
    const double rate = depth * power(largest, 2 * depth - 2);
    const auto count = std::max(1.0, std::ceil(time * rate / 0.05));
    const double h = time / count;
    const auto slope = [depth, s](double x) {
        const double below = power(x, depth - 1);
        return below * (s - below * x);
    };
    for (double i = 0; i < count; ++i) {
        const double k1 = slope(w);
        const double k2 = slope(w + h / 2 * k1);
        const double k3 = slope(w + h / 2 * k2);
        const double k4 = slope(w + h * k3);
        const double next = w + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        if (next == w) break;  // arrived, or at rest
        w = next;
    }
    return w;
}

double logistic(double s, double a_0, double time) {
    if (a_0 == 0) return 0;
    if (s == 0) return a_0 / (1.0 + 2.0 * a_0 * time);
    // s/(1 + (s/a_0 - 1) e^(-2 s t)): the sigmoid with nothing that overflows.
    return s / (1.0 + (s / a_0 - 1.0) * elementary::exp(-2.0 * s * time));
}

}  // namespace

double sgd_mode(int depth, double s, double a_0, double time) {
    if (depth == 1) return s + (a_0 - s) * elementary::exp(-time);
    if (depth == 2) return logistic(s, a_0, time);
    return power(integrate(depth, s, elementary::pow(a_0, 1.0 / depth), time), depth);
}

std::vector<double> sgd_mode_curve(int depth, double s, double a_0, double lr,
                                   std::span<const double> steps) {
    std::vector<double> curve;
    curve.reserve(steps.size());
    double w = elementary::pow(a_0, 1.0 / depth);
    double before = 0;
    for (double step : steps) {
        if (depth <= 2) {
            curve.push_back(sgd_mode(depth, s, a_0, lr * step));
            continue;
        }
        if (step > before) w = integrate(depth, s, w, lr * (step - before));
        before = step;
        curve.push_back(power(w, depth));
    }
    return curve;
}

double muon_mode(int depth, double s, double w_0, double lr, double step) {
    return power(std::min(w_0 + lr * step, elementary::pow(s, 1.0 / depth)), depth);
}

double muon_arrival(int depth, double s, double w_0, double lr) {
    return std::max(0.0, (elementary::pow(s, 1.0 / depth) - w_0) / lr);
}

std::vector<double> plateaus(std::span<const double> s) {
    std::vector<double> losses(s.size() + 1, 0.0);
    for (std::size_t k = s.size(); k-- > 0;) losses[k] = losses[k + 1] + 0.5 * s[k] * s[k];
    return losses;
}

double critical_rate(int depth, double s_1) {
    return 2.0 / (depth * elementary::pow(s_1, 2.0 - 2.0 / depth));
}

double second_phase_steps(const Matrix& first, const Matrix& second, const Matrix& target,
                          double rate, double threshold) {
    const LinearDescent descent(first, second * first - target, rate);
    return descent.steps_to(threshold * threshold * sum_of_squares(target));
}

}  // namespace muonscope

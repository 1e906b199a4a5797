#include "core/measure/spectrum_measures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/elementary.h"
#include "core/linalg/reductions.h"

namespace muonscope {

namespace {

bool all_finite(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double s) { return std::isfinite(s); });
}

// exp of the entropy of p = (s/s_1)^power, normalised: how many values carry the weight. Scaled by
// s_1 first, so that squares neither overflow nor vanish.
double exp_entropy(std::span<const double> values, double power) {
    if (!all_finite(values)) return std::numeric_limits<double>::quiet_NaN();
    if (values.empty() || values.front() <= 0) return 0;
    double sum = 0;
    for (double s : values) sum += elementary::pow(s / values.front(), power);
    double entropy = 0;
    for (double s : values)
        if (const double p = elementary::pow(s / values.front(), power) / sum; p > 0)
            entropy -= p * elementary::log(p);
    return elementary::exp(entropy);
}

}  // namespace

double flatness(std::span<const double> values) {
    return values.empty() ? 0 : exp_entropy(values, 2) / static_cast<double>(values.size());
}

double effective_rank(std::span<const double> values) {
    return exp_entropy(values, 1);
}

double stable_rank(std::span<const double> values) {
    if (!all_finite(values)) return std::numeric_limits<double>::quiet_NaN();
    if (values.empty() || values.front() <= 0) return 0;
    double sum = 0;
    for (double s : values) sum += (s / values.front()) * (s / values.front());
    return sum;
}

double condition_number(std::span<const double> values) {
    if (!all_finite(values)) return std::numeric_limits<double>::quiet_NaN();
    if (values.empty() || values.back() <= 0) return std::numeric_limits<double>::infinity();
    return values.front() / values.back();
}

int modes_learned(std::span<const double> strengths, const Vector& target) {
    int learned = 0;
    for (std::size_t k = 0; k < strengths.size(); ++k)
        if (strengths[k] >= 0.9 * target(static_cast<Eigen::Index>(k))) ++learned;
    return learned;
}

double gradient_fidelity(const Matrix& update, const Matrix& gradient) {
    const ScaledNorm u = scaled_norm(update), g = scaled_norm(gradient);
    if (u.norm == 0 || g.norm == 0) return 0;
    return (u.unit * update).cwiseProduct(g.unit * gradient).sum() / (u.norm * g.norm);
}

}  // namespace muonscope

#include "core/linalg/coefficients.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace muonscope {

namespace {

// f(y) = k[0] + k[1] y + k[2] y^2 + k[3] y^3, for y = x^2.
using Cubic = std::array<double, 4>;

double value(const Cubic& k, double y) {
    return k[0] + y * (k[1] + y * (k[2] + y * k[3]));
}

// What rounding may leave of f(y) where it is zero.
double rounding(const Cubic& k, double y) {
    const double size =
        std::abs(k[0]) + y * (std::abs(k[1]) + y * (std::abs(k[2]) + y * std::abs(k[3])));
    return 8 * std::numeric_limits<double>::epsilon() * size;
}

double bisect(const Cubic& k, double low, double high) {
    const bool rises = value(k, high) > 0;
    for (;;) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) return middle;
        ((value(k, middle) > 0) == rises ? high : low) = middle;
    }
}

// Zeros y > 0, ascending; where f only touches zero, once.
std::vector<double> positive_roots(const Cubic& k) {
    int degree = 3;
    while (degree > 0 && k[degree] == 0) --degree;
    if (degree == 0) return {};
    // All roots lie within Cauchy's bound; between stationary points there is at most one.
    double bound = 0;
    for (int i = 0; i < degree; ++i) bound = std::max(bound, std::abs(k[i] / k[degree]));
    std::vector<double> ends{0};
    for (const double y :
         degree > 1 ? positive_roots({k[1], 2 * k[2], 3 * k[3], 0}) : std::vector<double>{})
        if (y < bound + 1) ends.push_back(y);
    ends.push_back(bound + 1);

    std::vector<double> roots;
    const auto near_zero = [&](double y) { return std::abs(value(k, y)) <= rounding(k, y); };
    for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
        const double low = ends[i], high = ends[i + 1];
        if (near_zero(high))
            roots.push_back(high);
        else if (!near_zero(low) && (value(k, low) > 0) != (value(k, high) > 0))
            roots.push_back(bisect(k, low, high));
    }
    return roots;
}

// x > 0 with p(x) = target x.
std::vector<double> multiples(const OddPolynomial& p, double target) {
    std::vector<double> roots = positive_roots({p.a - target, p.b, p.c, p.d});
    for (double& root : roots) root = std::sqrt(root);
    return roots;
}

std::vector<double> stationary_points(const OddPolynomial& p) {
    std::vector<double> roots = positive_roots({p.a, 3 * p.b, 5 * p.c, 7 * p.d});
    for (double& root : roots) root = std::sqrt(root);
    return roots;
}

}  // namespace

double OddPolynomial::operator()(double x) const {
    const double y = x * x;
    return x * (a + y * (b + y * (c + y * d)));
}

double OddPolynomial::slope(double x) const {
    const double y = x * x;
    return a + y * (3 * b + y * (5 * c + y * 7 * d));
}

std::vector<FixedPoint> fixed_points(const OddPolynomial& polynomial) {
    std::vector<FixedPoint> points;
    for (const double x : multiples(polynomial, 1)) points.push_back({x, polynomial.slope(x)});
    return points;
}

// Iterates from all of (0, x] stay bounded exactly when some y >= x has |p| <= y on (0, y]. The
// largest such y is a fixed point of |p| or the height of one of its stationary points: elsewhere
// it could be made larger.
double convergence_range(const OddPolynomial& p) {
    if (p.b == 0 && p.c == 0 && p.d == 0)
        return std::abs(p.a) <= 1 ? std::numeric_limits<double>::infinity() : 0.0;
    std::vector<double> candidates = multiples(p, 1);
    for (const double x : multiples(p, -1)) candidates.push_back(x);
    for (const double x : stationary_points(p)) candidates.push_back(std::abs(p(x)));
    double range = 0;
    for (const double y : candidates)
        if (y > range && image(p, {0, y}).high <= y * (1 + 1e-12)) range = y;
    return range;
}

Interval image(const OddPolynomial& polynomial, Interval from) {
    const double first = polynomial(from.low), last = polynomial(from.high);
    double low = std::min(first, last), high = std::max(first, last);
    for (const double x : stationary_points(polynomial))
        if (x > from.low && x < from.high) {
            low = std::min(low, polynomial(x));
            high = std::max(high, polynomial(x));
        }
    if (low > 0) return {low, high};
    if (high < 0) return {-high, -low};
    return {0, std::max(high, -low)};
}

OddPolynomial optimal_cubic(Interval from) {
    const double l = from.low, u = from.high;
    const double alpha = std::sqrt(3 / (u * u + l * u + l * l));
    const double beta = 4 / (2 + l * u * (l + u) * alpha * alpha * alpha);
    return {1.5 * beta * alpha, -.5 * beta * alpha * alpha * alpha, 0, 0};
}

}  // namespace muonscope

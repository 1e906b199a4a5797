#pragma once

#include <vector>

namespace muonscope {

// p(x) = a x + b x^3 + c x^5 + d x^7: what one iteration of a polynomial engine does to every
// singular value.
struct OddPolynomial {
    double a = 0, b = 0, c = 0, d = 0;

    double operator()(double x) const;
    double slope(double x) const;  // p'(x)
    bool operator==(const OddPolynomial&) const = default;
};

// One iteration acts on every singular value as x -> a x + b x^3 + c x^5.
struct Quintic {
    double a, b, c;
    bool operator==(const Quintic&) const = default;
};

// K. Jordan's coefficients: steep at zero, and never converging (fixed points .868 and 1.264).
inline constexpr Quintic jordan_coefficients{3.4445, -4.7750, 2.0315};

// p(x) = x for x > 0, ascending, and whether iterates near it come to it (|p'(x)| < 1).
struct FixedPoint {
    double x = 0, slope = 0;
    bool attracts() const { return slope > -1 && slope < 1; }
};
// None for p(x) = x, where every x is one.
std::vector<FixedPoint> fixed_points(const OddPolynomial& polynomial);

// The largest x such that iterating p from anywhere in (0, x] stays bounded; 0: nowhere,
// infinity: everywhere.
double convergence_range(const OddPolynomial& polynomial);

// Where iterates from [low, high] lie after p: the least and largest of |p| there, found at the
// ends and the stationary points; the least is 0 where p changes sign in between.
struct Interval {
    double low = 0, high = 1;
};
Interval image(const OddPolynomial& polynomial, Interval from);

// The cubic beta (1.5 (alpha x) - .5 (alpha x)^3) that brings [low, high] nearest to 1:
// alpha = sqrt(3/(u^2 + l u + l^2)), beta = 4/(2 + l u (l + u) alpha^3); its image is
// [2 - beta, beta]. Needs 0 < low <= high.
OddPolynomial optimal_cubic(Interval from);

}  // namespace muonscope

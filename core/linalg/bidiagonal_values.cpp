#include "core/linalg/bidiagonal_values.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace muonscope {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

// One sweep of the differential quotient-difference algorithm with shift (Fernando, Parlett 1994):
// from the factors of T to those of T - shift.
struct Sweep {
    double least_before_last;  // min of d_1 ... d_(n-1): negative when the shift was far too large
    double last;               // d_n: negative alone when it was a little too large
    double least_e;
    bool succeeded() const { return least_before_last >= 0 && last >= 0; }
};

Sweep sweep(const double* q, const double* e, std::size_t n, double shift, double* q_next,
            double* e_next) {
    double d = q[0] - shift;
    double least = d;
    double least_e = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k + 1 < n; ++k) {
        least = std::min(least, d);
        q_next[k] = d + e[k];
        const double ratio = q[k + 1] / q_next[k];
        e_next[k] = e[k] * ratio;
        d = d * ratio - shift;
        least_e = std::min(least_e, e_next[k]);
    }
    q_next[n - 1] = d;
    return {least, d, least_e};
}

// Smaller eigenvalue of the trailing 2 x 2 block of T, from above: T has the diagonal
// q_k + e_(k-1) and the products q_k e_k off it.
double trailing_eigenvalue(const double* q, const double* e, std::size_t n) {
    const double above = n > 2 ? e[n - 3] : 0.0;
    const double a = q[n - 2] + above;
    const double b = q[n - 1] + e[n - 2];
    const double root = std::sqrt((a - b) * (a - b) + 4 * e[n - 2] * q[n - 2]);
    const double determinant = q[n - 2] * q[n - 1] + above * b;
    return 2 * determinant / (a + b + root);
}

// The part of an unreduced segment that is left, shifted by `shift` so far (kept in two words).
struct Segment {
    double* q;
    double* e;
    std::size_t n;
    double shift = 0, carried = 0;

    void add_shift(double amount) {
        const double addend = amount + carried;
        const double sum = shift + addend;
        carried = addend - (sum - shift);
        shift = sum;
    }
    double total(double value) const { return shift + (carried + value); }
};

void finish_two(Segment& segment) {
    const double q1 = segment.q[0];
    const double q2 = segment.q[1];
    const double e1 = segment.e[0];
    const double root = std::sqrt((q1 - q2 + e1) * (q1 - q2 + e1) + 4 * q2 * e1);
    const double large = (q1 + q2 + e1 + root) / 2;
    segment.q[0] = segment.total(large);
    segment.q[1] = segment.total(large > 0 ? q1 / large * q2 : 0.0);
}

// Dropping e_k moves no singular value by more than its root.
bool solve(Segment segment, double negligible, double* q_scratch, double* e_scratch, long& budget) {
    // The least values should gather at the end.
    if (segment.n > 1 && segment.q[0] * 1.5 < segment.q[segment.n - 1]) {
        std::reverse(segment.q, segment.q + segment.n);
        std::reverse(segment.e, segment.e + segment.n - 1);
    }
    double bound = 0;  // on the least eigenvalue, from the newest sweep; none before it
    bool bounded_inside = false;
    while (segment.n > 0) {
        double* q = segment.q;
        double* e = segment.e;
        const std::size_t n = segment.n;
        if (n == 1) {
            q[0] = segment.total(q[0]);
            return true;
        }
        if (e[n - 2] <= negligible) {
            q[n - 1] = segment.total(q[n - 1]);
            --segment.n;
            bounded_inside = false;
            continue;
        }
        if (n == 2) {
            finish_two(segment);
            return true;
        }
        for (std::size_t k = n - 2; k-- > 0;)
            if (e[k] <= negligible) {
                Segment tail{q + k + 1, e + k + 1, n - k - 1, segment.shift, segment.carried};
                if (!solve(tail, negligible, q_scratch, e_scratch, budget)) return false;
                segment.n = k + 1;
                break;
            }
        if (segment.n != n) {
            bounded_inside = false;
            continue;
        }

        double shift = bounded_inside ? bound / 4 : trailing_eigenvalue(q, e, n);
        Sweep result{};
        for (int attempt = 0;; ++attempt) {
            if (--budget < 0) return false;
            result = sweep(q, e, n, shift, q_scratch, e_scratch);
            if (result.succeeded()) break;
            // Late failure: d_n tells how much too large the shift was, to third order.
            const double better = (shift + result.last) * (1 - 2 * epsilon);
            if (attempt < 2 && result.least_before_last >= 0 && better > 0)
                shift = better;
            else
                shift = attempt < 2 ? shift / 4 : 0;
        }
        std::copy_n(q_scratch, n, q);
        std::copy_n(e_scratch, n - 1, e);
        segment.add_shift(shift);
        bounded_inside = result.least_before_last < result.last;
        bound = result.least_before_last;
    }
    return true;
}

}  // namespace

bool bidiagonal_squares(std::span<double> q, std::span<double> e, std::span<double> q_scratch,
                        std::span<double> e_scratch) {
    if (q.empty()) return true;
    double largest = 0;
    for (std::size_t k = 0; k < q.size(); ++k)
        largest = std::max({largest, q[k], k + 1 < q.size() ? e[k] : 0.0});
    long budget = 100 + 60 * static_cast<long>(q.size());
    return solve({q.data(), e.data(), q.size()}, epsilon * epsilon * largest, q_scratch.data(),
                 e_scratch.data(), budget);
}

}  // namespace muonscope

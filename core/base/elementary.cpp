#include "core/base/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/elementary_tables.h"
#include "core/base/exponential.h"

namespace muonscope::elementary {

namespace {

using Bits64 = std::uint64_t;
__extension__ using DoubleWord = unsigned __int128;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// A number as the sum of two doubles, the second no more than half of the first one's last place
// unless a function says otherwise.
struct Two {
    double high, low;
};

// a + b exactly, where |a| >= |b| or a is 0.
Two sum_of(double a, double b) {
    const double sum = a + b;
    return {sum, b - (sum - a)};
}
// Whichever is larger (Knuth).
Two sum_of_any(double a, double b) {
    const double sum = a + b, part = sum - a;
    return {sum, (a - (sum - part)) + (b - part)};
}

double first_half(double x) {
    return exponential::first_half<std::int64_t>(x);
}

// a b exactly, where nothing overflows or vanishes (Dekker).
Two product_of(double a, double b) {
    const double product = a * b;
    const double ah = first_half(a), al = a - ah, bh = first_half(b), bl = b - bh;
    return {product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}
// With an error of some 2^-104.
Two product_of(const Two& a, const Two& b) {
    const Two product = product_of(a.high, b.high);
    return sum_of(product.high, product.low + (a.high * b.low + a.low * b.high));
}

template <std::size_t count>
double polynomial(const double (&terms)[count], double x) {
    double sum = terms[count - 1];
    for (std::size_t i = count - 1; i-- > 0;) sum = terms[i] + sum * x;
    return sum;
}

// log x with an error of 2^-67 of it; x > 0, finite. x = 2^k m, c m = 1 + r with c from a table in
// so few digits that r is exact in two doubles; log x = k ln 2 - log c + log(1 + r).
Two log_of(double x) {
    int k = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 0x1p54;
        k = -54;
    }
    auto bits = std::bit_cast<Bits64>(x);
    k += static_cast<int>(bits >> 52) - 1023;
    const std::size_t row = bits >> 45 & 127;
    const bool is_halved = row >= 53;  // from sqrt 2 on
    k += is_halved ? 1 : 0;
    bits = (bits & 0xfffffffffffffU) | (is_halved ? Bits64{1022} : Bits64{1023}) << 52;
    const double m = std::bit_cast<double>(bits), m_high = first_half(m);
    const auto& [c, log_high, log_low] = log_table[row];

    const Two r = sum_of_any(m_high * c - 1, (m - m_high) * c);
    const double first = first_half(r.high);
    const double half_square = first * first * 0.5;
    const double half_square_low = (r.high - first) * (r.high + first) * 0.5;
    const double cube = r.high * r.high * r.high;
    const Two a = sum_of(k * ln2_high + log_high, r.high);
    const Two b = sum_of(a.high, -half_square);
    const double small =
        r.low - half_square_low - r.high * r.low + cube * polynomial(log_terms, r.high);
    return sum_of(b.high, (a.low + b.low) + (small + (k * ln2_low + log_low)));
}

double exp_of(double x, double rest) {
    return exponential::exp_of<std::int64_t>(x, rest);
}

// An angle as quarter turns (modulo 4) and what is left of them, at most pi/4 to either side.
struct Angle {
    unsigned quarters;
    Two rest;
};

// |x| > pi/4, finite, is m 2^e, m whole. Of the product of m and 2/pi whole multiples of 4 do not
// matter, and what is left is cut to 190 bits behind the point: 64 or more beyond the 62 zeros with
// which the hardest double begins (Payne, Hanek 1983).
Angle reduced(double x) {
    if (std::abs(x) <= half_pi_high / 2) return {0, {x, 0}};
    const auto bits = std::bit_cast<Bits64>(std::abs(x));
    const Bits64 m = (bits & 0xfffffffffffffU) | Bits64{1} << 52;
    const int e = static_cast<int>(bits >> 52) - 1075;
    const auto from = static_cast<unsigned>(64 + e - 2);  // the first bit of 2/pi that matters
    const unsigned word = from / 64, shift = from % 64;
    const auto window = [&](unsigned i) {
        const DoubleWord both = DoubleWord{two_over_pi[word + i]} << 64 | two_over_pi[word + i + 1];
        return static_cast<Bits64>(both >> (64 - shift));
    };
    const DoubleWord last = DoubleWord{m} * window(2);
    const DoubleWord middle = DoubleWord{m} * window(1) + static_cast<Bits64>(last >> 64);
    const Bits64 lowest = static_cast<Bits64>(last), low = static_cast<Bits64>(middle);
    const Bits64 high = m * window(0) + static_cast<Bits64>(middle >> 64);
    // Quarters in the two highest bits; behind them a fraction, of which the nearest whole is
    // taken.
    auto quarters = static_cast<unsigned>(high >> 62);
    Bits64 fraction = high << 2 | low >> 62, further = low << 2 | lowest >> 62;
    bool is_negative = fraction >> 63 != 0;
    if (is_negative) {
        ++quarters;
        further = ~further;
        fraction = ~fraction;
    }
    const auto part = [](Bits64 digits, int place) {
        return std::ldexp(static_cast<double>(digits), place);
    };
    const Two first = sum_of(part(fraction >> 32, -32), part(fraction & 0xffffffffU, -64));
    const Two turns = sum_of(
        first.high, first.low + (part(further >> 32, -96) + part(further & 0xffffffffU, -128)));
    Two rest = product_of(turns, {half_pi_high, half_pi_low});
    if (std::signbit(x)) {
        quarters = 4 - (quarters & 3U);
        is_negative = !is_negative;
    }
    if (is_negative) rest = {-rest.high, -rest.low};
    return {quarters & 3U, rest};
}

// Of pi x; x finite.
Angle reduced_half_turns(double x) {
    // From 2^53 on every double is even.
    const double size = std::abs(x), whole = size < 0x1p53 ? 2 * std::floor(size / 2) : size;
    const double left = size - whole;  // exact, in [0, 2)
    const double quarters = std::floor(2 * left + 0.5);
    const Two rest = product_of({left - quarters / 2, 0}, {whole_pi_high, whole_pi_low});
    const auto turns = static_cast<unsigned>(quarters);
    if (std::signbit(x)) return {(4 - (turns & 3U)) & 3U, {-rest.high, -rest.low}};
    return {turns & 3U, rest};
}

// |r| <= pi/4. r^2/2 to twice the digits, as in exp.
double near_sine(const Two& r) {
    const double z = r.high * r.high;
    return r.high + (r.high * z * polynomial(sine_terms, z) + r.low * (1 - 0.5 * z));
}

double near_cosine(const Two& r) {
    const double z = r.high * r.high;
    const double first = first_half(r.high);
    const double half_square = first * first * 0.5;
    const double half_square_low = (r.high - first) * (r.high + first) * 0.5;
    const Two begun = sum_of(1, -half_square);
    return begun.high +
           (begun.low + (z * z * polynomial(cosine_terms, z) - half_square_low - r.high * r.low));
}

double sine_of(const Angle& angle) {
    const double size = angle.quarters % 2 == 0 ? near_sine(angle.rest) : near_cosine(angle.rest);
    return angle.quarters >= 2 ? -size : size;
}

Angle turned_by_a_quarter(Angle angle) {
    angle.quarters = (angle.quarters + 1) % 4;
    return angle;
}

bool is_whole(double x) {
    return std::floor(x) == x;
}
bool is_odd(double x) {
    return is_whole(x) && std::abs(x) < 0x1p53 && !is_whole(x / 2);
}

// x^y where x is 0 or infinite or y is infinite.
double limit_of_pow(double size, double y) {
    if (std::isinf(y)) {
        if (size == 1) return 1;
        return (size > 1) == (y > 0) ? infinity : 0;
    }
    return (size == 0) == (y > 0) ? 0 : infinity;
}

}  // namespace

double exp(double x) {
    return exp_of(x, 0);
}

double expm1(double x) {
    if (x == 0 || std::isnan(x)) return x;
    if (x > 50) return exp(x);
    if (x < -50) return -1;
    const auto [high, low, power] = exponential::parts<std::int64_t>(x, 0.0);
    const double scale = std::ldexp(1.0, static_cast<int>(power));
    const Two whole = sum_of_any(scale, -1);
    const Two sum = sum_of_any(whole.high, scale * high);
    return sum.high + (sum.low + (whole.low + scale * low));
}

double log(double x) {
    if (std::isnan(x) || x < 0) return not_a_number;
    if (x == 0) return -infinity;
    if (std::isinf(x)) return x;
    return log_of(x).high;
}

double log1p(double x) {
    if (std::isnan(x) || x < -1) return not_a_number;
    if (x == -1) return -infinity;
    if (std::isinf(x) || x == 0) return x;
    if (std::abs(x) < 0x1p-16) return x - x * x * (0.5 - x * (1.0 / 3 - x * 0.25));
    // log(s + rest) = log s + rest/s.
    const Two s = sum_of_any(1, x);
    const Two log_s = log_of(s.high);
    return log_s.high + (log_s.low + s.low / s.high);
}

double pow(double x, double y) {
    if (x == 1 || y == 0) return 1;
    if (std::isnan(x) || std::isnan(y)) return not_a_number;
    const double size = std::abs(x);
    const double sign = std::signbit(x) && is_odd(y) ? -1 : 1;
    if (size == 0 || std::isinf(size) || std::isinf(y)) return sign * limit_of_pow(size, y);
    if (x < 0 && !is_whole(y)) return not_a_number;
    if (size == 1) return sign;
    const Two log_size = log_of(size);
    const double about = y * log_size.high;
    if (about > 720) return sign * infinity;
    if (about < -760) return sign * 0.0;
    const Two product = product_of(log_size.high, y);
    const Two power = sum_of(product.high, product.low + log_size.low * y);
    return sign * exp_of(power.high, power.low);
}

double tanh(double x) {
    return exponential::tanh_of<std::int64_t>(x);
}

double sin(double x) {
    if (!std::isfinite(x)) return not_a_number;
    return x == 0 ? x : sine_of(reduced(x));
}

double cos(double x) {
    if (!std::isfinite(x)) return not_a_number;
    return sine_of(turned_by_a_quarter(reduced(x)));
}

double sin_pi(double x) {
    if (!std::isfinite(x)) return not_a_number;
    return x == 0 ? x : sine_of(reduced_half_turns(x));
}

double cos_pi(double x) {
    if (!std::isfinite(x)) return not_a_number;
    return sine_of(turned_by_a_quarter(reduced_half_turns(x)));
}

}  // namespace muonscope::elementary

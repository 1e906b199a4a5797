#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/choice.h"
#include "core/base/types.h"
#include "core/linalg/coefficients.h"
#include "core/linalg/precision.h"
#include "core/linalg/prescale.h"

namespace muonscope {

// Every way from a gradient G to a matrix O whose singular values are (nearly) equal. The
// polynomial ones map each singular value x = s/|G|_F by an odd polynomial, iteration by iteration,
// and leave the vectors alone. Over the numerical rank: singular values up to epsilon max(rows,
// cols) s_1, epsilon that of the arithmetic, count as zero, and zero stays zero.
enum class Engine {
    jordan,               // Newton-Schulz, K. Jordan's quintic
    you,                  // J. You's five quintics; further iterations repeat the last
    polar_express,        // arXiv 2505.16932, with its safety factor 1.01
    polar_express_speed,  // the same as the speed runs have it: five, safety factor 1.02
    cans,                 // arXiv 2506.10935
    turbo,                // rows scaled first, then four quintics (arXiv 2512.04632)
    eight_plus_two,       // Jordan's eight times, then 2 x - 1.5 x^3 + .5 x^5 (DeepSeek-V4)
    cubic,                // 1.5 x - .5 x^3
    pade,                 // (15 x - 10 x^3 + 3 x^5)/8
    septic,               // (35 x - 35 x^3 + 21 x^5 - 5 x^7)/16
    optimal_cubic,        // the best cubic for [low, 1], then for its image, and so on
    custom,               // the quintic given
    svd,                  // U V^T over the numerical rank: the exact polar factor
    floored,              // U min(1, x/floor) V^T
    newton,               // X <- (X + X^-T)/2 from G/|G|_F, over the numerical rank
    qr,                   // Householder QR, positive diagonal: Gram-Schmidt's Q
    spectral_power,       // U x^p V^T over the numerical rank
    random_spectrum,      // U diag(uniform on (0, 1]) V^T over the numerical rank: a control
};

// One row an engine, in the order of the enumeration: what sliders, flags and tables call it.
struct EngineName {
    Engine engine;
    std::string_view slug, label, help;
};
std::span<const EngineName> engine_names();
std::span<const Choice> engine_choices();  // the same
std::string_view slug(Engine engine);
std::string_view label(Engine engine);
std::string_view help(Engine engine);  // one sentence or two: formula, and when it fails

inline constexpr int most_iterations = 20;

struct OrthogonaliserSpec {
    Engine engine = Engine::jordan;
    int iterations = 5;                        // of polynomial engines and newton, 1..20
    Precision precision = Precision::float32;  // of the arithmetic
    Quintic custom = jordan_coefficients;
    double low = 1e-3;       // optimal_cubic: smallest s/|G|_F it is made for, in (0, 1]
    double floor = 1e-2;     // floored: below this s/|G|_F values pass in proportion, in (0, 1]
    double power = 0.5;      // spectral_power, in [-.5, 1]
    std::uint64_t seed = 0;  // random_spectrum: the values, alike at every call

    bool operator==(const OrthogonaliserSpec&) const = default;
};

// "Jordan x5", "SVD".
std::string name_of(const OrthogonaliserSpec& spec);

bool is_polynomial(Engine engine);
bool takes_iterations(Engine engine);

// Iteration number `index` (from 0) of a polynomial engine, as applied: safety factors included.
OddPolynomial polynomial_of(const OrthogonaliserSpec& spec, int index);

Prescale prescale_of(Engine engine);  // of a polynomial engine

// How many iterations an engine is made for: 5, turbo 4, eight_plus_two 10.
int usual_iterations(Engine engine);

// What x = s/|G|_F becomes after `iterations`; none where the engine is no function of x alone
// (turbo, qr, random_spectrum). svd, floored and spectral power do not depend on `iterations`.
std::optional<double> transfer(const OrthogonaliserSpec& spec, double x, int iterations);
inline std::optional<double> transfer(const OrthogonaliserSpec& spec, double x) {
    return transfer(spec, x, spec.iterations);
}
// Slope of the transfer function at 0; below s/|G|_F = 1/slope a direction passes almost linearly:
// it is not flattened. None where there is no such slope (svd: infinite).
std::optional<double> slope_at_zero(const OrthogonaliserSpec& spec);

// Multiply-adds of one call for this shape, symmetric products counted as they are computed;
// factorisations by their textbook counts (SVD: 15 n^2 m, n <= m).
double multiply_adds(const OrthogonaliserSpec& spec, Eigen::Index rows, Eigen::Index cols);

}  // namespace muonscope

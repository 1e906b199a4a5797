#include "core/linalg/engine.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/elementary.h"
#include "core/linalg/polynomial_iteration.h"

namespace muonscope {

namespace {

constexpr std::array<EngineName, 18> names{{
    {Engine::jordan, "jordan", "Jordan",
     "x ← 3.4445x − 4.7750x³ + 2.0315x⁵, x = s/‖G‖. Steep at zero (slope 485 at 5 iterations); "
     "never converges: values stay in .68 to 1.13."},
    {Engine::you, "you", "You",
     "Five quintics of their own, the last repeated beyond. As steep as Jordan's, and .978 to "
     "1.032 from s/‖G‖ = .01 on."},
    {Engine::polar_express, "polar_express", "Polar Express",
     "The best quintic of each iteration for what the one before leaves, with a safety factor of "
     "1.01 (arXiv 2505.16932). Slope 967 at 5 iterations; exact from 8 on down to s/‖G‖ = .001."},
    {Engine::polar_express_speed, "polar_express_speed", "Polar Express, speed run",
     "Polar Express's five quintics with a safety factor of 1.02, from X = G/(1.02‖G‖ + 1e-6): "
     "what NanoGPT speed runs and dion use. The last one repeats beyond five."},
    {Engine::cans, "cans", "CANS",
     "Five quintics by Chebyshev-type approximation (arXiv 2506.10935), the last repeated beyond. "
     "Steeper at zero than Polar Express: slope 1049 at 5 iterations."},
    {Engine::turbo, "turbo", "Turbo",
     "Rows first divided by √Σ|GGᵀ| (arXiv 2512.04632), then four quintics, the last repeated "
     "beyond. It turns singular vectors, so it is no function of s/‖G‖ alone."},
    {Engine::eight_plus_two, "eight_plus_two", "8 + 2",
     "Jordan's quintic eight times, then 2x − 1.5x³ + .5x⁵ (DeepSeek-V4): steep first, exact last. "
     "Made for 10 iterations; with 8 or fewer it is Jordan's."},
    {Engine::cubic, "cubic", "Cubic",
     "x ← 1.5x − .5x³: the classic Newton–Schulz. Converges to 1, slowly from small values: slope "
     "7.6 at 5 iterations."},
    {Engine::pade, "pade", "Padé quintic",
     "x ← (15x − 10x³ + 3x⁵)/8. Converges to 1, slowly from small values: slope 23 at 5 "
     "iterations."},
    {Engine::septic, "septic", "Septic",
     "x ← (35x − 35x³ + 21x⁵ − 5x⁷)/16. Converges to 1, a product more an iteration than a "
     "quintic: slope 50 at 5."},
    {Engine::optimal_cubic, "optimal_cubic", "Optimal cubic",
     "The cubic that brings [low, 1] nearest to 1, then its image, and so on. Values below low "
     "are left behind."},
    {Engine::custom, "custom", "Custom quintic",
     "x ← ax + bx³ + cx⁵ with coefficients of your own. Outside its range of convergence it "
     "overflows."},
    {Engine::svd, "svd", "SVD",
     "U Vᵀ over the numerical rank: the exact polar factor, the nearest matrix with equal "
     "singular values. Flattens noise as well as signal."},
    {Engine::floored, "floored", "Floored polar",
     "U min(1, x/floor) Vᵀ: exact above the floor, in proportion below it, as Newton–Schulz is."},
    {Engine::newton, "newton", "Newton",
     "X ← (X + X⁻ᵀ)/2. From above 1 it converges by halving: small values first become as large "
     "as 1/(2x), so few iterations leave them far too large."},
    {Engine::qr, "qr", "QR",
     "Q of Householder's QR with positive diagonal, of Gᵀ where G is wide. Orthogonal, but not "
     "the nearest, and dependent on the order of columns and on the basis."},
    {Engine::spectral_power, "spectral_power", "Spectral power",
     "U xᵖ Vᵀ over the numerical rank: p = 1 keeps the direction of the gradient, 0 is the exact "
     "polar factor."},
    {Engine::random_spectrum, "random_spectrum", "Random spectrum",
     "The gradient's singular vectors with random values from (0, 1], the same at every call: a "
     "control."},
}};

// J. You's, as used in K. Jordan's speed runs.
constexpr std::array<OddPolynomial, 5> you{{
    {4.0848, -6.8946, 2.9270, 0},
    {3.9505, -6.3029, 2.6377, 0},
    {3.7418, -5.5913, 2.3037, 0},
    {2.8769, -3.1427, 1.2046, 0},
    {2.8366, -3.0525, 1.2012, 0},
}};

// Amsel, Persson, Musco, Gower, "The Polar Express", arXiv 2505.16932, for s/|G| >= 1e-3.
constexpr double safety = 1.01;
constexpr std::array<OddPolynomial, 8> polar_express{{
    {8.28721201814563, -23.595886519098837, 17.300387312530933, 0},
    {4.107059111542203, -2.9478499167379106, .5448431082926601, 0},
    {3.9486908534822946, -2.908902115962949, .5518191394370137, 0},
    {3.3184196573706015, -2.488488024314874, .51004894012372, 0},
    {2.300652019954817, -1.6689039845747493, .4188073119525673, 0},
    {1.891301407787398, -1.2679958271945868, .37680408948524835, 0},
    {1.8750014808534479, -1.2500016453999487, .3750001645474248, 0},
    {1.875, -1.25, .375, 0},
}};

// K. Jordan and others' NanoGPT speed runs: five iterations for s/|G| >= 1e-3; the safety factor of
// 1.02 is in all but the last.
constexpr double speed_safety = 1.02;
constexpr std::array<OddPolynomial, 5> polar_express_speed{{
    {8.156554524902461, -22.48329292557795, 15.878769915207462, 0},
    {4.042929935166739, -2.808917465908714, .5000178451051316, 0},
    {3.8916678022926607, -2.772484153217685, .5060648178503393, 0},
    {3.285753657755655, -2.3681294933425376, .46449024233003106, 0},
    {2.3465413258596377, -1.7097828382687081, .42323551169305323, 0},
}};

// Grishina, Smirnov, Rakhuba, "Accelerating Newton-Schulz iteration", arXiv 2506.10935.
constexpr std::array<OddPolynomial, 5> cans{{
    {8.4703, -25.1081, 18.6293, 0},
    {4.1828, -3.1087, .5806, 0},
    {3.9619, -2.9541, .5630, 0},
    {3.2866, -2.4647, .5074, 0},
    {2.2737, -1.6447, .4162, 0},
}};

// Boissin et al., "Turbo-Muon", arXiv 2512.04632, as dion has them.
constexpr std::array<OddPolynomial, 4> turbo{{
    {4.6051, -9.6552, 5.6769, 0},
    {4.7505, -6.0861, 2.1790, 0},
    {2.7763, -2.3190, .5523, 0},
    {2.4231, -2.2861, .8193, 0},
}};

template <std::size_t count>
OddPolynomial entry(const std::array<OddPolynomial, count>& table, int index) {
    return table[std::min(static_cast<std::size_t>(std::max(index, 0)), count - 1)];
}

// p(x/safety).
OddPolynomial safer(const OddPolynomial& p) {
    const double square = safety * safety;
    return {p.a / safety, p.b / (safety * square), p.c / (safety * square * square), 0};
}

OddPolynomial optimal_cubic_at(double low, int index) {
    Interval interval{low, 1};
    for (int i = 0; i < index; ++i) {
        const double least = optimal_cubic(interval)(interval.low);  // 2 - beta
        interval = {least, 2 - least};
    }
    return optimal_cubic(interval);
}

double newton(double x, int iterations) {
    for (int i = 0; i < iterations && x > 0; ++i) x = (x + 1 / x) / 2;
    return x;
}

}  // namespace

std::span<const Choice> engine_choices() {
    static constexpr auto choices = [] {
        std::array<Choice, names.size()> result{};
        for (std::size_t i = 0; i < names.size(); ++i)
            result[i] = {names[i].slug, names[i].label, names[i].help};
        return result;
    }();
    return choices;
}

std::span<const EngineName> engine_names() {
    return names;
}
std::string_view slug(Engine engine) {
    return names[place_of(engine)].slug;
}
std::string_view label(Engine engine) {
    return names[place_of(engine)].label;
}
std::string_view help(Engine engine) {
    return names[place_of(engine)].help;
}

bool is_polynomial(Engine engine) {
    return engine < Engine::svd;
}

bool takes_iterations(Engine engine) {
    return is_polynomial(engine) || engine == Engine::newton;
}

std::string name_of(const OrthogonaliserSpec& spec) {
    std::string name(label(spec.engine));
    if (takes_iterations(spec.engine)) name += " x" + std::to_string(spec.iterations);
    return name;
}

OddPolynomial polynomial_of(const OrthogonaliserSpec& spec, int index) {
    switch (spec.engine) {
        case Engine::you:
            return entry(you, index);
        case Engine::polar_express: {
            const bool last = index + 1 >= static_cast<int>(polar_express.size());
            return last ? polar_express.back() : safer(entry(polar_express, index));
        }
        case Engine::polar_express_speed:
            return entry(polar_express_speed, index);
        case Engine::cans:
            return entry(cans, index);
        case Engine::turbo:
            return entry(turbo, index);
        case Engine::eight_plus_two:
            if (index >= 8) return {2, -1.5, .5, 0};
            break;
        case Engine::cubic:
            return {1.5, -.5, 0, 0};
        case Engine::pade:
            return {1.875, -1.25, .375, 0};
        case Engine::septic:
            return {35.0 / 16, -35.0 / 16, 21.0 / 16, -5.0 / 16};
        case Engine::optimal_cubic:
            return optimal_cubic_at(spec.low, index);
        case Engine::custom:
            return {spec.custom.a, spec.custom.b, spec.custom.c, 0};
        default:
            break;
    }
    return {jordan_coefficients.a, jordan_coefficients.b, jordan_coefficients.c, 0};
}

Prescale prescale_of(Engine engine) {
    switch (engine) {
        case Engine::jordan:
        case Engine::you:
        case Engine::cans:
        case Engine::eight_plus_two:
        case Engine::custom:
            return {1, 1e-7};
        case Engine::polar_express:
            return {safety, 1e-7};
        case Engine::polar_express_speed:
            return {speed_safety, 1e-6};
        case Engine::turbo:
            return {1, 1e-7, true};
        default:
            return {1, 0};
    }
}

int usual_iterations(Engine engine) {
    if (engine == Engine::turbo) return static_cast<int>(turbo.size());
    return engine == Engine::eight_plus_two ? 10 : 5;
}

std::optional<double> transfer(const OrthogonaliserSpec& spec, double x, int iterations) {
    switch (spec.engine) {
        case Engine::svd:
            return x > 0 ? 1.0 : 0.0;
        case Engine::floored:
            return std::min(1.0, x / spec.floor);
        case Engine::newton:
            return newton(x, iterations);
        case Engine::spectral_power:
            return x > 0 ? elementary::pow(x, spec.power) : 0.0;
        case Engine::turbo:
        case Engine::qr:
        case Engine::random_spectrum:
            return std::nullopt;
        default:
            x /= prescale_of(spec.engine).share;
            for (int i = 0; i < iterations; ++i) x = polynomial_of(spec, i)(x);
            return x;
    }
}

std::optional<double> slope_at_zero(const OrthogonaliserSpec& spec) {
    if (spec.engine == Engine::floored) return 1 / spec.floor;
    if (spec.engine == Engine::spectral_power && spec.power == 1) return 1.0;
    if (!is_polynomial(spec.engine) || prescale_of(spec.engine).rows) return std::nullopt;
    double slope = 1 / prescale_of(spec.engine).share;
    for (int i = 0; i < spec.iterations; ++i) slope *= polynomial_of(spec, i).a;
    return slope;
}

double multiply_adds(const OrthogonaliserSpec& spec, Eigen::Index rows, Eigen::Index cols) {
    const auto n = static_cast<double>(std::min(rows, cols));
    const auto m = static_cast<double>(std::max(rows, cols));
    const double svd = 15 * n * n * m;
    switch (spec.engine) {
        case Engine::svd:
        case Engine::floored:
        case Engine::spectral_power:
        case Engine::random_spectrum:
            return svd;
        case Engine::qr:
            return 2 * n * n * m - 2 * n * n * n / 3;
        case Engine::newton:
            // To a triangle and back, and an inverse an iteration.
            return 2 * (2 * n * n * m - 2 * n * n * n / 3) + spec.iterations * n * n * n;
        default:
            break;
    }
    double count = 0;
    for (int i = 0; i < spec.iterations; ++i)
        count += iteration_multiply_adds(polynomial_of(spec, i), std::min(rows, cols),
                                         std::max(rows, cols), spec.precision);
    return count;
}

}  // namespace muonscope

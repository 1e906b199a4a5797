#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "imgui.h"

// How different two colours look, and to whom.
namespace muonscope::gui {

enum class Sight { full, no_red_cones, no_green_cones };
inline constexpr std::array sights{Sight::full, Sight::no_red_cones, Sight::no_green_cones};

inline double linear_light(float channel) {  // IEC 61966-2-1
    const auto c = static_cast<double>(channel);
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

// CIELAB of an sRGB colour as it is seen, D65. Machado, Oliveira and Fernandes 2009, severity 1,
// for eyes that lack a kind of cones.
inline std::array<double, 3> lab_of(const ImVec4& colour, Sight sight = Sight::full) {
    using Rows = std::array<std::array<double, 3>, 3>;
    constexpr Rows full{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    constexpr Rows red{{{0.152286, 1.052583, -0.204868},
                        {0.114503, 0.786281, 0.099216},
                        {-0.003882, -0.048116, 1.051998}}};
    constexpr Rows green{{{0.367322, 0.860646, -0.227968},
                          {0.280085, 0.672501, 0.047413},
                          {-0.011820, 0.042940, 0.968881}}};
    constexpr Rows xyz{{{0.4124564, 0.3575761, 0.1804375},
                        {0.2126729, 0.7151522, 0.0721750},
                        {0.0193339, 0.1191920, 0.9503041}}};
    constexpr std::array<double, 3> white{0.95047, 1, 1.08883};
    const auto times = [](const Rows& rows, const std::array<double, 3>& x) {
        std::array<double, 3> y{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) y[i] += rows[i][j] * x[j];
        return y;
    };
    std::array<double, 3> seen =
        times(sight == Sight::full           ? full
              : sight == Sight::no_red_cones ? red
                                             : green,
              {linear_light(colour.x), linear_light(colour.y), linear_light(colour.z)});
    for (double& c : seen) c = std::clamp(c, 0.0, 1.0);
    std::array<double, 3> f = times(xyz, seen);
    for (std::size_t i = 0; i < 3; ++i) {
        const double t = f[i] / white[i];
        f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    }
    return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

// CIE 1976; about 2.3 is just noticed.
inline double distance(const ImVec4& a, const ImVec4& b, Sight sight) {
    const auto x = lab_of(a, sight), y = lab_of(b, sight);
    return std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

}  // namespace muonscope::gui

#include "app/gui/plots/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "app/gui/plots/axis.h"

namespace muonscope::plots {

namespace {

// 1, 2 or 5 times a power of ten, at least `least`.
double round_distance(double least) {
    if (!(least > 0) || !std::isfinite(least)) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    const double mantissa = least / power;
    const double slack = 1 + 1e-9;
    if (mantissa <= slack) return power;
    if (mantissa <= 2 * slack) return 2 * power;
    if (mantissa <= 5 * slack) return 5 * power;
    return 10 * power;
}

std::string plain(double value, double distance) {
    const double magnitude = std::max(std::abs(value), distance);
    if (magnitude >= 1e6 || distance < 1e-5) return fmt::format("{:.3g}", value);
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(distance) - 1e-9)), 0, 8);
    if (std::abs(value) < distance * 1e-6) return "0";
    return fmt::format("{:.{}f}", value, digits);
}

template <typename Text>
Ticks evenly(double min, double max, int wanted, double least_distance, Text text) {
    Ticks ticks;
    if (!(max > min) || !std::isfinite(min) || !std::isfinite(max)) return ticks;
    const double distance =
        std::max(round_distance((max - min) / std::max(wanted, 1)), least_distance);
    const double first = std::ceil(min / distance - 1e-9), last = std::floor(max / distance + 1e-9);
    for (double k = first; k <= last && ticks.count < Ticks::capacity; ++k)
        ticks.add(k * distance + 0.0, text(k * distance + 0.0, distance));  // no -0
    return ticks;
}

std::string superscript(int number) {
    constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text;
    for (const char c : fmt::format("{}", std::abs(number))) text += digits[c - '0'];
    return (number < 0 ? "⁻" : "") + text;
}

std::string scaled(double mantissa, int exponent) {
    if (exponent >= -4 && exponent <= 4)
        return fmt::format("{:.{}f}", mantissa * std::pow(10.0, exponent), std::max(0, -exponent));
    return fmt::format("{:.0f}·10{}", mantissa, superscript(exponent));
}

}  // namespace

void Ticks::add(double value, const std::string& label) {
    if (count >= capacity) return;
    const std::size_t at = count++;
    values[at] = value;
    const std::size_t length = std::min(label.size(), labels[at].size() - 1);
    std::memcpy(labels[at].data(), label.data(), length);
    labels[at][length] = 0;
}

int Ticks::labelled() const {
    int labels_seen = 0;
    for (int i = 0; i < count; ++i)
        if (labels[i][0]) ++labels_seen;
    return labels_seen;
}

Ticks linear_ticks(double min, double max, int wanted) {
    return evenly(min, max, wanted, 0,
                  [](double value, double distance) { return plain(value, distance); });
}

Ticks step_ticks(double min, double max, int wanted) {
    return evenly(min, max, wanted, 1, [](double value, double) { return step_text(value); });
}

Ticks log_ticks(double min, double max, int wanted) {
    Ticks ticks;
    if (!(min > 0) || !(max > min) || !std::isfinite(max)) return ticks;
    wanted = std::max(wanted, 2);
    const double low = std::log10(min), high = std::log10(max);
    const int first = static_cast<int>(std::ceil(low - 1e-9));
    const int last = static_cast<int>(std::floor(high + 1e-9));
    const double slack = 1 + 1e-9;
    const auto inside = [&](double value) { return value * slack >= min && value <= max * slack; };

    if (last - first + 1 >= std::max(2, std::min(wanted - 1, 4))) {  // decades suffice
        const int stride = (last - first) / wanted + 1;
        const bool minor = last - first <= 3;
        for (int k = first - 1; k <= last; ++k) {
            const double power = std::pow(10.0, k);
            if (k >= first)
                ticks.add(power, (last - k) % stride == 0 ? power_of_ten(k) : std::string());
            if (minor)
                for (const double m : {2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0})
                    if (inside(m * power)) ticks.add(m * power, "");
        }
        return ticks;
    }
    int found = 0;
    for (int k = first - 1; k <= last; ++k)
        for (const double m : {1.0, 2.0, 5.0}) found += inside(m * std::pow(10.0, k)) ? 1 : 0;
    if (found >= 3) {
        for (int k = first - 1; k <= last; ++k)
            for (const double m : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0}) {
                const double value = m * std::pow(10.0, k);
                if (!inside(value)) continue;
                const bool label = m == 1 || m == 2 || m == 5;
                ticks.add(value, label ? (m == 1 ? power_of_ten(k) : scaled(m, k)) : std::string());
            }
        return ticks;
    }
    return linear_ticks(min, max, std::min(wanted, 4));
}

Ticks symmetric_ticks(double min, double max, double linear_within, int wanted,
                      const std::function<std::string(double)>& text) {
    Ticks ticks;
    if (!(max > min) || !(linear_within > 0) || !std::isfinite(min) || !std::isfinite(max))
        return ticks;
    wanted = std::max(wanted, 2);
    const double slack = 1e-9 * (max - min);
    const auto inside = [&](double value) { return value >= min - slack && value <= max + slack; };
    const double farthest = std::max(std::abs(min), std::abs(max)) / linear_within;
    const int last = std::clamp(static_cast<int>(std::floor(std::log10(farthest) + 1e-9)), 0, 600);
    int seen = inside(0) ? 1 : 0;
    const auto power = [&](int k) { return linear_within * std::pow(10.0, k); };
    for (int k = 0; k <= last; ++k)
        seen += (inside(power(k)) ? 1 : 0) + (inside(-power(k)) ? 1 : 0);
    if (seen < 3) return linear_ticks(min, max, std::min(wanted, 5));
    const int stride = (seen - 1) / wanted + 1;
    const bool minor = seen <= 6;
    for (const double sign : {-1.0, 1.0})
        for (int k = 0; k <= last; ++k) {
            const double value = sign * power(k);
            if (inside(value))
                ticks.add(value, (last - k) % stride == 0 ? text(value) : std::string());
            for (int m = 2; minor && m <= 9; ++m)
                if (inside(m * value)) ticks.add(m * value, "");
        }
    // Labels of what is next to zero would stand on its own.
    if (inside(0)) ticks.add(0, "0");
    return ticks;
}

Ticks round_ticks(const Axis& axis, int wanted) {
    const AxisScale& scale = axis.scale;
    if (scale.symmetric())
        return symmetric_ticks(axis.min(), axis.max(), scale.linear_within, wanted,
                               [](double value) { return fmt::format("{:.3g}", value); });
    return scale.logarithmic ? log_ticks(axis.min(), axis.max(), wanted)
                             : linear_ticks(axis.min(), axis.max(), wanted);
}

std::string step_text(double step) {
    const double magnitude = std::abs(step);
    if (magnitude >= 1e6) return fmt::format("{:.6g}M", step / 1e6);
    if (magnitude >= 1e4 || (magnitude >= 1e3 && std::fmod(magnitude, 100) == 0))
        return fmt::format("{:.6g}k", step / 1e3);
    return fmt::format("{:.0f}", step + 0.0);
}

std::string power_of_ten(int exponent) {
    if (exponent >= -3 && exponent <= 3) return scaled(1, exponent);
    return "10" + superscript(exponent);
}

std::string value_text(double value) {
    if (std::isnan(value)) return "–";
    if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
    const double magnitude = std::abs(value);
    if (magnitude == 0) return "0";
    if (magnitude < 1e-3 || magnitude >= 1e5) return fmt::format("{:.3e}", value);
    const int digits = std::clamp(3 - static_cast<int>(std::floor(std::log10(magnitude))), 0, 6);
    return fmt::format("{:.{}f}", value, digits);
}

int round_stride(int count, int most) {
    most = std::clamp(most, 1, Ticks::capacity - 1);
    for (int decade = 1;; decade *= 10)
        for (int step : {1, 2, 5})
            if ((count - 1) / (decade * step) < most) return decade * step;
}

double nice_ceiling(double value) {
    if (!(value > 0) || !std::isfinite(value)) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double mantissa : {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
        if (mantissa * power >= value * (1 - 1e-12)) return mantissa * power;
    return 10 * power;
}

}  // namespace muonscope::plots

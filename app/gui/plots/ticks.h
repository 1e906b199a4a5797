#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>

// Where an axis is labelled and how its numbers read.
namespace muonscope::plots {

struct Axis;  // axis.h

struct Ticks {
    static constexpr int capacity = 48;
    int count = 0;
    std::array<double, capacity> values{};
    std::array<std::array<char, 20>, capacity> labels{};  // empty: a mark without a label

    void add(double value, const std::string& label);
    int labelled() const;
};

// Round numbers (1, 2 or 5 times a power of ten apart), about `wanted` of them, inside the range.
Ticks linear_ticks(double min, double max, int wanted);
// The same with thousands as k and millions as M: 12k, 1.5M.
Ticks step_ticks(double min, double max, int wanted);
// Of a symmetric scale: zero, and powers of ten times what it is linear within on both sides,
// thinned to `wanted`, with marks between them where there are few; plain round numbers where less
// than two of these are seen. `text`: what a number reads as.
Ticks symmetric_ticks(double min, double max, double linear_within, int wanted,
                      const std::function<std::string(double)>& text);
// Powers of ten, thinned to `wanted`; 1-2-5 between them when the range has few decades; plain
// round numbers when it has less than one. At least two labels whatever the range. min > 0.
Ticks log_ticks(double min, double max, int wanted);

// Those of an axis of any scale.
Ticks round_ticks(const Axis& axis, int wanted);

std::string step_text(double step);      // 0, 950, 1.2k, 12k, 1.5M
std::string power_of_ten(int exponent);  // 0.01 … 1000 in full, beyond as 10⁻⁶
// Four significant digits, at most ten characters: 0.5817, 4.000, 1.336e-02; NaN as a dash.
std::string value_text(double value);

// Of whole numbers, count of them: the least of 1, 2, 5, 10, 20 … that leaves no more than `most`
// and than a Ticks holds.
int round_stride(int count, int most);

// The smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is >= value > 0.
double nice_ceiling(double value);

}  // namespace muonscope::plots

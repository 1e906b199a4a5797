#pragma once

#include <cstddef>
#include <span>
#include <vector>

// What lies between two lanes' curves over steps.
namespace muonscope {

struct StepValues {
    std::vector<double> steps, values;
};

// a − b at the steps that both have; NaN where either is not finite. `ratio`: a / b, and NaN where
// either is not above zero. Steps ascend.
StepValues gap(std::span<const double> steps_a, std::span<const double> a,
               std::span<const double> steps_b, std::span<const double> b, bool ratio);

// What is known of all the steps that each of some points stands for: the first of them (the last
// is the point's own), and smallest and largest value over them; NaN: not known.
struct Ranges {
    std::vector<double> firsts, lows, highs;
};
// Of the gap at `steps`, which both have: what it cannot leave since the one before,
// low_a − high_b … high_a − low_b, a ratio low_a / high_b … high_a / low_b. Which of the steps
// between had an extreme is not known, so that the gap itself may have kept well within. Steps of
// a and b ascend, and each point of theirs stands for all since the one before.
Ranges gap_ranges(const StepValues& a, const Ranges& of_a, const StepValues& b, const Ranges& of_b,
                  std::span<const double> steps, bool ratio);

// Where a gap changes its side: a difference of 0, a ratio of 1.
struct Crossing {
    double from = 0, to = 0;  // the last step on the side before, the first beyond
    double at = 0;            // between them, where the straight line of values (of a ratio, of its
                              // logarithm) meets the level
};
// A curve that touches the level and turns back has not crossed it; one that lies on it for a while
// crosses where it came to it. Nothing is known across a NaN.
std::vector<Crossing> crossings(const StepValues& gap, bool ratio);

}  // namespace muonscope

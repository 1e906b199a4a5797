#pragma once

#include <functional>
#include <span>

// Numbers that were drawn, held against the law they should obey. `sorted` is ascending.
namespace muonscope {

// The middle one, or the mean of the two in the middle. None: NaN.
double median(std::span<const double> sorted);

// Kolmogorov's distance: the largest difference between the share of `sorted` below x and law(x),
// over all x. `law` is continuous. For count draws from it, above 1.63/sqrt(count) once in a
// hundred times. None: NaN.
double kolmogorov_distance(std::span<const double> sorted,
                           const std::function<double(double)>& law);

}  // namespace muonscope

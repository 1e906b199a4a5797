#pragma once

#include <span>

namespace muonscope {

// Spearman's rank correlation of two lists of the same length, from -1 to 1; equal values share
// the mean of their ranks. Fewer than two values, or a list of one value: NaN.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace muonscope

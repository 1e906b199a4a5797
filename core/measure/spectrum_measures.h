#pragma once

#include <span>

#include "core/base/types.h"

// Numbers that sum up a spectrum. `values` are the singular values of one m x n matrix, all
// min(m, n) of them, largest first. A value that is not finite gives NaN; no values, or only
// zeros, give what each function says.
namespace muonscope {

// flatness_H = exp(-sum p ln p)/min(m, n), p = s^2/sum s^2 (arXiv 2607.01124): 1/min(m, n) for
// rank one, 1 when all are equal. Zero matrix: 0.
double flatness(std::span<const double> values);

// sum s^2 / s_1^2, from 1 to the rank. Zero matrix: 0.
double stable_rank(std::span<const double> values);

// exp(-sum p ln p), p = s/sum s (Roy, Vetterli 2007). Zero matrix: 0.
double effective_rank(std::span<const double> values);

// s_1/s_n. Singular and zero matrices: infinity.
double condition_number(std::span<const double> values);

// How many of the target's singular values s_k, largest first, are learned: the strength u_k^T P
// v_k of their mode in the product P is at least 90 % of s_k. As many as there are strengths count.
int modes_learned(std::span<const double> strengths, const Vector& target);

// cos of the angle between an update and the gradient it was made of, both m x n:
// <U, G>/(|U| |G|). For the exact polar factor this is |G|_*/(sqrt(rank) |G|). Either one zero: 0.
double gradient_fidelity(const Matrix& update, const Matrix& gradient);

}  // namespace muonscope

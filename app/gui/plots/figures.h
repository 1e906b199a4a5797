#pragma once

#include <span>

// Figures of a spectrum (singular values, any order). NaN when there is none or it is all zero.
namespace muonscope::plots {

// exp(-Σ p ln p)/count with p = s²/Σs²: 1 when all are equal, 1/count when one is alone.
double flatness(std::span<const double> values);
double stable_rank(std::span<const double> values);       // Σs²/s₁²
double condition_number(std::span<const double> values);  // s₁/s_n; infinite when s_n = 0
// Values above count · machine epsilon · s₁, as LAPACK-based tools have it.
double numerical_rank(std::span<const double> values);
// Modes with u_kᵀ P v_k at least `share` of the target's s_k.
int modes_learned(std::span<const double> modes, std::span<const double> target, double share);

}  // namespace muonscope::plots

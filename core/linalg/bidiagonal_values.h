#pragma once

#include <span>

namespace muonscope {

// Squares of the singular values of an upper bidiagonal matrix B by dqds, in no particular order.
// q: squares of B's diagonal, n numbers, replaced by the result; e: squares of its superdiagonal,
// n numbers of which the last is not read. Scratch: n numbers each. The largest square must be of
// order one. False when a bound on the work was passed, which no finite input is known to do.
bool bidiagonal_squares(std::span<double> q, std::span<double> e, std::span<double> q_scratch,
                        std::span<double> e_scratch);

}  // namespace muonscope

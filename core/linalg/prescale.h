#pragma once

namespace muonscope {

// What a polynomial engine makes of G before its first iteration.
//   norm   X0 = G/(share |G|_F + floor); where floor is 0 and G is zero, zero
//   rows   the rows of G (of G^T where it has more rows than columns) divided by
//          sqrt(max(sum_j |G G^T|_ij, floor)): singular values of at most 1, nearer to one another
//          than before; the singular vectors move (AOL, arXiv 2208.03160; Turbo-Muon, 2512.04632)
struct Prescale {
    double share = 1, floor = 0;
    bool rows = false;

    bool operator==(const Prescale&) const = default;
};

}  // namespace muonscope

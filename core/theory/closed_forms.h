#pragma once

#include <span>
#include <vector>

#include "core/base/types.h"

// What theory says a run will do, for the half loss 1/2 |P - A|^2 of a linear net of `depth` layers
// on whitened inputs that starts balanced and aligned with the target: every mode k of P then moves
// alone, from a_0 towards the target's singular value s.
namespace muonscope {

// Gradient flow da/dt = depth a^(2 - 2/depth) (s - a) (Saxe, McClelland, Ganguli 2014; Arora et al.
// 2018), time = lr * steps. Needs a_0 >= 0, s >= 0. depth 1 and 2 in closed form, others
// integrated.
double sgd_mode(int depth, double s, double a_0, double time);
// The same at many steps, ascending, with one integration for all.
std::vector<double> sgd_mode_curve(int depth, double s, double a_0, double lr,
                                   std::span<const double> steps);

// Muon with constant norm and the exact polar factor moves each layer's singular value by lr a
// step: a(t) = min(w_0 + lr t, s^(1/depth))^depth, w_0 the layers' singular value at the start (0
// <= w_0 <= s^(1/depth)); reached after (s^(1/depth) - w_0)/lr steps (arXiv 2606.30509).
double muon_mode(int depth, double s, double w_0, double lr, double step);
double muon_arrival(int depth, double s, double w_0, double lr);

// Loss while the first j modes are learned and the others not begun: 1/2 sum_{k > j} s_k^2.
// All plateaus from none learned to all: s.size() + 1 numbers.
std::vector<double> plateaus(std::span<const double> s);

// Learning rate above which plain gradient descent leaves the balanced minimum: 2/lambda_max with
// lambda_max = depth s_1^(2 - 2/depth); depth 2: 1/s_1.
double critical_rate(int depth, double s_1);

// Steps of gradient descent on W_2 alone until |W_2 W_1 - A| <= threshold |A|: the net is linear in
// W_2, so E_t = E_0 (I - rate W_1^T W_1)^t. `rate` is lr for the half loss, 2 lr/|A|^2 for the
// relative loss. NaN when it never gets there. first: h x in; second: out x h; target: out x in.
double second_phase_steps(const Matrix& first, const Matrix& second, const Matrix& target,
                          double rate, double threshold);

}  // namespace muonscope

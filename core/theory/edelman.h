#pragma once

// How near to singular a random matrix is: square, n x n, independent standard normal entries, in
// the limit of large n (A. Edelman, "Eigenvalues and condition numbers of random matrices", SIAM J.
// Matrix Anal. Appl. 9, 1988). A singular one has probability 0 for every n. Below x = 0 all laws
// and densities are 0.
namespace muonscope {

// kappa/n, kappa = s_1/s_n: P(kappa/n < x) = exp(-2/x - 2/x^2). It has no mean: beyond x lies
// about 2/x of all.
double edelman_condition_law(double x);
double edelman_condition_density(double x);
double edelman_condition_quantile(double p);  // 0 < p < 1; the median is 3.67

// n s_n^2: P(n s_n^2 < x) = 1 - exp(-x/2 - sqrt x).
double edelman_smallest_square_law(double x);
double edelman_smallest_square_density(double x);
double edelman_smallest_square_quantile(double p);  // 0 <= p < 1; the median is .297

// The same for sqrt(n) s_n: P(sqrt(n) s_n < x) = 1 - exp(-x^2/2 - x); the median is .545.
double edelman_smallest_law(double x);
double edelman_smallest_density(double x);
double edelman_smallest_quantile(double p);

}  // namespace muonscope

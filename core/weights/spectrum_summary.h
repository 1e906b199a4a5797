#pragma once

#include <span>

#include "core/base/types.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

// What sums up the spectrum of a weight matrix of rows x cols. `values`: all of its min(rows, cols)
// singular values, largest first. Where one is not finite all are NaN; of a zero matrix all but
// `condition` are 0.
struct SpectrumSummary {
    double largest = 0;
    double norm = 0;         // |W|_F
    double stable_rank = 0;  // |W|_F^2/s_1^2
    // -sum p ln p/ln n, p = s^2/sum s^2, n values (Moonlight, arXiv 2502.16982, section 2.3): 1
    // when all are equal.
    double entropy = 0;
    double condition = 0;  // s_1/s_n
    double gap = 0;        // s_1/s_2
    double edge = 0;       // Marchenko-Pastur: the largest value that noise of this size would have
    int beyond_edge = 0;   // values above it
    double tail = 0;       // exponent alpha of the power law of s^2, as `power_law_tail` says
};
SpectrumSummary summary_of(std::span<const double> values, const MatrixShape& shape);
inline SpectrumSummary summary_of(const Vector& values, const MatrixShape& shape) {
    return summary_of(
        std::span<const double>(values.data(), static_cast<std::size_t>(values.size())), shape);
}

// Of independent entries of variance |W|_F^2/(m n) the largest singular value tends to
// (sqrt(m) + sqrt(n)) |W|_F/sqrt(m n), and the least to that with a minus.
struct NoiseEdges {
    double least = 0, largest = 0;
};
NoiseEdges noise_edges(double norm, const MatrixShape& shape);

// A density x^-alpha for x = s^2 >= least, by maximum likelihood, with the least x that brings the
// fitted law nearest to the values (largest distance of the two distributions; Clauset, Shalizi,
// Newman 2009, equations 3.1 and 3.9). WeightWatcher's alpha. NaN of fewer than ten values above 0.
struct PowerLawTail {
    double alpha, least, distance;
    int count;  // of values in the tail
};
PowerLawTail power_law_tail(std::span<const double> values);

}  // namespace muonscope

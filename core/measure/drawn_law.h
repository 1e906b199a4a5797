#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Numbers that were drawn, in a histogram and beside the law they should obey.
namespace muonscope {

// Drawn numbers between equal bins of [from, to] of the value, or of its log10; what lies outside
// is in no bin.
struct Histogram {
    double from = 0, to = 1;
    bool logarithmic = false;
    std::vector<double> shares;  // of all drawn

    double edge(std::size_t bin) const;  // the value at a bin's lower end
    // Per unit of the axis: of the value, or of log10 of it.
    double density(std::size_t bin) const;
};

// A quantity of every matrix: its histogram and how it compares with its law.
struct DrawnLaw {
    Histogram histogram;
    double median = 0, ninth_decile = 0;
    double distance = 0;  // Kolmogorov's
};
// Of numbers in ascending order: the histogram's range and kind are given, `bins` equal ones
// filled.
DrawnLaw drawn_law(std::span<const double> sorted, const Histogram& range, std::size_t bins,
                   double (*law)(double));

// Puts `more`, in any order, among numbers in ascending order, and empties it.
void merge_into(std::vector<double>& sorted, std::vector<double>& more);

}  // namespace muonscope

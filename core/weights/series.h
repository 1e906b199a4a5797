#pragma once

#include <string>
#include <vector>

#include "core/base/work.h"
#include "core/formats/checkpoints.h"
#include "core/weights/spectrum_summary.h"
#include "core/weights/tensor_spectrum.h"

// A matrix over the checkpoints of a training, or in two models.
namespace muonscope {

// The checkpoints of a folder that are one series, by number; files without one in the order of
// their names. Throws Error where a number stands twice, and as checkpoints_in() does.
std::vector<Checkpoint> series_in(const std::string& folder);
// "500"; without a number the file's name.
std::string name_of(const Checkpoint& checkpoint);

// |B - A|_F/|A|_F of two matrices of the same shape, read a part at a time; NaN where A is zero.
// Files and entries outlive the work.
Work<double> relative_change(const TensorFile& from, const TensorEntry& a, const TensorFile& to,
                             const TensorEntry& b);

struct SeriesMatrix {
    std::string fault;  // why this checkpoint has no singular values of it; empty: it has
    MatrixShape shape;
    Vector values;  // singular, largest first
    SpectrumSummary summary;
    double moved = 0;  // relative_change() from the first one; NaN where that has another shape
};
// The matrix of that name in the file `path`, beside the same in `first`. What is wrong with either
// is its fault, not thrown.
Work<SeriesMatrix> series_matrix(std::string path, std::string name, std::string first);

}  // namespace muonscope

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"
#include "core/linalg/spectrum.h"
#include "core/weights/edit.h"
#include "core/weights/tensor_spectrum.h"

namespace muonscope {

// Whether an edit changes the tensor of that name: it is meant for it and not muted.
bool acts_on(const WeightEdit& edit, std::string_view name);
// Whether one of a stack does; whether one of it acts on anything.
bool acts_on(std::span<const WeightEdit> stack, std::string_view name);
bool acts(std::span<const WeightEdit> stack);

// What one edit of a stack did to one matrix.
struct EditEffect {
    std::size_t edit = 0;      // its place in the stack
    Eigen::Index changed = 0;  // values that are not what they were
    double energy = 1;         // sum of squares after it, as a share of that before it
    // |dW|_F/|W|_F of what it changed, W as it found it. Beside new vectors: where they are known.
    std::optional<double> change;
};

// What a stack of edits makes of one matrix W = sum s_k u_k v_k^T. Each edit finds what those
// before it have left, and counts the values anew, largest first.
struct EditedTensor {
    Vector values;  // beside the vectors of W, in the order of its values: not sorted
    // Other vectors, where an edit made some; `values` belong to them then, largest first.
    std::optional<ThinSvd> replaced;
    std::vector<EditEffect> effects;  // of the edits that are meant for it and not muted

    Vector sorted() const;  // largest first
    bool is_edited() const { return !effects.empty(); }
};

// `values`: all of W's singular values. `factors` gives its decomposition, and is asked only where
// an edit makes new vectors.
EditedTensor edited(std::span<const WeightEdit> stack, std::string_view name,
                    const MatrixShape& shape, const Vector& values,
                    const std::function<ThinSvd()>& factors);

// How many edits of a stack, from its first, must be done before all that is left on that tensor
// leaves its vectors alone: up to the last that acts on it and makes new ones. 0: there is none.
std::size_t end_of_new_vectors(std::span<const WeightEdit> stack, std::string_view name);
// Goes on from what the edits before `first` have left, where none from there on makes new vectors:
// it costs no decomposition.
void edit_further(std::span<const WeightEdit> stack, std::size_t first, std::string_view name,
                  const MatrixShape& shape, EditedTensor& tensor);

// W with those values: only the terms that changed are added, so that where none has, every bit of
// W stays.
Matrix edited_matrix(const Matrix& matrix, const ThinSvd& factors, const EditedTensor& edited);

// The same from the matrix alone, by its decomposition.
struct EditedMatrix {
    Matrix matrix;
    std::vector<EditEffect> effects;
};
EditedMatrix edited_matrix(std::span<const WeightEdit> stack, std::string_view name,
                           const Matrix& matrix);

// A stack as a file: one edit a line; # begins a remark. Throws Error that names the line.
std::vector<WeightEdit> stack_in(std::string_view text, const std::string& source);
std::string text_of(std::span<const WeightEdit> stack);
// The stack of a file. Throws Error where that cannot be read, and as stack_in does.
std::vector<WeightEdit> read_stack(const std::string& path);

}  // namespace muonscope

#pragma once

#include <string>
#include <vector>

#include "core/formats/tensor_file.h"
#include "core/weights/edit.h"

namespace muonscope::cli {

struct SkippedTensor {
    std::string name, why;
};
struct ChosenTensors {
    std::vector<const TensorEntry*> matrices;
    std::vector<SkippedTensor> skipped;
};
// The matrices of a file that a selection names, all of them where it is empty. Throws Error where
// it names none.
ChosenTensors chosen_tensors(const TensorFile& file, const std::string& select);
// The only matrix that it names; throws Error where there are more, or none.
const TensorEntry& one_matrix(const TensorFile& file, const std::string& select);
// What the table leaves out, and why, in a sentence.
std::string skipped_sentence(const std::vector<SkippedTensor>& skipped);

// The edits of a file (empty: none), then those typed. Throws Error for one that is not understood.
std::vector<WeightEdit> chosen_edits(const std::string& stack,
                                     const std::vector<std::string>& edits);
// Throws Error where an edit is meant for no matrix of the file.
void check_targets(const TensorFile& file, const std::vector<WeightEdit>& stack);

}  // namespace muonscope::cli

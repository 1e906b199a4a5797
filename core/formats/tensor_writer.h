#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/formats/tensor_file.h"

namespace muonscope {

// Gives the values [first, first + out.size()) of a tensor, row by row; called in order, a stretch
// at a time, so that no tensor need stand in memory twice.
using ValueSource = std::function<void(std::uint64_t first, std::span<double> out)>;

ValueSource values_from(std::span<const float> values);  // row by row; they outlive it
ValueSource values_from(std::span<const double> values);
ValueSource values_from(const Matrix& matrix);  // it outlives it
ValueSource values_from(const TensorFile& file, const TensorEntry& entry);

// A tensor to be written, as F64, F32, F16 or BF16.
struct WrittenTensor {
    std::string name;
    std::vector<std::uint64_t> shape;  // rows first
    const TensorType* type;
    ValueSource values;
};

// What was lost where numbers were rounded to the type that they are written in: the largest
// |x - written|, the x, and the tensor that it stands in. Nothing lost: 0, and no name.
struct CastLoss {
    double largest = 0;
    double value = 0;
    std::string tensor = {};
};

// Each writes a whole file, or leaves the old one (core/formats/files.h), and throws Error: where
// it cannot be written, where the format has no such type, shape or name, and where a finite value
// is beyond what the type holds.
CastLoss write_safetensors(
    const std::string& path, const std::vector<WrittenTensor>& tensors,
    const Metadata& metadata);  // its texts; other keys as value_text has them
// All keys as they are, general.file_type too: set_file_type() makes it right.
CastLoss write_gguf(const std::string& path, const std::vector<WrittenTensor>& tensors,
                    const Metadata& metadata);
void set_file_type(Metadata& metadata, const TensorType& type);  // what most of its tensors are of
CastLoss write_npy(const std::string& path, const WrittenTensor& tensor);  // its name is not kept

// What the writers share: a tensor's values in its type, to the end of `stream`.
void write_values(std::ostream& stream, const WrittenTensor& tensor, CastLoss& loss);
// Throws Error, naming `path` and tensor, where the shape is too large, a name stands twice, or the
// type cannot be written; else the tensors' sizes in bytes.
std::vector<std::uint64_t> written_sizes(const std::string& path,
                                         const std::vector<WrittenTensor>& tensors);

}  // namespace muonscope

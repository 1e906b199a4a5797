#include "core/llama/tensor_floats.h"

#include <fmt/format.h>

#include <span>

#include "core/base/error.h"

namespace muonscope {

NewFloats floats_of(const TensorFile& file, const TensorEntry& entry,
                    const LlamaWeights::Size& size, const char* says, const char* remedy) {
    const bool vector = size.rows == 1 && entry.shape.size() == 1;
    if ((!vector && entry.shape.size() != 2) || entry.rows() != static_cast<unsigned>(size.rows) ||
        entry.columns() != static_cast<unsigned>(size.cols))
        throw Error(file.path(),
                    fmt::format("{} is {}, where {} {} x {}", entry.name, shape_text(entry.shape),
                                says, size.rows, size.cols),
                    remedy);
    NewFloats values(size.rows, size.cols);
    file.read(entry, std::span<float>(values.data(), values.size()));
    return values;
}

}  // namespace muonscope

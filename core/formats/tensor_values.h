#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/formats/tensor_list.h"

namespace muonscope {

// The rows [first, first + count) of a tensor as values, count x columns, row by row; `file` are
// all the bytes of its file. As floats the values of F64 are rounded; as doubles all are exact.
// Throw Error where its type is not read, and where what an archive holds is damaged.
void read_rows(std::string_view file, const TensorEntry& entry, const std::string& source,
               std::uint64_t first, std::uint64_t count, std::span<float> values);
void read_rows(std::string_view file, const TensorEntry& entry, const std::string& source,
               std::uint64_t first, std::uint64_t count, std::span<double> values);

// A .npy file, or a member of an archive, from its first bytes and its size.
TensorEntry npy_entry(std::string_view head, std::uint64_t size, const std::string& source);

// A stretch of what a deflated member inflates to, from byte `from` on. Throws Error where it does
// not inflate to what the archive says, to its last byte.
void inflate_member(std::string_view file, const TensorEntry& entry, const std::string& source,
                    std::uint64_t from, std::span<std::uint8_t> bytes);

}  // namespace muonscope

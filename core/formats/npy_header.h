#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muonscope {

// What stands before the numbers of a .npy file.
struct NpyHeader {
    std::string type;  // "<f8"
    bool fortran_order = false;
    std::vector<std::uint64_t> shape = {};
    std::size_t size = 0;  // bytes, magic and all
};

// Of version 1.0 to 3.0. `bytes` may end anywhere behind it. Throws Error naming `source`.
NpyHeader read_npy_header(std::string_view bytes, const std::string& source);
// Its bytes, version 1.0, a multiple of 64.
std::string npy_header(std::string_view type, bool fortran_order,
                       const std::vector<std::uint64_t>& shape);

}  // namespace muonscope

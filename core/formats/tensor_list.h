#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/metadata.h"
#include "core/formats/tensor_type.h"

namespace muonscope {

// A tensor and where it lies in its file.
struct TensorEntry {
    std::string name;
    std::vector<std::uint64_t> shape = {};  // rows first, the last one fastest; none: one number
    const TensorType* type = nullptr;       // never null in a list
    std::string type_name = {};             // the file's own word for it
    std::uint64_t offset = 0;               // of its first byte in the file
    std::uint64_t bytes = 0;
    bool columns_first = false;  // .npy in Fortran's order: the first index is the fastest

    // A member of an archive: `offset` and `bytes` are of its numbers where it is stored as it is,
    // and where it is deflated of its bytes as they are when inflated.
    struct Member {
        bool deflated = false;
        std::uint64_t offset = 0, bytes = 0;  // of all of it, as it lies in the file
        std::uint64_t header = 0;             // bytes before the numbers, inflated
        std::uint32_t crc = 0;                // of header and numbers
    };
    std::optional<Member> member = {};

    // As a matrix: all but the last dimension are its rows.
    std::uint64_t columns() const { return shape.empty() ? 1 : shape.back(); }
    std::uint64_t rows() const;
    std::uint64_t values() const { return rows() * columns(); }
};

struct TensorList {
    std::string format;                // "GGUF 3"
    std::vector<TensorEntry> entries;  // in the file's order
    Metadata metadata;
};

// Bounds of what is read, so that a short file cannot ask for much memory. The largest open models
// have some 90,000 tensors, and vocabularies of some 20 MB.
constexpr std::size_t most_tensors = std::size_t{1} << 17;
constexpr std::size_t most_dimensions = 32;
constexpr std::size_t most_metadata_bytes = std::size_t{64} << 20;

// What a file holds, from its bytes; `source` is what messages call it. They throw Error, which
// names tensor and fault, within time and memory that the file's length bounds.
TensorList parse_safetensors(std::string_view bytes, const std::string& source);
TensorList parse_gguf(std::string_view bytes, const std::string& source);
TensorList parse_npy(std::string_view bytes, const std::string& source);
TensorList parse_npz(std::string_view bytes, const std::string& source);
// By its first bytes and, where they say nothing, by the ending of `source`.
TensorList parse_tensors(std::string_view bytes, const std::string& source);

// "2 x 3"; "a single number" for none.
std::string shape_text(const std::vector<std::uint64_t>& shape);
// Throws Error where a name stands twice.
void check_names(const std::vector<TensorEntry>& entries, const std::string& source);

}  // namespace muonscope

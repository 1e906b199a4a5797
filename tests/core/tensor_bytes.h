#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Files of tensors put together by hand, so that anything in them can be wrong.
namespace muonscope {

template <class Number>
std::string little_endian(Number number) {
    return std::string(reinterpret_cast<const char*>(&number), sizeof number);
}

inline std::string gguf_text(std::string_view text) {
    return little_endian(std::uint64_t{text.size()}) + std::string(text);
}

inline std::string gguf_head(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3) {
    return "GGUF" + little_endian(version) + little_endian(tensors) + little_endian(keys);
}

inline std::string gguf_key(std::string_view key, std::uint32_t kind, const std::string& value) {
    return gguf_text(key) + little_endian(kind) + value;
}

inline std::string gguf_list(std::uint32_t kind, std::uint64_t count, const std::string& items) {
    return little_endian(kind) + little_endian(count) + items;
}

// `dimensions` fastest first, as they lie in the file.
inline std::string gguf_tensor(std::string_view name, const std::vector<std::uint64_t>& dimensions,
                               std::uint32_t type, std::uint64_t offset) {
    std::string bytes =
        gguf_text(name) + little_endian(static_cast<std::uint32_t>(dimensions.size()));
    for (const std::uint64_t length : dimensions) bytes += little_endian(length);
    return bytes + little_endian(type) + little_endian(offset);
}

// The head with a gap to a multiple of 32, and so many bytes of numbers.
inline std::string gguf_file(std::string head, std::size_t numbers) {
    head.append((32 - head.size() % 32) % 32, '\0');
    return head + std::string(numbers, '\1');
}

inline std::string safetensors_file(std::string_view header, std::size_t numbers) {
    return little_endian(std::uint64_t{header.size()}) + std::string(header) +
           std::string(numbers, '\1');
}

}  // namespace muonscope

#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace muonscope {

inline int hex_digit(char digit) {
    return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

// "00ff" as two bytes.
inline std::string bytes_of_hex(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1]));
    return bytes;
}

template <class Number>
std::vector<Number> numbers_of(const std::string& bytes) {
    std::vector<Number> numbers(bytes.size() / sizeof(Number));
    if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

// What tests/golden/tensor_files.py wrote.
inline const nlohmann::json& golden_tensors() {
    static const nlohmann::json golden = [] {
        std::ifstream file(MUONSCOPE_SOURCE_DIR "/tests/golden/tensor_files.json");
        return nlohmann::json::parse(file);
    }();
    return golden;
}

// The bytes of the first golden file of that name.
inline std::string golden_file(const std::string& name) {
    for (const nlohmann::json& file : golden_tensors().at("files"))
        if (file.at("name") == name) return bytes_of_hex(file.at("bytes"));
    ADD_FAILURE() << "there is no golden file " << name;
    return "";
}

}  // namespace muonscope

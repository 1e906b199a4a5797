#include "core/formats/tensor_reference.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <filesystem>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/sha256.h"
#include "core/formats/tensor_file.h"

namespace muonscope {

namespace {

constexpr std::string_view hash_mark = "#sha256=";
constexpr std::uint64_t most_values = std::uint64_t{1} << 24;  // of a matrix that is trained on

// Little-endian, so that every machine finds the same.
std::string hash_of(std::span<const double> values) {
    Sha256 hash;
    std::array<std::uint8_t, sizeof(double)> bytes{};
    for (const double value : values) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(bits >> (8 * i));
        hash.add(bytes);
    }
    return hash.finish();
}

const TensorEntry& matrix_in(const TensorFile& file, const std::string& name) {
    const TensorEntry* entry = file.find(name);
    if (entry == nullptr) {
        std::vector<std::string> names;
        for (const TensorEntry& one : file.entries()) names.push_back(one.name);
        const std::string near = did_you_mean(name, names);
        throw Error(in_quotes(file.path(), 200), "it has no tensor " + in_quotes(name),
                    near.empty() ? "muonscope weights info lists them" : near);
    }
    if (entry->shape.size() != 2 || entry->values() == 0 || entry->values() > most_values)
        throw Error(in_quotes(file.path(), 200),
                    fmt::format("{} is {}", name, shape_text(entry->shape)),
                    fmt::format("name a matrix of at most {} numbers", most_values));
    return *entry;
}

struct Read {
    Matrix matrix;
    std::string sha256;
};

Read read(const TensorReference& reference) {
    const TensorFile file(reference.path);
    const TensorEntry& entry = matrix_in(file, reference.tensor);
    std::vector<double> values(entry.values());
    file.read(entry, std::span(values));
    const auto rows = static_cast<Eigen::Index>(entry.rows());
    const auto cols = static_cast<Eigen::Index>(entry.columns());
    Read found{
        Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
            values.data(), rows, cols),
        hash_of(values)};
    if (!found.matrix.allFinite())
        throw Error(in_quotes(reference.path, 200),
                    reference.tensor + " holds numbers that are not finite",
                    "replace NaN and infinity by numbers");
    return found;
}

}  // namespace

TensorReference reference_in(const std::string& text) {
    std::error_code ignored;
    if (std::filesystem::exists(text, ignored)) return {text};
    TensorReference reference{text};
    if (const std::size_t mark = text.rfind(hash_mark); mark != std::string::npos) {
        reference.sha256 = text.substr(mark + hash_mark.size());
        reference.path = text.substr(0, mark);
    }
    const std::size_t mark = reference.path.rfind('#');
    if (mark == std::string::npos) return reference;
    reference.tensor = reference.path.substr(mark + 1);
    reference.path.resize(mark);
    return reference;
}

std::string text_of(const TensorReference& reference) {
    std::string text = reference.path;
    if (!reference.tensor.empty()) text += "#" + reference.tensor;
    if (!reference.sha256.empty()) text += std::string(hash_mark) + reference.sha256;
    return text;
}

Matrix read_reference(const std::string& text) {
    const TensorReference reference = reference_in(text);
    if (reference.tensor.empty()) return read_npy(reference.path);
    Read found = read(reference);
    if (!reference.sha256.empty() && found.sha256 != reference.sha256)
        throw Error(in_quotes(reference.path, 200),
                    fmt::format("{} has other numbers than when it was named here: sha256 {}…, "
                                "and not {}…",
                                reference.tensor, found.sha256.substr(0, 12),
                                reference.sha256.substr(0, 12)),
                    "bring the file of then back, or name the tensor anew");
    return std::move(found.matrix);
}

std::string sealed_reference(const std::string& text) {
    TensorReference reference = reference_in(text);
    if (reference.tensor.empty() || !reference.sha256.empty()) return text;
    reference.sha256 = read(reference).sha256;
    return text_of(reference);
}

}  // namespace muonscope

#include "core/weights/tensor_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/sha256.h"
#include "core/formats/tensor_file.h"
#include "core/weights/edit_stack.h"

namespace muonscope {

namespace {

constexpr std::string_view hash_mark = "#sha256=", edit_mark = "#edit=";
constexpr std::uint64_t most_values = std::uint64_t{1} << 24;  // of a matrix that is trained on

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

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix read(const TensorReference& reference) {
    const TensorFile file(reference.path);
    const TensorEntry& entry = matrix_in(file, reference.tensor);
    std::vector<double> values(entry.values());
    file.read(entry, std::span(values));
    Matrix matrix =
        Eigen::Map<const RowMajor>(values.data(), static_cast<Eigen::Index>(entry.rows()),
                                   static_cast<Eigen::Index>(entry.columns()));
    if (!matrix.allFinite())
        throw Error(in_quotes(reference.path, 200),
                    reference.tensor + " holds numbers that are not finite",
                    "replace NaN and infinity by numbers");
    return reference.edits.empty()
               ? matrix
               : edited_matrix(reference.edits, reference.tensor, matrix).matrix;
}

// Of doubles row by row, little-endian, so that every machine finds the same.
std::string hash_of_numbers(const Matrix& matrix) {
    Sha256 hash;
    std::array<std::uint8_t, sizeof(double)> bytes{};
    for (Eigen::Index row = 0; row < matrix.rows(); ++row)
        for (Eigen::Index col = 0; col < matrix.cols(); ++col) {
            const auto bits = std::bit_cast<std::uint64_t>(matrix(row, col));
            for (std::size_t i = 0; i < bytes.size(); ++i)
                bytes[i] = static_cast<std::uint8_t>(bits >> (8 * i));
            hash.add(bytes);
        }
    return hash.finish();
}

// Without the target, and with strokes for commas.
std::string edit_text(const WeightEdit& edit) {
    std::string text = text_of(edit).substr(edit.target.size() + 1);
    std::ranges::replace(text, ',', '/');
    return text;
}

WeightEdit edit_of(std::string text) {
    std::ranges::replace(text, '/', ',');
    return edit_in("*:" + text);
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
    std::size_t mark = reference.path.rfind('#');
    for (; mark != std::string::npos &&
           reference.path.compare(mark, edit_mark.size(), edit_mark) == 0;
         mark = reference.path.rfind('#')) {
        reference.edits.push_back(edit_of(reference.path.substr(mark + edit_mark.size())));
        reference.path.resize(mark);
    }
    std::ranges::reverse(reference.edits);
    if (mark == std::string::npos) return reference;
    reference.tensor = reference.path.substr(mark + 1);
    reference.path.resize(mark);
    return reference;
}

std::string text_of(const TensorReference& reference) {
    std::string text = reference.path;
    if (!reference.tensor.empty()) text += "#" + reference.tensor;
    for (const WeightEdit& edit : reference.edits) text += std::string(edit_mark) + edit_text(edit);
    if (!reference.sha256.empty()) text += std::string(hash_mark) + reference.sha256;
    return text;
}

SealedMatrix read_sealed(const std::string& text) {
    TensorReference reference = reference_in(text);
    if (reference.tensor.empty()) {
        if (!reference.edits.empty())
            throw Error(in_quotes(text, 200), "it says edits and no tensor",
                        "write FILE#TENSOR#edit=EDIT");
        return {read_npy(reference.path), text};
    }
    Matrix matrix = read(reference);
    std::string found = hash_of_numbers(matrix);
    if (!reference.sha256.empty() && found != reference.sha256)
        throw Error(
            in_quotes(reference.path, 200),
            fmt::format("{} has other numbers than when it was named here: sha256 {}…, "
                        "and not {}…",
                        reference.tensor, found.substr(0, 12), reference.sha256.substr(0, 12)),
            "bring the file of then back, or name the tensor anew");
    reference.sha256 = std::move(found);
    return {std::move(matrix), text_of(reference)};
}

Matrix read_reference(const std::string& text) {
    return read_sealed(text).matrix;
}

std::string sealed_reference(const std::string& text) {
    const TensorReference reference = reference_in(text);
    const bool known = reference.tensor.empty() || !reference.sha256.empty();
    return known ? text : read_sealed(text).reference;
}

}  // namespace muonscope

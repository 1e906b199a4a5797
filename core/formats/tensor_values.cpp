#include "core/formats/tensor_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/error.h"
#include "core/base/near_names.h"

namespace muonscope {
namespace {

constexpr std::size_t at_once = 8192;  // values; a multiple of every block

void check_readable(const TensorEntry& entry, const std::string& source) {
    if (entry.type->readable()) return;
    throw Error(in_quotes(source),
                fmt::format("the tensor {} is of type {}, which is not read", in_quotes(entry.name),
                            in_quotes(entry.type_name)),
                "F64, F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K are");
}

void convert(const TensorType& type, const std::uint8_t* bytes, std::size_t count, float* values) {
    type.reader(bytes, count / type.values, values);
}

void convert(const TensorType& type, const std::uint8_t* bytes, std::size_t count, double* values) {
    if (type.reader == read_f64) {
        if (count > 0) std::memcpy(values, bytes, count * sizeof(double));
        return;
    }
    std::array<float, at_once> floats;
    while (count > 0) {
        const std::size_t part = std::min(count, at_once);
        convert(type, bytes, part, floats.data());
        std::copy_n(floats.data(), part, values);
        bytes += part / type.values * type.bytes;
        values += part;
        count -= part;
    }
}

// In Fortran's order the numbers of a row lie as far apart as there are rows.
template <class Number>
void gather(const TensorEntry& entry, const std::uint8_t* bytes, std::uint64_t first,
            std::uint64_t count, Number* values) {
    const std::uint64_t rows = entry.rows(), columns = entry.columns();
    const std::size_t size = entry.type->bytes;
    const std::span<const std::uint64_t> outer(entry.shape.data(), entry.shape.size() - 1);
    for (std::uint64_t row = first; row < first + count; ++row) {
        // Where it begins: its indices, of which the last is the fastest in `row` and slowest
        // there.
        std::uint64_t rest = row, stride = rows, at = 0;
        for (std::size_t i = outer.size(); i-- > 0;) {
            stride /= outer[i];
            at += rest % outer[i] * stride;
            rest /= outer[i];
        }
        for (std::uint64_t column = 0; column < columns; ++column)
            convert(*entry.type, bytes + (at + column * rows) * size, 1, values++);
    }
}

template <class Number>
void read(std::string_view file, const TensorEntry& entry, const std::string& source,
          std::uint64_t first, std::uint64_t count, std::span<Number> values) {
    check_readable(entry, source);
    const std::uint64_t columns = entry.columns(), rows = entry.rows();
    if (first > rows || count > rows - first || values.size() != count * columns)
        throw Error(in_quotes(source),
                    fmt::format("rows {} to {} of the tensor {} are asked for as {} values", first,
                                first + count, in_quotes(entry.name), values.size()),
                    fmt::format("it has {} rows of {}", rows, columns));
    if (values.empty()) return;
    const std::uint64_t row_bytes = columns / entry.type->values * entry.type->bytes;
    const std::uint64_t from = entry.columns_first ? 0 : first * row_bytes;
    const std::uint64_t size = entry.columns_first ? entry.bytes : count * row_bytes;
    std::vector<std::uint8_t> inflated;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(file.data()) + entry.offset + from;
    if (entry.member && entry.member->deflated) {
        inflated.resize(size);
        inflate_member(file, entry, source, entry.member->header + from, inflated);
        bytes = inflated.data();
    }
    if (entry.columns_first)
        gather(entry, bytes, first, count, values.data());
    else
        convert(*entry.type, bytes, values.size(), values.data());
}

}  // namespace

void read_rows(std::string_view file, const TensorEntry& entry, const std::string& source,
               std::uint64_t first, std::uint64_t count, std::span<float> values) {
    read(file, entry, source, first, count, values);
}

void read_rows(std::string_view file, const TensorEntry& entry, const std::string& source,
               std::uint64_t first, std::uint64_t count, std::span<double> values) {
    read(file, entry, source, first, count, values);
}

}  // namespace muonscope

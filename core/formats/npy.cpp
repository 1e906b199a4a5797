#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/npy_header.h"
#include "core/formats/tensor_values.h"
#include "core/formats/tensor_writer.h"

namespace muonscope {
namespace {

constexpr std::size_t most_bytes = std::size_t{256} << 20;
constexpr std::string_view save_again =
    "save it again as numpy.save(path, a.astype('<f8')) with a two-dimensional a";

void check_type(const std::string& path, const TensorEntry& entry) {
    if (entry.type->readable()) return;
    const bool big_endian = entry.type_name.starts_with('>');
    throw Error(in_quotes(path),
                "its elements are of type " + in_quotes(entry.type_name) +
                    (big_endian ? ", big endian" : ""),
                "little-endian float16, float32 and float64 are read: " + std::string(save_again));
}

void check_shape(const std::string& path, const std::vector<std::uint64_t>& shape) {
    if (shape.size() != 2)
        throw Error(in_quotes(path),
                    fmt::format("has {} dimension{}{}", shape.size(), shape.size() == 1 ? "" : "s",
                                shape.empty() ? "" : " (" + shape_text(shape) + ")"),
                    "a matrix of two dimensions is needed: " + std::string(save_again));
    for (const std::uint64_t length : shape)
        if (length < 1)
            throw Error(in_quotes(path), "has the shape " + shape_text(shape),
                        "every side must be at least 1");
}

void check_finite(const std::string& path, const Matrix& matrix) {
    for (Eigen::Index row = 0; row < matrix.rows(); ++row)
        for (Eigen::Index col = 0; col < matrix.cols(); ++col)
            if (!std::isfinite(matrix(row, col)))
                throw Error(in_quotes(path),
                            fmt::format("element [{}, {}] is {}", row, col, matrix(row, col)),
                            "every element must be a finite number");
}

}  // namespace

TensorEntry npy_entry(std::string_view head, std::uint64_t size, const std::string& source) {
    const NpyHeader header = read_npy_header(head, source);
    TensorEntry entry{"", header.shape};
    const TensorType* const type = npy_type(header.type);
    entry.type = type ? type : &unknown_type();
    entry.type_name = header.type;
    entry.offset = header.size;
    entry.bytes = size - header.size;
    entry.columns_first = header.fortran_order && header.shape.size() > 1;
    if (header.shape.size() > most_dimensions)
        throw Error(in_quotes(source),
                    fmt::format("has {} dimensions; at most {} are read", header.shape.size(),
                                most_dimensions),
                    "save it again with fewer");
    const std::optional<std::uint64_t> needed = bytes_of(*entry.type, header.shape);
    if (!values_of(header.shape) || (type != nullptr && !needed))
        throw Error(in_quotes(source), "has the shape " + shape_text(header.shape) + ", too large",
                    "copy or save it again");
    if (needed && entry.bytes != *needed)
        throw Error(
            in_quotes(source),
            fmt::format("is {}: {} of {} needs {} bytes of elements, and {} are there",
                        entry.bytes < *needed ? "truncated" : "too long", shape_text(header.shape),
                        in_quotes(header.type), *needed, entry.bytes),
            "copy or save it again");
    return entry;
}

TensorList parse_npy(std::string_view bytes, const std::string& source) {
    TensorList list{.format = ".npy", .entries = {}, .metadata = {}};
    list.entries.push_back(npy_entry(bytes, bytes.size(), source));
    // There is one, and it has no name: the file's own, without its ending.
    std::string_view name = source;
    name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
    if (name.ends_with(".npy")) name.remove_suffix(4);
    list.entries.front().name = name;
    return list;
}

Matrix read_npy(const std::string& path) {
    const std::string bytes = read_file(path, most_bytes);
    const TensorEntry entry = npy_entry(bytes, bytes.size(), path);
    check_type(path, entry);
    check_shape(path, entry.shape);
    // A matrix here lies column by column: Fortran's order is that of the rows of its transpose.
    TensorEntry transposed = entry;
    transposed.columns_first = false;
    if (entry.columns_first) std::ranges::reverse(transposed.shape);
    Matrix matrix(transposed.columns(), transposed.rows());
    read_rows(bytes, transposed, path, 0, transposed.rows(),
              std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
    if (!entry.columns_first) matrix.transposeInPlace();
    check_finite(path, matrix);
    return matrix;
}

void write_npy(const std::string& path, const Matrix& matrix) {
    const std::string header = npy_header(
        "<f8", true,
        {static_cast<std::uint64_t>(matrix.rows()), static_cast<std::uint64_t>(matrix.cols())});
    write_file(path, [&](std::ostream& stream) {
        stream << header;
        stream.write(reinterpret_cast<const char*>(matrix.data()),
                     static_cast<std::streamsize>(sizeof(double)) * matrix.size());
    });
}

CastLoss write_npy(const std::string& path, const WrittenTensor& tensor) {
    written_sizes(path, {tensor});
    if (tensor.type->npy.empty())
        throw Error(in_quotes(path), fmt::format(".npy has no {}", tensor.type->name),
                    "write it as F64, F32 or F16");
    CastLoss loss;
    write_file(path, [&](std::ostream& stream) {
        stream << npy_header(tensor.type->npy, false, tensor.shape);
        write_values(stream, tensor, loss);
    });
    return loss;
}

}  // namespace muonscope

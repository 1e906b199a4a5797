#include "core/formats/tensor_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/narrow_numbers.h"
#include "core/linalg/bfloat16.h"

namespace muonscope {
namespace {

constexpr std::size_t at_once = 16384;  // values

// A double in the type's bytes, and what it is there.
struct Stored {
    std::uint64_t bits;
    double value;
};

using Store = Stored (*)(double);

Stored as_f64(double x) {
    return {std::bit_cast<std::uint64_t>(x), x};
}

Stored as_f32(double x) {
    const auto near = static_cast<float>(x);
    return {std::bit_cast<std::uint32_t>(near), static_cast<double>(near)};
}

Stored as_f16(double x) {
    const std::uint16_t half = nearest_half(odd_float(x));
    return {half, static_cast<double>(half_value(half))};
}

Stored as_bf16(double x) {
    const float near = to_bfloat16(odd_float(x));
    // A NaN's upper half must not be all zero: it would be an infinity.
    const std::uint32_t bits = std::isnan(near) ? 0x7fc00000U : std::bit_cast<std::uint32_t>(near);
    return {bits >> 16, static_cast<double>(near)};
}

// nullptr: it cannot be written.
Store store_of(const TensorType& type) {
    if (type.name == "F64") return as_f64;
    if (type.name == "F32") return as_f32;
    if (type.name == "F16") return as_f16;
    if (type.name == "BF16") return as_bf16;
    return nullptr;
}

void note_loss(CastLoss& loss, const std::string& tensor, double x, double stored) {
    const double lost = std::abs(x - stored);
    if (!(lost > loss.largest)) return;
    loss = {lost, x, tensor};
}

[[noreturn]] void too_large(const WrittenTensor& tensor, std::uint64_t index, double x) {
    throw Error(
        "the tensor " + in_quotes(tensor.name),
        fmt::format("its value {} is {}, beyond what {} holds", index, x, tensor.type->name),
        tensor.type->name == "F16" ? "write it as F32 or BF16" : "write it as F64");
}

}  // namespace

ValueSource values_from(std::span<const float> values) {
    return [values](std::uint64_t first, std::span<double> out) {
        std::copy_n(values.data() + first, out.size(), out.data());
    };
}

ValueSource values_from(std::span<const double> values) {
    return [values](std::uint64_t first, std::span<double> out) {
        std::copy_n(values.data() + first, out.size(), out.data());
    };
}

ValueSource values_from(const Matrix& matrix) {
    return [&matrix](std::uint64_t first, std::span<double> out) {
        const auto columns = static_cast<std::uint64_t>(matrix.cols());
        for (double& value : out) {
            value = matrix(static_cast<Eigen::Index>(first / columns),
                           static_cast<Eigen::Index>(first % columns));
            ++first;
        }
    };
}

// Values are asked for in stretches that know nothing of rows, and a file gives whole rows: those
// that a stretch touches are kept until it is past them.
ValueSource values_from(const TensorFile& file, const TensorEntry& entry) {
    return [&file, &entry, rows = std::vector<double>(), begin = std::uint64_t{0}](
               std::uint64_t first, std::span<double> out) mutable {
        const std::uint64_t columns = entry.columns();
        for (std::size_t done = 0; done < out.size();) {
            const std::uint64_t at = first + done;
            if (at < begin || at >= begin + rows.size()) {
                const std::uint64_t row = at / columns;
                // What is deflated is inflated from its beginning each time: so it is read once.
                const bool whole = entry.member && entry.member->deflated;
                const std::uint64_t count = std::min<std::uint64_t>(
                    entry.rows() - row,
                    whole ? entry.rows() : std::max<std::uint64_t>(1, 4 * at_once / columns));
                rows.resize(count * columns);
                begin = row * columns;
                file.read_rows(entry, row, count, std::span(rows));
            }
            const std::size_t part =
                std::min<std::size_t>(out.size() - done, begin + rows.size() - at);
            std::copy_n(rows.data() + (at - begin), part, out.data() + done);
            done += part;
        }
    };
}

void write_values(std::ostream& stream, const WrittenTensor& tensor, CastLoss& loss) {
    const Store store = store_of(*tensor.type);
    const std::size_t size = tensor.type->bytes;
    const std::uint64_t all = *values_of(tensor.shape);
    std::vector<double> values(std::min<std::uint64_t>(at_once, all));
    std::string bytes;
    for (std::uint64_t first = 0; first < all; first += values.size()) {
        values.resize(std::min<std::uint64_t>(values.size(), all - first));
        tensor.values(first, values);
        bytes.resize(values.size() * size);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const Stored stored = store(values[i]);
            if (std::isfinite(values[i]) && !std::isfinite(stored.value))
                too_large(tensor, first + i, values[i]);
            note_loss(loss, tensor.name, values[i], stored.value);
            std::memcpy(bytes.data() + i * size, &stored.bits, size);
        }
        stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!stream) return;  // whoever opened it says why
    }
}

std::vector<std::uint64_t> written_sizes(const std::string& path,
                                         const std::vector<WrittenTensor>& tensors) {
    std::vector<std::uint64_t> sizes;
    std::vector<std::string_view> names;
    for (const WrittenTensor& tensor : tensors) {
        const auto fail = [&](const std::string& what, const std::string& remedy) {
            throw Error(in_quotes(path), "the tensor " + in_quotes(tensor.name) + " " + what,
                        remedy);
        };
        if (store_of(*tensor.type) == nullptr)
            fail(fmt::format("cannot be written as {}", tensor.type->name),
                 "write it as F64, F32, F16 or BF16");
        const std::optional<std::uint64_t> size = bytes_of(*tensor.type, tensor.shape);
        if (!size) fail("has the shape " + shape_text(tensor.shape) + ", too large", "write less");
        sizes.push_back(*size);
        names.emplace_back(tensor.name);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end())
        throw Error(in_quotes(path), "the tensor " + in_quotes(*twice) + " would stand twice in it",
                    "give each a name of its own");
    return sizes;
}

}  // namespace muonscope

#include "core/weights/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "core/base/error.h"
#include "core/base/fault_text.h"
#include "core/base/near_names.h"

namespace muonscope {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The matrix of that name, or why there is none.
const TensorEntry* matrix_in(const TensorFile& file, const std::string& name, std::string& why) {
    const TensorEntry* entry = file.find(name);
    why = entry == nullptr ? "it has no " + name : why_no_spectrum(*entry);
    return why.empty() ? entry : nullptr;
}

}  // namespace

std::vector<Checkpoint> series_in(const std::string& folder) {
    std::vector<Checkpoint> checkpoints = checkpoints_in(folder);
    const auto twice = std::ranges::adjacent_find(
        checkpoints,
        [](const Checkpoint& a, const Checkpoint& b) { return a.number && a.number == b.number; });
    if (twice == checkpoints.end()) return checkpoints;
    const auto below = [&](const Checkpoint& one) {
        return std::filesystem::path(one.path).lexically_relative(folder).string();
    };
    throw Error(in_quotes(folder, 200),
                fmt::format("holds more than one series: {} is {} as well as {}", *twice->number,
                            below(twice[0]), below(twice[1])),
                "name the folder of one of them");
}

std::string name_of(const Checkpoint& checkpoint) {
    return checkpoint.number ? fmt::format("{}", *checkpoint.number)
                             : std::filesystem::path(checkpoint.path).filename().string();
}

Work<double> relative_change(const TensorFile& from, const TensorEntry& a, const TensorFile& to,
                             const TensorEntry& b) {
    const std::uint64_t columns = a.columns();
    const std::uint64_t step =
        std::clamp<std::uint64_t>((std::uint64_t{1} << 18) / std::max<std::uint64_t>(1, columns), 1,
                                  std::max<std::uint64_t>(1, a.rows()));
    std::vector<double> before, after;
    double length = 0, moved = 0;
    for (std::uint64_t first = 0; first < a.rows(); first += step) {
        const std::uint64_t count = std::min(step, a.rows() - first);
        before.resize(count * columns);
        after.resize(count * columns);
        from.read_rows(a, first, count, std::span(before));
        to.read_rows(b, first, count, std::span(after));
        for (std::size_t i = 0; i < before.size(); ++i) {
            length += before[i] * before[i];
            moved += (after[i] - before[i]) * (after[i] - before[i]);
        }
        co_await pause();
    }
    co_return length > 0 ? std::sqrt(moved / length) : not_a_number;
}

Work<SeriesMatrix> series_matrix(std::string path, std::string name, std::string first) {
    SeriesMatrix matrix;
    matrix.moved = not_a_number;
    try {
        const TensorFile file(path);
        const TensorEntry* entry = matrix_in(file, name, matrix.fault);
        if (entry == nullptr) co_return matrix;
        matrix.shape = *matrix_shape(*entry);
        co_await pause();
        matrix.values = co_await tensor_values(file, *entry);
        matrix.summary = summary_of(matrix.values, matrix.shape);
        co_await pause();
        const TensorFile other(first);
        std::string ignored;
        const TensorEntry* before = matrix_in(other, name, ignored);
        if (before != nullptr && before->shape == entry->shape)
            matrix.moved = co_await relative_change(other, *before, file, *entry);
    } catch (const Error& fault) {
        matrix.fault = fault_text(fault);
    }
    co_return matrix;
}

}  // namespace muonscope

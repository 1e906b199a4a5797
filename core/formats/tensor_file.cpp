#include "core/formats/tensor_file.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/tensor_values.h"

namespace muonscope {

TensorFile::TensorFile(const std::string& path)
    : file_(path), list_(parse_tensors(file_.bytes(), path)) {}

const TensorEntry* TensorFile::find(std::string_view name) const {
    const auto found = std::ranges::find(list_.entries, name, &TensorEntry::name);
    return found == list_.entries.end() ? nullptr : &*found;
}

template <class Number>
void TensorFile::read_and_let_go(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                                 std::span<Number> values) const {
    file_.check_length();
    muonscope::read_rows(file_.bytes(), entry, file_.path(), first, count, values);
    // What was read is not needed twice. Less than this is not worth a call of the system.
    constexpr std::uint64_t worth = std::uint64_t{1} << 18U;
    const std::uint64_t row = entry.rows() > 0 ? entry.bytes / entry.rows() : 0;
    if (count * row >= worth && !(entry.member && entry.member->deflated))
        file_.let_go(entry.offset + first * row, count * row);
}

void TensorFile::read(const TensorEntry& entry, std::span<float> values) const {
    read_rows(entry, 0, entry.rows(), values);
}

void TensorFile::read(const TensorEntry& entry, std::span<double> values) const {
    read_rows(entry, 0, entry.rows(), values);
}

void TensorFile::read_rows(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                           std::span<float> values) const {
    read_and_let_go(entry, first, count, values);
}

void TensorFile::read_rows(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                           std::span<double> values) const {
    read_and_let_go(entry, first, count, values);
}

std::string_view TensorFile::raw(const TensorEntry& entry) const {
    file_.check_length();
    if (entry.member && entry.member->deflated)
        throw Error(in_quotes(file_.path()),
                    "the tensor " + in_quotes(entry.name) + " lies deflated in it",
                    "save it with numpy.savez instead of numpy.savez_compressed");
    return file_.bytes().substr(entry.offset, entry.bytes);
}

}  // namespace muonscope

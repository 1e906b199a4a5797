#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/formats/tensor_values.h"
#include "tests/fuzz/expect.h"

// What stands for every format of tensors: bytes are read to the last number, or refused by an
// Error in one line that names the file. Anything else ends the program, which is what libFuzzer
// looks for.
namespace muonscope {

// A part at a time, as those who read large tensors do.
inline void read_all(std::string_view bytes, const TensorEntry& entry, const std::string& source) {
    constexpr std::uint64_t most_values = 4096;
    const std::uint64_t rows = entry.rows(), columns = entry.columns();
    if (columns > bytes.size()) return;  // of no rows, or deflated
    const std::uint64_t part = std::max<std::uint64_t>(1, most_values / std::max(columns, 1UL));
    std::vector<double> values;
    for (std::uint64_t first = 0; first < std::min<std::uint64_t>(rows, 8 * part); first += part) {
        const std::uint64_t count = std::min(part, rows - first);
        values.resize(count * columns);
        read_rows(bytes, entry, source, first, count, std::span(values));
    }
}

inline int try_tensors(const std::uint8_t* data, std::size_t size, const std::string& source,
                       TensorList (*parse)(std::string_view, const std::string&)) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    return try_or_refuse(source, sentence, [&] {
        const TensorList list = parse(bytes, source);
        for (const Metadata::Entry& entry : list.metadata.entries()) value_text(entry);
        for (const TensorEntry& entry : list.entries) {
            expect(entry.type != nullptr, "every tensor has a type");
            if (entry.type->readable()) read_all(bytes, entry, source);
        }
    });
}

}  // namespace muonscope

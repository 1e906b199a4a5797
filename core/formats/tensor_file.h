#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/mapped_file.h"
#include "core/formats/tensor_list.h"

namespace muonscope {

// A file of tensors (safetensors, GGUF, .npy, .npz), open for reading: what it holds is known at
// once, and a tensor's numbers are read when they are asked for. Several threads may read at a
// time.
class TensorFile {
  public:
    // By its first bytes, and where they say nothing by its ending. Throws Error that names file,
    // tensor and fault.
    explicit TensorFile(const std::string& path);

    const std::string& path() const { return file_.path(); }
    const std::string& format() const { return list_.format; }  // "GGUF 3"
    const std::vector<TensorEntry>& entries() const { return list_.entries; }
    const Metadata& metadata() const { return list_.metadata; }
    // The whole file. Throws Error where it was cut since.
    std::string_view contents() const {
        file_.check_length();
        return file_.bytes();
    }
    const TensorEntry* find(std::string_view name) const;  // nullptr: there is none

    // All values of an entry of this file, row by row, into entry.values() of them; or those of the
    // rows [first, first + count), of entry.columns() each. As floats F64 is rounded; as doubles
    // all are exact. Throw Error where its type is not read, and where the file was cut or an
    // archive is damaged.
    void read(const TensorEntry& entry, std::span<float> values) const;
    void read(const TensorEntry& entry, std::span<double> values) const;
    void read_rows(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                   std::span<float> values) const;
    void read_rows(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                   std::span<double> values) const;
    // Its bytes as they lie in the file. Throws Error where they lie deflated in an archive.
    std::string_view raw(const TensorEntry& entry) const;

    // Contents that were read: their memory is the system's again.
    void let_go(std::size_t from, std::size_t size) const { file_.let_go(from, size); }

  private:
    template <class Number>
    void read_and_let_go(const TensorEntry& entry, std::uint64_t first, std::uint64_t count,
                         std::span<Number> values) const;
    MappedFile file_;
    TensorList list_;
};

}  // namespace muonscope

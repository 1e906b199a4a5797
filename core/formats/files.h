#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "core/base/types.h"

namespace muonscope {

// Writes through a temporary file beside `path`, flushed and renamed at the end, so that a reader
// sees the old file or the new one, never half of one. Throws Error (what failed, where, why).
void write_file(const std::string& path, std::string_view contents);
void write_file(const std::string& path, const std::function<void(std::ostream&)>& writer);
// What to do about a system's fault, an errno; `otherwise` where there is nothing better to say.
std::string remedy_of(int fault, std::string_view otherwise);
// Throws Error, which calls the file `name`, where it is a folder or lies in one that cannot be
// written to; so that work is not done in vain.
void check_writable(const std::string& path, const std::string& name);
// What a file that cannot be read is refused with: a system's fault, an errno; or its kind,
// st_mode, where that is not a regular file's.
[[noreturn]] void cannot_read(const std::string& path, int fault);
void check_regular(const std::string& path, unsigned mode);
// Throws Error when the file is missing, a folder, or larger than max_bytes.
std::string read_file(const std::string& path, std::size_t max_bytes);

// NumPy .npy 1.0-3.0, two-dimensional float16, float32 or float64, little endian, C or Fortran
// order. Everything else is an Error that names the file, what was found and what is accepted.
Matrix read_npy(const std::string& path);
void write_npy(const std::string& path, const Matrix& matrix);

}  // namespace muonscope

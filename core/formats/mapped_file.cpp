#include "core/formats/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"

namespace muonscope {

MappedFile::MappedFile(const std::string& path)
    // Not to wait for whoever may one day write into a pipe.
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    struct stat found {};
    if (file_.number() < 0 || ::fstat(file_.number(), &found) != 0) cannot_read(path, errno);
    check_regular(path, found.st_mode);
    const auto size = static_cast<std::size_t>(found.st_size);
    if (size == 0) return;  // nothing can be mapped of it
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file_.number(), 0);
    if (memory == MAP_FAILED) cannot_read(path, errno);
    bytes_ = {static_cast<const char*>(memory), size};
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(file_, other.file_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

void MappedFile::let_go(std::size_t from, std::size_t size) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t begin = from / page * page, end = std::min(from + size, bytes_.size());
    // Where it cannot be done the memory stays, which is no fault.
    if (begin < end)
        ::madvise(const_cast<char*>(bytes_.data()) + begin, end - begin, MADV_DONTNEED);
}

void MappedFile::check_length() const {
    struct stat found {};
    if (::fstat(file_.number(), &found) != 0) cannot_read(path_, errno);
    if (static_cast<std::uintmax_t>(found.st_size) < bytes_.size())
        throw Error(in_quotes(path_),
                    fmt::format("was cut from {} bytes to {} since it was opened", bytes_.size(),
                                found.st_size),
                    "open it again when it is whole");
}

}  // namespace muonscope

#pragma once

#include <string>
#include <string_view>

#include "core/formats/descriptor.h"

namespace muonscope {

// A file's bytes as memory that the system fills where it is read: opening one takes no time and no
// memory of its own, however large it is.
class MappedFile {
  public:
    // Throws Error when it is missing, no regular file, or cannot be mapped.
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    const std::string& path() const { return path_; }
    std::string_view bytes() const { return bytes_; }
    // Throws Error where someone has cut the file since: a look behind its end would be the end of
    // the program. Whoever reads asks this first.
    void check_length() const;
    // The memory of those bytes is the system's again; where they are read again it fills it anew.
    void let_go(std::size_t from, std::size_t size) const;

  private:
    std::string path_;
    Descriptor file_;
    std::string_view bytes_;
};

}  // namespace muonscope

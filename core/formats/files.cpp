#include "core/formats/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <ostream>
#include <streambuf>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/descriptor.h"

namespace muonscope {
namespace {

std::string reason(int fault) {
    return std::generic_category().message(fault);
}

// A stream into a descriptor, which remembers why it failed.
class DescriptorBuffer : public std::streambuf {
  public:
    explicit DescriptorBuffer(int descriptor) : descriptor_(descriptor) {
        setp(buffer_.data(), buffer_.data() + buffer_.size());
    }
    int fault() const { return fault_; }

  protected:
    int_type overflow(int_type c) override {
        if (sync() != 0) return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
        return traits_type::not_eof(c);
    }
    int sync() override {
        const char* from = pbase();
        while (from < pptr() && fault_ == 0) {
            const ssize_t written =
                ::write(descriptor_, from, static_cast<std::size_t>(pptr() - from));
            if (written >= 0)
                from += written;
            else if (errno != EINTR)
                fault_ = errno;
        }
        setp(buffer_.data(), buffer_.data() + buffer_.size());
        return fault_ == 0 ? 0 : -1;
    }

  private:
    int descriptor_;
    int fault_ = 0;
    std::array<char, 1 << 16> buffer_;
};

[[noreturn]] void cannot_write(const std::string& path, int fault) {
    throw Error(in_quotes(path), "cannot be written (" + reason(fault) + ")",
                remedy_of(fault, "choose another place"));
}

// Everything the writer gives, down to the disk.
void fill(const std::string& path, Descriptor& file, bool durable,
          const std::function<void(std::ostream&)>& writer) {
    DescriptorBuffer buffer(file.number());
    std::ostream stream(&buffer);
    writer(stream);
    stream.flush();
    if (buffer.fault() != 0) cannot_write(path, buffer.fault());
    if (durable && ::fsync(file.number()) != 0) cannot_write(path, errno);
    if (const int fault = file.close(); fault != 0) cannot_write(path, fault);
}

// What the names of a file's temporary ones begin with.
std::string temporary_prefix(const std::filesystem::path& target) {
    return fmt::format(".{}.", target.filename().string().substr(0, 200));
}

// Beside the file, so that the rename stays on one file system.
std::string temporary_beside(const std::string& path, int attempt) {
    const std::filesystem::path target(path);
    const std::string name =
        fmt::format("{}{}.{}.tmp", temporary_prefix(target), ::getpid(), attempt);
    return (target.parent_path() / name).string();
}

// A temporary file is locked while someone writes it, and the lock goes with the process: one that
// can be locked was left by a process that was killed.
void remove_leftovers(const std::string& path) {
    const std::filesystem::path target(path), folder = target.parent_path();
    const std::string prefix = temporary_prefix(target);
    std::error_code ignored;
    std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, ignored), end;
    for (; entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(".tmp")) continue;
        const std::string middle = name.substr(prefix.size(), name.size() - prefix.size() - 4);
        if (middle.find_first_not_of("0123456789.") != std::string::npos) continue;
        const Descriptor file(::open(entry->path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (file.number() >= 0 && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0)
            ::unlink(entry->path().c_str());
    }
}

// Whether it is ours now: another process may have taken it for a leftover before the lock.
bool lock(int file) {
    struct stat found {};
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;  // no locks there
    return ::fstat(file, &found) != 0 || found.st_nlink > 0;
}

void replace(const std::string& path, const std::function<void(std::ostream&)>& writer) {
    remove_leftovers(path);
    std::string temporary;
    int opened = -1;
    for (int attempt = 0; opened < 0; ++attempt) {
        temporary = temporary_beside(path, attempt);
        opened = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (opened < 0 && (errno != EEXIST || attempt == 100)) cannot_write(path, errno);
        if (opened >= 0 && !lock(opened)) ::close(std::exchange(opened, -1));
    }
    try {
        Descriptor file(opened);
        fill(path, file, true, writer);
        if (::rename(temporary.c_str(), path.c_str()) != 0) cannot_write(path, errno);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

bool is_device(const std::string& path) {
    std::error_code fault;
    const auto found = std::filesystem::status(path, fault);
    return std::filesystem::exists(found) && !std::filesystem::is_regular_file(found) &&
           !std::filesystem::is_directory(found);
}

}  // namespace

std::string remedy_of(int fault, std::string_view otherwise) {
    switch (fault) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return "free some space or choose another place";
        case ENOENT:
            return "create the folder first or choose another place";
        case EACCES:
        case EPERM:
        case EROFS:
            return "choose a place you may write to";
        case EMFILE:
        case ENFILE:
            return "raise the limit of open files (ulimit -n)";
        case ENAMETOOLONG:
            return "choose a shorter name";
        default:
            return std::string(otherwise);
    }
}

void cannot_read(const std::string& path, int fault) {
    const bool limit = fault == EMFILE || fault == ENFILE;
    throw Error(in_quotes(path), "cannot be read (" + reason(fault) + ")",
                limit          ? remedy_of(fault, "")
                : fault == EIO ? "check the disk it lies on"
                               : "check the path and its permissions");
}

void check_regular(const std::string& path, unsigned mode) {
    if (S_ISREG(mode)) return;
    throw Error(in_quotes(path), S_ISDIR(mode) ? "is a folder" : "is not a regular file",
                "name a file");
}

void check_writable(const std::string& path, const std::string& name) {
    namespace fs = std::filesystem;
    std::error_code fault;
    if (fs::is_directory(path, fault)) throw Error(name, "is a folder", "name a file");
    const std::string folder = fs::path(path).parent_path().string();
    const std::string must_be_writable = is_device(path) ? path : folder.empty() ? "." : folder;
    // A current folder that was removed still lets itself be asked.
    static_cast<void>(fs::absolute(must_be_writable, fault));
    if (!fault && ::access(must_be_writable.c_str(), W_OK) == 0) return;
    const int reasoned = fault ? fault.value() : errno;
    throw Error(
        name, "cannot be written (" + reason(reasoned) + ")",
        remedy_of(reasoned, "name a file in a folder that exists and that you may write to"));
}

void write_file(const std::string& path, const std::function<void(std::ostream&)>& writer) {
    if (path.empty()) throw Error("file", "the path is empty", "name a file");
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        replace(path, writer);
    } else if (S_ISDIR(found.st_mode)) {
        cannot_write(path, EISDIR);
    } else if (S_ISREG(found.st_mode)) {
        // Through a link to what it points at, so that the link stays.
        std::error_code unresolved;
        const auto target = std::filesystem::canonical(path, unresolved);
        replace(unresolved ? path : target.string(), writer);
    } else {
        // A device or a pipe: there is nothing to rename over, and nothing to keep.
        Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (file.number() < 0) cannot_write(path, errno);
        fill(path, file, false, writer);
    }
}

void write_file(const std::string& path, std::string_view contents) {
    write_file(path, [&](std::ostream& stream) {
        stream.write(contents.data(), static_cast<std::streamsize>(contents.size()));
    });
}

std::string read_file(const std::string& path, std::size_t max_bytes) {
    // Not to wait for whoever may one day write into a pipe.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat found {};
    if (file.number() < 0 || ::fstat(file.number(), &found) != 0) cannot_read(path, errno);
    check_regular(path, found.st_mode);
    const auto refuse_size = [&] {
        throw Error(
            in_quotes(path),
            fmt::format("holds {} bytes, more than the {} that are read", found.st_size, max_bytes),
            "check that this is the right file");
    };
    if (static_cast<std::uintmax_t>(found.st_size) > max_bytes) refuse_size();

    std::string contents(static_cast<std::size_t>(found.st_size), '\0');
    std::size_t size = 0;
    while (size < contents.size()) {
        const ssize_t count = ::read(file.number(), contents.data() + size, contents.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) cannot_read(path, errno);
        if (count == 0) break;  // someone cut it meanwhile
        size += count;
    }
    contents.resize(size);
    return contents;
}

}  // namespace muonscope

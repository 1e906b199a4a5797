#include "app/cli/writable.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"

namespace muonscope::cli {
namespace {

namespace fs = std::filesystem;

bool is_device(const std::string& path) {
    std::error_code fault;
    const fs::file_status found = fs::status(path, fault);
    return fs::exists(found) && !fs::is_regular_file(found) && !fs::is_directory(found);
}

}  // namespace

void check_writable(const std::string& path, const std::string& option) {
    if (path.empty()) return;
    const std::string where = option + " " + in_quotes(path, 200);
    std::error_code fault;
    if (fs::is_directory(path, fault)) throw Error(where, "is a folder", "name a file");
    const std::string folder = fs::path(path).parent_path().string();
    const std::string must_be_writable = is_device(path) ? path : folder.empty() ? "." : folder;
    // A current folder that was removed still lets itself be asked.
    static_cast<void>(fs::absolute(must_be_writable, fault));
    if (!fault && ::access(must_be_writable.c_str(), W_OK) == 0) return;
    if (fault) errno = fault.value();
    throw Error(where, "cannot be written (" + std::generic_category().message(errno) + ")",
                remedy_of(errno, "name a file in a folder that exists and that you may write to"));
}

void check_ending(const std::string& path, const std::string& option, std::string_view ending) {
    if (path.ends_with(ending) || is_device(path)) return;
    throw Error(option + " " + in_quotes(path, 200),
                "does not end in " + std::string(ending) + ", the one format that is written",
                "name a file that ends so");
}

}  // namespace muonscope::cli

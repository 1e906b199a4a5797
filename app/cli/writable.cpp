#include "app/cli/writable.h"

#include <filesystem>

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
    if (!path.empty() && path != standard_output)
        muonscope::check_writable(path, option + " " + in_quotes(path, 200));
}

void check_ending(const std::string& path, const std::string& option, std::string_view ending) {
    if (path.ends_with(ending) || is_device(path)) return;
    throw Error(option + " " + in_quotes(path, 200),
                "does not end in " + std::string(ending) + ", the one format that is written",
                "name a file that ends so");
}

}  // namespace muonscope::cli

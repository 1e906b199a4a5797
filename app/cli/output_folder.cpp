#include "app/cli/output_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <vector>

#include "core/error.h"
#include "core/experiment/near_names.h"

namespace muonscope::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const fs::path& path, const std::error_code& fault) {
    throw Error("--out " + in_quotes(path.string(), 200),
                "cannot be written to (" + fault.default_error_condition().message() + ")",
                "choose a folder you may write to");
}

}  // namespace

OutputFolder::OutputFolder(const std::string& path) : folder_(path) {
    std::error_code fault;
    for (fs::path missing = fs::absolute(folder_); !fs::exists(missing, fault);
         missing = missing.parent_path()) {
        if (missing == missing.parent_path()) break;
        if (missing.has_filename()) made_ = missing;
    }
    fs::create_directories(folder_, fault);
    if (fault) cannot_write(folder_, fault);
    if (!fs::is_directory(folder_, fault))
        cannot_write(folder_, std::make_error_code(std::errc::not_a_directory));
    staging_ = folder_ / fmt::format(".muonscope-{}", ::getpid());
    fs::create_directory(staging_, fault);
    if (fault) {
        std::error_code ignored;
        if (!made_.empty()) fs::remove_all(made_, ignored);
        cannot_write(folder_, fault);
    }
}

OutputFolder::~OutputFolder() {
    std::error_code ignored;
    fs::remove_all(staging_, ignored);
    // Only if it is still as empty as it was made.
    if (made_.empty()) return;
    for (fs::path path = fs::absolute(folder_); fs::remove(path, ignored) && path != made_;)
        path = path.parent_path();
}

std::string OutputFolder::staged(const std::string& name) const {
    const fs::path path = staging_ / name;
    std::error_code fault;
    fs::create_directories(path.parent_path(), fault);
    if (fault) cannot_write(folder_, fault);
    return path.string();
}

void OutputFolder::publish() {
    std::error_code fault;
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(staging_, fault))
        if (entry.is_regular_file()) files.push_back(entry.path());
    for (const fs::path& file : files) {
        const fs::path target = folder_ / file.lexically_relative(staging_);
        fs::create_directories(target.parent_path(), fault);
        if (!fault) fs::rename(file, target, fault);
        if (fault) cannot_write(target, fault);
    }
}

}  // namespace muonscope::cli

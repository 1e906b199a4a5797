#include "app/cli/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"

namespace muonscope::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view staging_prefix = ".muonscope-";

[[noreturn]] void cannot_write(const std::string& what, const std::error_code& fault) {
    const std::error_condition reason = fault.default_error_condition();
    throw Error(what, "cannot be written to (" + reason.message() + ")",
                remedy_of(reason.value(), "choose a folder you may write to"));
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool starts_with_number(std::string_view text) {
    return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

bool is_weights(const fs::path& file) {
    const std::string name = file.filename().string();
    return file.extension() == ".npy" && name.starts_with('W') &&
           is_number(std::string_view(name).substr(1, name.size() - 5));
}

// "step-500.safetensors"
bool is_checkpoint(const fs::path& file) {
    const std::string stem = file.stem().string();
    return file.extension() == ".safetensors" && stem.starts_with("step-") &&
           is_number(std::string_view(stem).substr(5));
}

// "lane-1", "lane-2-muon"
bool is_lane_folder(const fs::path& folder) {
    const std::string name = folder.filename().string();
    return name.starts_with("lane-") && starts_with_number(std::string_view(name).substr(5));
}

}  // namespace

std::vector<fs::path> results_in(const fs::path& folder) {
    std::vector<fs::path> results;
    std::error_code ignored;
    for (const char* name : {checkpoint_name, "summary.json", "history.csv", "session.json"})
        if (fs::exists(fs::symlink_status(folder / name, ignored))) results.emplace_back(name);
    for (fs::directory_iterator entry(folder, ignored), end; entry != end;
         entry.increment(ignored)) {
        if (is_checkpoint(entry->path())) results.push_back(entry->path().filename());
        if (!is_lane_folder(entry->path()) || !entry->is_directory(ignored)) continue;
        std::error_code unreadable;
        for (fs::directory_iterator file(entry->path(), unreadable); file != end;
             file.increment(unreadable))
            if (is_weights(file->path()) || is_checkpoint(file->path()))
                results.push_back(entry->path().filename() / file->path().filename());
    }
    std::sort(results.begin(), results.end());
    return results;
}

OutputFolder::OutputFolder(const std::string& path, bool replaces, std::string option)
    : option_(std::move(option)), folder_(path) {
    std::error_code fault;
    folder_ = fs::absolute(path, fault);
    if (fault) cannot_write(named(path), fault);
    if (!folder_.has_filename()) folder_ = folder_.parent_path();
    try {
        make_folder();
        take_hold();
        clear_leftovers();
        if (const auto results = results_in(folder_); !results.empty() && !replaces)
            throw Error(
                named(path), "holds " + results.front().string() + " of an older run",
                (results.front() == checkpoint_name
                     ? "go on with it by `muonscope run --resume " + shell_word(path) + "`, "
                     : "") +
                    "name another folder, or add --force to replace that run's results");
        make_staging();
    } catch (...) {
        undo();
        throw;
    }
}

std::string OutputFolder::named(const fs::path& path) const {
    return option_ + " " + in_quotes(path.string(), 200);
}

OutputFolder::~OutputFolder() {
    undo();
}

void OutputFolder::make_folder() {
    std::error_code fault;
    for (fs::path missing = folder_; !fs::exists(missing, fault); missing = missing.parent_path()) {
        if (missing == missing.parent_path()) break;
        made_ = missing;
    }
    fs::create_directories(folder_, fault);
    if (fault) cannot_write(named(folder_), fault);
    if (!fs::is_directory(folder_, fault))
        cannot_write(named(folder_), std::make_error_code(std::errc::not_a_directory));
}

// The lock goes with the process, however that ends: whatever stands in a folder that can be
// locked was left by a run that was killed.
void OutputFolder::take_hold() {
    hold_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (hold_ < 0) cannot_write(named(folder_), {errno, std::generic_category()});
    if (::flock(hold_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw Error(named(folder_), "another run is at work in this folder",
                    "wait for its end or name another folder");
}

void OutputFolder::clear_leftovers() const {
    std::error_code ignored;
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator entry(folder_, ignored), end; entry != end;
         entry.increment(ignored))
        if (const std::string name = entry->path().filename().string();
            name.starts_with(staging_prefix) &&
            is_number(std::string_view(name).substr(staging_prefix.size())))
            leftovers.push_back(entry->path());
    for (const fs::path& leftover : leftovers) {
        std::error_code fault;
        fs::remove_all(leftover, fault);
        std::fputs(fmt::format("muonscope: {} {}, which a run that was killed left there{}\n",
                               fault ? "could not remove" : "removed",
                               in_quotes(leftover.string(), 200), fault ? "; remove it" : "")
                       .c_str(),
                   stderr);
    }
}

void OutputFolder::make_staging() {
    std::error_code fault;
    const fs::path staging = folder_ / fmt::format("{}{}", staging_prefix, ::getpid());
    fs::create_directory(staging, fault);
    if (fault) cannot_write(named(folder_), fault);
    staging_ = staging;
}

void OutputFolder::undo() noexcept {
    std::error_code ignored;
    if (hold_ >= 0) ::close(hold_);  // first: to remove a folder takes a descriptor
    if (!staging_.empty()) fs::remove_all(staging_, ignored);
    // Only if it is still as empty as it was made.
    if (!made_.empty())
        for (fs::path path = folder_; fs::remove(path, ignored) && path != made_;)
            path = path.parent_path();
}

std::string OutputFolder::staged(const std::string& name) const {
    const fs::path path = staging_ / name;
    std::error_code fault;
    fs::create_directories(path.parent_path(), fault);
    if (fault) cannot_write(named(folder_), fault);
    return path.string();
}

std::string OutputFolder::on_the_way(const std::string& name) {
    if (std::ranges::find(on_the_way_, fs::path(name)) == on_the_way_.end())
        on_the_way_.emplace_back(name);
    return (folder_ / name).string();
}

void OutputFolder::remove_older() {
    std::error_code fault;
    for (const fs::path& old : results_in(folder_)) {
        if (std::ranges::find(on_the_way_, old) != on_the_way_.end()) continue;
        fs::remove(folder_ / old, fault);
        if (fault) cannot_write(named(folder_ / old), fault);
        if (old.has_parent_path()) fs::remove(folder_ / old.parent_path(), fault);  // once empty
    }
}

void OutputFolder::publish() {
    std::error_code fault;
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(staging_, fault))
        if (entry.is_regular_file()) files.push_back(entry.path());
    remove_older();
    for (const fs::path& file : files) {
        const fs::path target = folder_ / file.lexically_relative(staging_);
        fs::create_directories(target.parent_path(), fault);
        if (!fault) fs::rename(file, target, fault);
        if (fault) cannot_write(named(target), fault);
    }
}

}  // namespace muonscope::cli

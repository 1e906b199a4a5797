#include "app/gui/folder_list.h"

#include "core/base/error.h"
#include "core/base/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <sys/stat.h>

namespace muonscope::gui {
namespace {

constexpr std::size_t most_entries = 5000;

bool comes_before(const FolderEntry& a, const FolderEntry& b) {
    if (a.folder != b.folder) return a.folder;
    if (!a.folder && a.modified != b.modified) return a.modified > b.modified;
    return a.name < b.name;
}

bool has_ending(const std::string& name, const std::string& endings) {
    const std::vector<std::string_view> all = split(endings, ' ');
    return std::any_of(all.begin(), all.end(),
                       [&](std::string_view ending) { return name.ends_with(ending); });
}

}  // namespace

std::vector<FolderEntry> list_folder(const std::string& path, const std::string& endings) {
    std::error_code fault;
    std::filesystem::directory_iterator entries(path, fault);
    if (fault)
        throw Error(path, "cannot be listed: " + fault.message(), "name a folder that is there");
    std::vector<FolderEntry> list;
    for (; entries != std::filesystem::directory_iterator(); entries.increment(fault)) {
        FolderEntry entry;
        entry.name = entries->path().filename().string();
        struct stat what {};
        if (entry.name.starts_with('.') || ::stat(entries->path().c_str(), &what) != 0) continue;
        entry.folder = S_ISDIR(what.st_mode);
        if (!entry.folder && (!S_ISREG(what.st_mode) || !has_ending(entry.name, endings))) continue;
        entry.bytes = static_cast<std::uint64_t>(what.st_size);
        entry.modified = what.st_mtime;
        list.push_back(std::move(entry));
        if (list.size() == most_entries) break;
    }
    std::sort(list.begin(), list.end(), comes_before);
    if (std::filesystem::path(path).has_relative_path()) {
        FolderEntry above;
        above.name = "..";
        above.folder = true;
        list.insert(list.begin(), above);
    }
    return list;
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    auto size = static_cast<double>(bytes) / 1000;
    for (const char* unit : {"kB", "MB"}) {
        if (size < 999.5) return fmt::format("{:.{}f} {}", size, size < 9.95 ? 1 : 0, unit);
        size /= 1000;
    }
    return fmt::format("{:.1f} GB", size);
}

std::string date_text(std::int64_t modified) {
    const auto time = static_cast<std::time_t>(modified);
    std::tm local{};
    if (localtime_r(&time, &local) == nullptr) return "";
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local);
    return text.data();
}

std::string whole_path(const std::string& typed, const std::string& base) {
    const char* home = std::getenv("HOME");
    std::string path = typed;
    if (home != nullptr && (path == "~" || path.starts_with("~/"))) path = home + path.substr(1);
    if (path.empty()) return path;
    std::error_code fault;
    const std::filesystem::path whole =
        std::filesystem::absolute(std::filesystem::path(base) / path, fault);
    return fault ? path : whole.lexically_normal().string();
}

}  // namespace muonscope::gui

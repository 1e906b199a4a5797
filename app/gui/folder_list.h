#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What a folder holds, as a person chooses from it.
namespace muonscope::gui {

struct FolderEntry {
    std::string name;
    bool folder = false;
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;  // seconds since 1970
};

// The folder above, then folders by name, then files of these endings (".gguf .npy"), newest first;
// nothing hidden. Throws Error where the folder cannot be read.
std::vector<FolderEntry> list_folder(const std::string& path, const std::string& endings);

std::string size_text(std::uint64_t bytes);    // 512 B, 1.5 kB, 12 MB
std::string date_text(std::int64_t modified);  // 2026-07-01 09:30, local time

// A leading ~ as the home folder; what is typed without a leading folder lies below `base`.
std::string whole_path(const std::string& typed, const std::string& base);

}  // namespace muonscope::gui

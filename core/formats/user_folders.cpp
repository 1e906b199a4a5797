#include "core/formats/user_folders.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "core/base/error.h"

namespace muonscope {
namespace {

// HOME, or what the system's list of users says.
std::filesystem::path home(const char* instead) {
    const char* chosen = std::getenv("HOME");
    if (chosen != nullptr && chosen[0] == '/') return chosen;
    std::array<char, 4096> room{};
    passwd entry{}, *found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found) == 0 &&
        found != nullptr && found->pw_dir != nullptr && found->pw_dir[0] == '/')
        return found->pw_dir;
    throw Error("HOME", "is not set, so there is no place for preferences, sessions and models",
                std::string("set HOME or ") + instead);
}

std::filesystem::path folder(const char* variable, const char* below_home) {
    const char* chosen = std::getenv(variable);
    // The XDG base directory specification: a relative path there is to be ignored.
    if (chosen != nullptr && chosen[0] == '/') return std::filesystem::path(chosen) / "muonscope";
    return home(variable) / below_home / "muonscope";
}

}  // namespace

std::filesystem::path config_folder() {
    return folder("XDG_CONFIG_HOME", ".config");
}

std::filesystem::path data_folder() {
    return folder("XDG_DATA_HOME", ".local/share");
}

std::filesystem::path cache_folder() {
    return folder("XDG_CACHE_HOME", ".cache");
}

std::filesystem::path state_folder() {
    return folder("XDG_STATE_HOME", ".local/state");
}

void make_folder(const std::filesystem::path& folder, const char* variable) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        throw Error(folder.string(), "cannot make this folder: " + failed.message(),
                    std::string("check its permissions or set ") + variable);
}

}  // namespace muonscope

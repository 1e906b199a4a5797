#pragma once

#include <filesystem>

namespace muonscope {

// $XDG_CONFIG_HOME/muonscope, or ~/.config/muonscope. Not made until something is saved. Throws
// Error when there is no home: HOME is not set and the user has none in the system's list.
std::filesystem::path config_folder();
// $XDG_DATA_HOME/muonscope, or ~/.local/share/muonscope: where sessions are saved and fetched
// models lie. Throws likewise.
std::filesystem::path data_folder();
// $XDG_CACHE_HOME/muonscope, or ~/.cache/muonscope: what can be found again. Throws likewise.
std::filesystem::path cache_folder();
// $XDG_STATE_HOME/muonscope, or ~/.local/state/muonscope: what windows keep as they go. Likewise.
std::filesystem::path state_folder();
// Makes it where it is not there. Throws Error naming `variable`, by which it may be elsewhere.
void make_folder(const std::filesystem::path& folder, const char* variable);

}  // namespace muonscope

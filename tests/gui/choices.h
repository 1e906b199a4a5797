#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "app/gui/preferences.h"

// Panels' choices by the names they have in the file of preferences.
namespace muonscope::gui {

template <class T>
T& choice(Preferences& preferences, std::string_view name) {
    for (const Remembered& one : all_remembered(preferences))
        if (one.name == name) return *std::get<T*>(one.at);
    throw std::runtime_error("no panel remembers " + std::string(name));
}
inline bool& switch_of(Preferences& preferences, std::string_view name) {
    return choice<bool>(preferences, name);
}
inline int& number_of(Preferences& preferences, std::string_view name) {
    return choice<int>(preferences, name);
}
inline double& real_of(Preferences& preferences, std::string_view name) {
    return choice<double>(preferences, name);
}

}  // namespace muonscope::gui

#include "app/gui/preferences.h"

#include "app/gui/caption.h"
#include "app/gui/dock_layout.h"
#include "app/gui/dock_layout_check.h"
#include "app/gui/plots/page_choices.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/theme.h"
#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/formats/files.h"
#include "core/formats/json_text.h"
#include "core/formats/user_folders.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace muonscope::gui {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;
constexpr std::size_t largest_file = 1U << 20U;

// A list of words, no longer than a window makes them.
std::optional<std::vector<std::string>> words_in(const Json& json) {
    constexpr std::size_t longest = 64;
    if (!json.is_array() || json.size() > longest) return std::nullopt;
    std::vector<std::string> words;
    for (const Json& word : json) {
        if (!word.is_string()) return std::nullopt;
        words.push_back(word.get<std::string>());
    }
    return words;
}

// A value of another type or out of range leaves what was there.
void read(const Json& json, const Remembered& choice) {
    const auto found = json.find(choice.name);
    if (found == json.end()) return;
    if (bool* const* on = std::get_if<bool*>(&choice.at)) {
        if (found->is_boolean()) **on = found->get<bool>();
        return;
    }
    if (auto* const* list = std::get_if<std::vector<std::string>*>(&choice.at)) {
        if (auto words = words_in(*found)) **list = std::move(*words);
        return;
    }
    if (!found->is_number()) return;
    const auto number = found->get<double>();
    if (!std::isfinite(number) || number < choice.low || number > choice.high) return;
    if (int* const* whole = std::get_if<int*>(&choice.at)) **whole = static_cast<int>(number);
    if (double* const* real = std::get_if<double*>(&choice.at)) **real = number;
}

std::string layout_heading() {
    return fmt::format("; muonscope layout {}", layout_version);
}

// Renames a file that cannot be used, so that the next one saved does not replace it; says what
// became of it.
std::string set_aside(const fs::path& path) {
    std::error_code fault;
    fs::path aside;
    int number = 1;
    do {
        aside = path;
        aside += number == 1 ? std::string(".unusable") : fmt::format(".unusable-{}", number);
    } while (fs::exists(fs::symlink_status(aside, fault)) && ++number < 1000);
    fs::rename(path, aside, fault);
    if (fault)
        return "The defaults are used; the file could not be renamed (" + fault.message() + ").";
    return "The defaults are used, and the file is kept as " + aside.filename().string() + ".";
}

// What `use` makes of a file's text. What cannot be read or used is set aside, and `complaint` says
// why; empty: the file is not there.
template <class Use>
void with_saved(const char* name, std::string& complaint, Use&& use) {
    complaint.clear();
    fs::path path;
    try {
        path = config_folder() / name;
        std::error_code ignored;
        if (fs::exists(fs::symlink_status(path, ignored)))
            use(read_file(path.string(), largest_file), path.string());
    } catch (const std::exception& fault) {
        complaint = std::string(fault.what());
        if (!path.empty()) complaint += ". " + set_aside(path);
    }
}

void write_below(const std::filesystem::path& directory, const char* name, std::string_view text) {
    make_folder(directory, "XDG_CONFIG_HOME");
    write_file((directory / name).string(), text);
}

}  // namespace

std::vector<Remembered> all_remembered(Preferences& preferences) {
    std::vector<Remembered> all{
        {"dark", &preferences.dark},
        {"presentation", &preferences.presentation},
        {"presented", &preferences.presented},
        {"colour_map", &preferences.colour_map, 0, static_cast<double>(colour_maps().size()) - 1},
        {"user_scale", &preferences.user_scale, 0.5, 4.0}};
    for (Remembered& choice : remembered_of_caption(preferences)) all.push_back(std::move(choice));
    for (Remembered& choice : plots::remembered_of_page(preferences))
        all.push_back(std::move(choice));
    for (Remembered& choice : plots::remembered_of_steps(preferences))
        all.push_back(std::move(choice));
    for (const Panel& panel : panels()) {
        if (panel.remembered == nullptr) continue;
        for (Remembered& choice : panel.remembered(preferences)) all.push_back(std::move(choice));
    }
    return all;
}

std::string to_json(const Preferences& preferences) {
    Preferences copy = preferences;
    Json json = Json::object();
    for (const Remembered& choice : all_remembered(copy))
        std::visit([&](const auto* value) { json[choice.name] = *value; }, choice.at);
    return json.dump(2) + "\n";
}

Preferences preferences_from_json(std::string_view text, std::string_view source) {
    const Json json = parse_json(text, source, {largest_file});
    if (!json.is_object())
        throw Error(std::string(source), "is not a JSON object", "choose again in the window");
    Preferences preferences;
    for (const Remembered& choice : all_remembered(preferences)) read(json, choice);
    return preferences;
}

void choose(Preferences& preferences, std::string_view choice) {
    const std::string text(choice);
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    for (const Remembered& one : all_remembered(preferences)) {
        if (equals == std::string::npos || one.name != name) continue;
        const std::string value = text.substr(equals + 1);
        const Json json = Json::parse("{\"" + name + "\":" + value + "}", nullptr, false);
        bool taken = false;
        if (json.is_object() && json.size() == 1) {
            const Json& given = json.front();
            if (std::holds_alternative<bool*>(one.at))
                taken = given.is_boolean();
            else if (std::holds_alternative<int*>(one.at))
                taken = given.is_number_integer() && given.get<double>() >= one.low &&
                        given.get<double>() <= one.high;
            else if (std::holds_alternative<std::vector<std::string>*>(one.at))
                taken = words_in(given).has_value();
            else if (std::holds_alternative<double*>(one.at))
                taken = given.is_number() && given.get<double>() >= one.low &&
                        given.get<double>() <= one.high;
        }
        if (!taken)
            throw Error("--choose", in_quotes(text),
                        std::holds_alternative<bool*>(one.at) ? "give true or false"
                        : std::holds_alternative<std::vector<std::string>*>(one.at)
                            ? "give a list of words, such as [\"loss\"]"
                            : fmt::format("give a number from {:g} to {:g}", one.low, one.high));
        read(json, one);
        return;
    }
    throw Error("--choose", in_quotes(text),
                "give NAME=VALUE with a name that preferences.json has, such as "
                "representations_view=1");
}

Preferences load_preferences(std::string& complaint) {
    Preferences preferences;
    with_saved("preferences.json", complaint,
               [&](const std::string& text, const std::string& path) {
                   preferences = preferences_from_json(text, path);
               });
    return preferences;
}

void save_preferences(const Preferences& preferences) {
    write_below(config_folder(), "preferences.json", to_json(preferences));
}

std::string load_layout(std::string& complaint) {
    std::string layout;
    with_saved("layout.ini", complaint, [&](std::string text, const std::string& path) {
        const std::string remedy = "arrange the panels again";
        if (!text.starts_with(layout_heading() + "\n"))
            throw Error(path, "is not of this version of the program", remedy);
        if (const std::string fault = layout_fault(text); !fault.empty())
            throw Error(path, "is damaged (" + fault + ")", remedy);
        // The panel that stood there was called so before.
        if (const std::size_t old = text.find("[Window][Spectrum now]"); old != std::string::npos)
            text.replace(old, std::string_view("[Window][Spectrum now]").size(),
                         "[Window][Alignment]");
        layout = std::move(text);
    });
    return layout;
}

void save_layout(std::string_view ini) {
    write_below(config_folder(), "layout.ini", layout_heading() + "\n" + std::string(ini));
}

}  // namespace muonscope::gui

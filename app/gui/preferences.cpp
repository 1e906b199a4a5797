#include "app/gui/preferences.h"

#include "app/gui/layout.h"
#include "app/gui/layout_check.h"
#include "core/base/error.h"
#include "core/formats/files.h"
#include "core/linalg/engine.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include <pwd.h>
#include <unistd.h>

namespace muonscope::gui {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;
constexpr std::size_t largest_file = 1U << 20U;

// HOME, or what the system's list of users says.
std::filesystem::path home(const char* instead) {
    const char* chosen = std::getenv("HOME");
    if (chosen != nullptr && chosen[0] == '/') return chosen;
    std::array<char, 4096> room{};
    passwd entry{}, *found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found) == 0 &&
        found != nullptr && found->pw_dir != nullptr && found->pw_dir[0] == '/')
        return found->pw_dir;
    throw Error("HOME", "is not set, so there is no place for preferences and sessions",
                std::string("set HOME or ") + instead);
}

std::filesystem::path folder(const char* variable, const char* below_home) {
    const char* chosen = std::getenv(variable);
    // The XDG base directory specification: a relative path there is to be ignored.
    if (chosen != nullptr && chosen[0] == '/') return std::filesystem::path(chosen) / "muonscope";
    return home(variable) / below_home / "muonscope";
}

// One place that names every field, for both directions.
template <class P, class Visit>
void visit_fields(P& p, Visit&& visit) {
    visit("dark", p.dark);
    visit("presentation", p.presentation);
    visit("sv_heatmap", p.sv_heatmap);
    visit("sv_log", p.sv_log);
    visit("sv_target_basis", p.sv_target_basis);
    visit("sv_levels", p.sv_levels);
    visit("loss_log", p.loss_log);
    visit("probe_log", p.probe_log);
    visit("spectrum_bars", p.spectrum_bars);
    visit("spectrum_log", p.spectrum_log);
    visit("show_ghost", p.show_ghost);
    visit("trade_off_from_start", p.trade_off_from_start);
    visit("trade_off_layer", p.trade_off_layer, 0, 15);
    visit("weight_norms_layer", p.weight_norms_layer, 0, 15);
    visit("sv_source", p.sv_source, 0, 16);
    visit("spectrum_source", p.spectrum_source, 0, 16);
    visit("spectrum_kind", p.spectrum_kind, 0, 2);
    visit("measures_source", p.measures_source, 0, 16);
    visit("lab_view", p.lab.view, 0, 2);
    visit("lab_focus", p.lab.focus, 0, static_cast<int>(engine_count) - 1);
    // By name, so that an order that changes keeps what was chosen.
    for (std::size_t e = 0; e < engine_count; ++e)
        visit(fmt::format("lab_{}", slug(static_cast<Engine>(e))).c_str(), p.lab.on[e]);
    visit("user_scale", p.user_scale, 0.5, 4.0);
}

struct Writer {
    Json& json;
    void operator()(const char* name, bool value) const { json[name] = value; }
    template <class T>
    void operator()(const char* name, T value, T, T) const {
        json[name] = value;
    }
};

struct Reader {
    const Json& json;
    void operator()(const char* name, bool& value) const {
        const auto found = json.find(name);
        if (found != json.end() && found->is_boolean()) value = found->get<bool>();
    }
    template <class T>
    void operator()(const char* name, T& value, T low, T high) const {
        const auto found = json.find(name);
        if (found == json.end() || !found->is_number()) return;
        const double number = found->template get<double>();
        if (std::isfinite(number) && number >= static_cast<double>(low) &&
            number <= static_cast<double>(high))
            value = static_cast<T>(number);
    }
};

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
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed)
        throw Error(directory.string(), "cannot make this folder: " + failed.message(),
                    "check its permissions or set XDG_CONFIG_HOME");
    write_file((directory / name).string(), text);
}

}  // namespace

std::filesystem::path config_folder() {
    return folder("XDG_CONFIG_HOME", ".config");
}
std::filesystem::path data_folder() {
    return folder("XDG_DATA_HOME", ".local/share");
}

std::string to_json(const Preferences& preferences) {
    Json json = Json::object();
    visit_fields(preferences, Writer{json});
    return json.dump(2) + "\n";
}

Preferences preferences_from_json(std::string_view text, std::string_view source) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        throw Error(std::string(source), "is not a JSON object", "choose again in the window");
    Preferences preferences;
    visit_fields(preferences, Reader{json});
    return preferences;
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
        layout = std::move(text);
    });
    return layout;
}

void save_layout(std::string_view ini) {
    write_below(config_folder(), "layout.ini", layout_heading() + "\n" + std::string(ini));
}

}  // namespace muonscope::gui

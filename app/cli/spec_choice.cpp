#include "app/cli/spec_choice.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/session_json.h"
#include "core/documents/setting_text.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/formats/files.h"

namespace muonscope::cli {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;  // of a session file

[[noreturn]] void neither(const std::string& name) {
    std::vector<std::string> names;
    std::string all;
    for (const Spec& preset : presets()) {
        names.push_back(preset.name);
        all += (all.empty() ? "" : ", ") + preset.name;
    }
    const std::string near = did_you_mean(name, names);
    throw Error(in_quotes(name), "is neither a preset nor an existing file",
                (near.empty() ? "" : near + " ") + "the presets are " + all);
}

// None: it names a file.
std::optional<Spec> named_preset(const std::string& name) {
    if (name.empty()) return presets().front();
    for (const Spec& preset : presets())
        if (preset.name == name) return preset;
    if (is_setting_text(name)) return spec_from_setting_text(name);
    std::error_code fault;
    if (!std::filesystem::exists(name, fault)) neither(name);
    return std::nullopt;
}

Spec changed(Spec spec, const SpecOptions& options) {
    if (!options.seed.empty()) set(spec, "seed", options.seed);
    apply_changes(options.changes, spec);
    validate(spec);
    return spec;
}

}  // namespace

void apply_changes(const std::vector<std::string>& changes, Spec& spec) {
    for (const std::string& change : changes) {
        const std::size_t equals = change.find('=');
        if (equals == 0 || equals == std::string::npos)
            throw Error("--set " + in_quotes(change), "this is not key=value",
                        "write for example --set optimizer.lr=0.1");
        set(spec, change.substr(0, equals), change.substr(equals + 1));
    }
}

Spec chosen_spec(const SpecOptions& options) {
    std::optional<Spec> preset = named_preset(options.name);
    return changed(preset ? *std::move(preset) : read_spec_file(options.name), options);
}

std::variant<Spec, SessionFile> chosen_spec_or_session(const SpecOptions& options) {
    std::optional<Spec> preset = named_preset(options.name);
    if (preset) return changed(*std::move(preset), options);
    auto chosen = spec_or_session_from_json(read_file(options.name, most_bytes), options.name);
    if (auto* spec = std::get_if<Spec>(&chosen)) return changed(std::move(*spec), options);
    return chosen;
}

}  // namespace muonscope::cli

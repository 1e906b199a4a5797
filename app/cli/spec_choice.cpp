#include "app/cli/spec_choice.h"

#include <filesystem>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"

namespace muonscope::cli {
namespace {

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

Spec named_spec(const std::string& name) {
    if (name.empty()) return presets().front();
    for (const Spec& preset : presets())
        if (preset.name == name) return preset;
    std::error_code fault;
    if (!std::filesystem::exists(name, fault)) neither(name);
    return read_spec_file(name);
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
    Spec spec = named_spec(options.name);
    if (!options.seed.empty()) set(spec, "seed", options.seed);
    apply_changes(options.changes, spec);
    validate(spec);
    return spec;
}

}  // namespace muonscope::cli

#include "app/cli/command_words.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/cli/export_kinds.h"
#include "app/cli/study_choice.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"
#include "core/experiment/published/experiment.h"
#include "core/linalg/engine.h"

namespace muonscope::cli {
namespace {

using Words = std::vector<std::string>;

Words preset_words() {
    Words words;
    for (const Spec& preset : presets()) words.push_back(preset.name);
    return words;
}

Words parameter_words() {
    Words words;
    for (const Parameter& parameter : experiment_parameters())
        words.push_back(std::string(parameter.key) + "=");
    for (const Parameter& parameter : optimizer_parameters())
        words.push_back("optimizer." + std::string(parameter.key) + "=");
    return words;
}

Words experiment_words() {
    Words words{"all"};
    for (const PublishedExperiment& experiment : published_experiments())
        words.emplace_back(experiment.name);
    return words;
}

Words engine_words() {
    Words words;
    for (const EngineName& name : engine_names()) words.emplace_back(name.slug);
    return words;
}

Words export_words() {
    Words words;
    for (const ExportKind& kind : export_kinds) words.emplace_back(kind.name);
    return words;
}

// By the word that stands for the value, and where that says too little by the option's name.
ValueWords values_of(const OptionWords& option, const Words& path, const std::string& name) {
    const std::string& type = option.type;
    const bool of_study = !path.empty() && path.front() == "study";
    if (type == "NAME|FILE")
        return {of_study ? shipped_studies() : preset_words(), true, false, false};
    if (type == "KEY=VALUE") return {parameter_words(), false, false, true};
    if (type == "DIR") return {{}, false, true, false};
    if (type == "THEME") return {{"dark", "light"}};
    if (type == "WHAT") return {export_words()};
    if (type == "BUDGET") return {{"fixed", "distance", "loss"}};
    if (type == "SHELL") return {{"bash", "zsh", "fish"}};
    if (type == "LIBRARY") return {{"pytorch", "optax", "keras"}};
    if (type == "FORMAT") return {{"text", "json", "csv", "markdown", "latex"}};
    if (type == "NAME[:N]") return {engine_words()};
    if (name == "preset") return {preset_words()};
    if (name == "experiments") return {experiment_words()};
    if (name == "precision")
        return {{"float64", "float32", "bfloat16", "tensor_core", "bfloat16_fused"}};
    const bool files = type.find("FILE") != std::string::npos || type == "PATH" ||
                       type == "MATRIX" || type == "IN" || type == "OUT" || type == "MODEL" ||
                       type == "TENSOR";
    return {{}, files, false, false};
}

OptionWords option_words(const CLI::Option& option, const Words& path) {
    OptionWords words;
    for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
    if (option.get_type_size() != 0) words.type = option.get_type_name();
    words.help = option.get_description();
    words.required = option.get_required();
    words.repeats = option.get_items_expected_max() > 1 ||
                    option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (option.get_type_size() == 0) words.repeats = false;
    if (words.names.empty() && words.type.empty()) words.type = option.get_name(true);
    if (!words.type.empty())
        words.values = values_of(
            words, path,
            option.get_lnames().empty() ? option.get_name(true) : option.get_lnames().front());
    return words;
}

CommandWords words_of(const CLI::App& app, const Words& path) {
    CommandWords words;
    words.path = path;
    words.help = app.get_description();
    words.footer = app.get_footer();
    for (const CLI::Option* option : app.get_options())
        words.options.push_back(option_words(*option, path));
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        Words inner = path;
        inner.push_back(command->get_name());
        words.commands.push_back(words_of(*command, inner));
    }
    return words;
}

void collect(const CommandWords& command, std::vector<const CommandWords*>& all) {
    all.push_back(&command);
    for (const CommandWords& inner : command.commands) collect(inner, all);
}

}  // namespace

CommandWords command_words(const CLI::App& app) {
    return words_of(app, {});
}

std::vector<const CommandWords*> each_command(const CommandWords& top) {
    std::vector<const CommandWords*> all;
    collect(top, all);
    return all;
}

}  // namespace muonscope::cli

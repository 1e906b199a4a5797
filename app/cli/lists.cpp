#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <variant>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/text_table.h"
#include "core/experiment/parameters.h"
#include "core/experiment/presets.h"

namespace muonscope::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string type_name(ParameterType type) {
    switch (type) {
        case ParameterType::boolean:
            return "boolean";
        case ParameterType::integer:
            return "integer";
        case ParameterType::real:
            return "real";
        case ParameterType::choice:
            return "choice";
        case ParameterType::text:
            return "text";
        case ParameterType::path:
            return "path";
        case ParameterType::integers:
            return "integers";
        case ParameterType::paths:
            break;
    }
    return "paths";
}

void print_table(std::span<const Parameter> parameters, const std::string& prefix) {
    for (const Parameter& parameter : parameters) {
        const std::string fallback = to_text(parameter.fallback);
        fmt::print("{}{}\n", prefix, parameter.key);
        fmt::print(
            "{}",
            text_behind(
                "    ",
                fmt::format("{}{}; default {}{}{}", allowed(parameter),
                            parameter.scale == ParameterScale::logarithmic ? " (logarithmic)" : "",
                            fallback.empty() ? "none" : fallback,
                            parameter.unit.empty() ? "" : " " + std::string(parameter.unit),
                            parameter.restarts() ? "; begins again at step 0" : "")));
        fmt::print("{}", text_behind("    ", std::string(parameter.help)));
        if (const std::string kinds = kinds_with(parameter); !kinds.empty())
            fmt::print("{}", text_behind("    ", "Has an effect with " + kinds + "."));
        for (const Choice& choice : parameter.choices)
            fmt::print("{}", text_behind(fmt::format("      {:<16}", choice.slug),
                                         std::string(choice.help)));
    }
}

Json parameter_to_json(const Parameter& parameter, const std::string& prefix) {
    Json json;
    json["key"] = prefix + std::string(parameter.key);
    json["label"] = parameter.label;
    json["type"] = type_name(parameter.type);
    const bool has_range = parameter.type == ParameterType::integer ||
                           parameter.type == ParameterType::real ||
                           parameter.type == ParameterType::integers;
    if (has_range) {
        json["min"] = parameter.min;
        json["max"] = parameter.max;
        json["scale"] = parameter.scale == ParameterScale::logarithmic ? "logarithmic" : "linear";
    }
    json["unit"] = parameter.unit;
    std::visit([&](const auto& value) { json["default"] = value; }, parameter.fallback);
    json["help"] = parameter.help;
    if (!parameter.choices.empty()) {
        json["choices"] = Json::array();
        for (const Choice& choice : parameter.choices)
            json["choices"].push_back(
                {{"slug", choice.slug}, {"label", choice.label}, {"help", choice.help}});
    }
    json["restarts"] = parameter.restarts();
    return json;
}

}  // namespace

int list_presets(bool json) {
    Json list = Json::array();
    for (const Spec& preset : presets()) {
        if (json)
            list.push_back(
                {{"name", preset.name}, {"title", preset.title}, {"about", preset.about}});
        else
            fmt::print("{}\n{}{}", preset.name, text_behind("    ", preset.title),
                       text_behind("    ", preset.about));
    }
    if (json) fmt::print("{}\n", list.dump(2));
    return done;
}

int list_parameters(bool json) {
    if (!json) {
        print_table(experiment_parameters(), "");
        print_table(optimizer_parameters(), "optimizer.");
        fmt::print(
            "\n{}",
            text_below("Optimiser keys may be narrowed: lanes.LANE.optimizer.KEY, "
                       "lanes.LANE.phases.PHASE.optimizer.KEY, "
                       "lanes.LANE.layers.LAYER.optimizer.KEY; LAYER is a number, or of a "
                       "transformer a name: inside, outside, query, block_1, block_1_query. LANE "
                       "is an index from 0 or a name, PHASE an index from 0, LAYER counts from 1. "
                       "A lane is renamed by lanes.LANE.name."));
        return done;
    }
    Json list = Json::array();
    for (const Parameter& parameter : experiment_parameters())
        list.push_back(parameter_to_json(parameter, ""));
    for (const Parameter& parameter : optimizer_parameters())
        list.push_back(parameter_to_json(parameter, "optimizer."));
    fmt::print("{}\n", list.dump(2));
    return done;
}

}  // namespace muonscope::cli

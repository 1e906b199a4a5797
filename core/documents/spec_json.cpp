#include "core/documents/spec_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/place.h"
#include "core/base/split.h"
#include "core/experiment/parameter_table.h"
#include "core/formats/files.h"
#include "core/formats/json_text.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = std::size_t{16} << 20;
constexpr std::size_t longest_text = 4096;
constexpr std::int64_t most_steps = 1'000'000'000'000;

std::string shown(const Json& value) {
    if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    return value.dump();
}

[[noreturn]] void refuse(const Place& place, const Json& value, const std::string& allowed) {
    throw Error(place.text(), shown(value) + " is not allowed", "give " + allowed);
}

const Json& object(const Json& value, const Place& place) {
    if (!value.is_object()) refuse(place, value, "an object: {\"key\": value, …}");
    return value;
}

const Json& list(const Json& value, const Place& place) {
    if (!value.is_array()) refuse(place, value, "a list: [value, …]");
    return value;
}

void check_keys(const Json& value, const std::vector<std::string>& known, const Place& place) {
    for (const auto& [key, unused] : object(value, place).items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        std::string remedy = did_you_mean(key, known);
        if (remedy.empty()) {
            for (const std::string& name : known) remedy += (remedy.empty() ? "" : ", ") + name;
            remedy = "the keys here are " + remedy;
        }
        throw Error(place.text(), "the key " + in_quotes(key) + " is unknown", remedy);
    }
}

// ---- single values ----

std::string read_text(const Json& value, const Place& place) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > longest_text)
        refuse(place, value, fmt::format("a text of at most {} bytes", longest_text));
    return value.get<std::string>();
}

// Lists are comma-separated texts in the table.
std::string joined(const Json& value, ParameterType type, const Place& place) {
    std::string text;
    for (std::size_t i = 0; i < list(value, place).size(); ++i) {
        const Json& element = value[i];
        if (i > 0) text += ',';
        if (type == ParameterType::integers && element.is_number_integer())
            text += element.dump();
        else if (type == ParameterType::paths && element.is_string() &&
                 element.get_ref<const std::string&>().find(',') == std::string::npos)
            text += element.get_ref<const std::string&>();
        else
            refuse(place.at(i), element,
                   type == ParameterType::integers ? "an integer" : "a path without a comma");
    }
    return text;
}

Value read_value(const Json& value, const Parameter& parameter, const Place& place) {
    if (parameter.type == ParameterType::integers || parameter.type == ParameterType::paths)
        return checked(parameter, place.text(), joined(value, parameter.type, place));
    const bool wants_text = parameter.type == ParameterType::choice ||
                            parameter.type == ParameterType::text ||
                            parameter.type == ParameterType::path;
    if (wants_text && value.is_string())
        return checked(parameter, place.text(), value.get<std::string>());
    if (parameter.type == ParameterType::boolean && value.is_boolean())
        return checked(parameter, place.text(), value.get<bool>());
    if (!wants_text && value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return checked(parameter, place.text(), value.get<double>());
    if (!wants_text && value.is_number_integer())
        return checked(parameter, place.text(), value.get<std::int64_t>());
    if (!wants_text && value.is_number_float())
        return checked(parameter, place.text(), value.get<double>());
    refuse(place, value, allowed(parameter));
}

// Refuses what could not be read again: a number that is not finite would become null.
Json value_to_json(const Value& unchecked, const Parameter& parameter, std::string_view where) {
    const Value value = checked(parameter, where, unchecked);
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
    if (const auto* real = std::get_if<double>(&value)) return *real;
    const auto& text = std::get<std::string>(value);
    if (parameter.type != ParameterType::integers && parameter.type != ParameterType::paths)
        return text;
    Json elements = Json::array();
    if (text.empty()) return elements;
    for (const std::string_view part : split(text, ',')) {
        const std::string element(part);
        if (parameter.type == ParameterType::integers)
            elements.push_back(std::stoi(element));
        else
            elements.push_back(element);
    }
    return elements;
}

// ---- groups of the table ----

// The keys one level below `group` ("" or "network"): "network" itself, or "depth".
std::vector<std::string> keys_below(std::string_view group) {
    std::vector<std::string> keys;
    for (const auto& field : experiment_fields()) {
        std::string_view key = field.parameter.key;
        if (!group.empty()) {
            if (!key.starts_with(group) || key.size() <= group.size() || key[group.size()] != '.')
                continue;
            key.remove_prefix(group.size() + 1);
        }
        const std::string first(key.substr(0, key.find('.')));
        if (keys.empty() || keys.back() != first) keys.push_back(first);
    }
    return keys;
}

const Json* find(const Json& tree, const std::string& key) {
    const auto found = tree.find(key);
    return found == tree.end() ? nullptr : &*found;
}

Experiment read_experiment(const Json& tree, const Place& place) {
    check_keys(tree, keys_below(""), place);
    Experiment experiment;
    // In the table's order: what pulls other fields along comes first.
    for (const auto& field : experiment_fields()) {
        const std::string key(field.parameter.key);
        const std::size_t dot = key.find('.');
        const Json* group = &tree;
        Place at = place;
        if (dot != std::string::npos) {
            const std::string name = key.substr(0, dot);
            group = find(tree, name);
            if (!group) continue;
            at = place.at(name);
            check_keys(*group, keys_below(name), at);
        }
        const std::string leaf = key.substr(dot == std::string::npos ? 0 : dot + 1);
        if (const Json* value = find(*group, leaf))
            field.write(experiment, read_value(*value, field.parameter, at.at(leaf)));
    }
    if (const Json* network = find(tree, "network"))
        if (const Json* depth = find(*network, "depth");
            depth && *depth != experiment.network.depth)
            throw Error(place.at("network.widths").text(),
                        fmt::format("{} widths contradict a depth of {}",
                                    experiment.network.widths.size(), depth->dump()),
                        "give depth + 1 widths, input first, or none");
    return experiment;
}

Json experiment_to_json(const Experiment& experiment) {
    Json tree = Json::object();
    for (const auto& field : experiment_fields()) {
        const std::string key(field.parameter.key);
        const std::size_t dot = key.find('.');
        Json value = value_to_json(field.read(experiment), field.parameter, key);
        if (dot == std::string::npos)
            tree[key] = std::move(value);
        else
            tree[key.substr(0, dot)][key.substr(dot + 1)] = std::move(value);
    }
    return tree;
}

// ---- recipes ----

OptimizerSpec read_optimizer(const Json& tree, OptimizerSpec optimizer, const Place& place) {
    std::vector<std::string> known;
    for (const auto& field : optimizer_fields()) known.emplace_back(field.parameter.key);
    check_keys(tree, known, place);
    for (const auto& field : optimizer_fields())
        if (const Json* value = find(tree, std::string(field.parameter.key)))
            field.write(optimizer, read_value(*value, field.parameter,
                                              place.at(std::string(field.parameter.key))));
    return optimizer;
}

Json optimizer_to_json(const OptimizerSpec& optimizer) {
    Json tree = Json::object();
    for (const auto& field : optimizer_fields())
        if (is_written(optimizer, field))
            tree[std::string(field.parameter.key)] =
                value_to_json(field.read(optimizer), field.parameter, field.parameter.key);
    return tree;
}

int read_layer(const Json& value, const Place& place) {
    if (!value.is_number_integer() || value < 1 || value > 16)
        refuse(place, value, "a layer's number, an integer from 1 to 16");
    return value.get<int>();
}

std::vector<std::optional<OptimizerSpec>> read_layer_optimizers(const Json& tree,
                                                                const OptimizerSpec& of_phase,
                                                                const Place& place) {
    std::vector<std::string> layers;
    for (int layer = 1; layer <= 16; ++layer) layers.push_back(std::to_string(layer));
    check_keys(tree, layers, place);
    std::vector<std::optional<OptimizerSpec>> optimizers;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (const Json* value = find(tree, layers[i])) {
            optimizers.resize(i + 1);
            optimizers[i] = read_optimizer(*value, of_phase, place.at(layers[i]));
        }
    return optimizers;
}

double read_bound(const Json& value, const Place& place) {
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
        refuse(place, value, "a number of at least 0");
    return value.get<double>();
}

Until read_until(const Json& tree, const Place& place) {
    check_keys(tree, {"steps", "loss", "relative_error"}, place);
    Until until;
    if (const Json* value = find(tree, "steps")) {
        if (!value->is_number_integer() || *value < 1 || *value > most_steps)
            refuse(place.at("steps"), *value, fmt::format("an integer from 1 to {}", most_steps));
        until.steps = value->get<std::int64_t>();
    }
    if (const Json* value = find(tree, "loss")) until.loss = read_bound(*value, place.at("loss"));
    if (const Json* value = find(tree, "relative_error"))
        until.relative_error = read_bound(*value, place.at("relative_error"));
    return until;
}

Json until_to_json(const Until& until) {
    Json tree = Json::object();
    if (until.steps) tree["steps"] = *until.steps;
    if (until.loss) tree["loss"] = *until.loss;
    if (until.relative_error) tree["relative_error"] = *until.relative_error;
    read_until(tree, {"spec", "until"});  // refuses what could not be read again
    return tree;
}

Phase read_phase(const Json& tree, const Place& place) {
    check_keys(tree, {"name", "layers", "objective", "optimizer", "layer_optimizers", "until"},
               place);
    Phase phase;
    if (const Json* value = find(tree, "name")) phase.name = read_text(*value, place.at("name"));
    if (const Json* value = find(tree, "layers")) {
        const Place at = place.at("layers");
        for (std::size_t i = 0; i < list(*value, at).size(); ++i)
            phase.layers.push_back(read_layer((*value)[i], at.at(i)));
    }
    if (const Json* value = find(tree, "objective")) {
        if (*value == "layer_target")
            phase.objective = Objective::layer_target;
        else if (*value != "network")
            refuse(place.at("objective"), *value, "one of network, layer_target");
    }
    if (const Json* value = find(tree, "optimizer"))
        phase.optimizer = read_optimizer(*value, {}, place.at("optimizer"));
    if (const Json* value = find(tree, "layer_optimizers"))
        phase.layer_optimizers =
            read_layer_optimizers(*value, phase.optimizer, place.at("layer_optimizers"));
    if (const Json* value = find(tree, "until"))
        phase.until = read_until(*value, place.at("until"));
    return phase;
}

Json phase_to_json(const Phase& phase) {
    Json tree = Json::object();
    tree["name"] = phase.name;
    tree["layers"] = phase.layers;
    tree["objective"] = phase.objective == Objective::network ? "network" : "layer_target";
    tree["optimizer"] = optimizer_to_json(phase.optimizer);
    Json own = Json::object();
    for (std::size_t i = 0; i < phase.layer_optimizers.size(); ++i)
        if (phase.layer_optimizers[i])
            own[std::to_string(i + 1)] = optimizer_to_json(*phase.layer_optimizers[i]);
    tree["layer_optimizers"] = std::move(own);
    tree["until"] = until_to_json(phase.until);
    return tree;
}

Recipe read_recipe(const Json& tree, const Place& place) {
    check_keys(tree, {"name", "phases", "repeats", "until"}, place);
    Recipe recipe;
    if (const Json* value = find(tree, "name")) recipe.name = read_text(*value, place.at("name"));
    if (const Json* value = find(tree, "phases")) {
        const Place at = place.at("phases");
        recipe.phases.clear();
        for (std::size_t i = 0; i < list(*value, at).size(); ++i)
            recipe.phases.push_back(read_phase((*value)[i], at.at(i)));
    }
    if (const Json* value = find(tree, "repeats")) {
        if (!value->is_boolean()) refuse(place.at("repeats"), *value, "true or false");
        recipe.repeats = value->get<bool>();
    }
    if (const Json* value = find(tree, "until"))
        recipe.until = read_until(*value, place.at("until"));
    return recipe;
}

Json recipe_to_json(const Recipe& recipe) {
    Json tree = Json::object();
    tree["name"] = recipe.name;
    tree["phases"] = Json::array();
    for (const Phase& phase : recipe.phases) tree["phases"].push_back(phase_to_json(phase));
    tree["repeats"] = recipe.repeats;
    tree["until"] = until_to_json(recipe.until);
    return tree;
}

void check_version(const Json& tree, const Place& place) {
    const Json* version = find(tree, "version");
    if (!version)
        throw Error(place.at("version").text(), "is missing",
                    fmt::format("begin with \"version\": {}", Spec::current_version));
    if (*version != Spec::current_version)
        refuse(place.at("version"), *version,
               fmt::format("{}, which is all this program reads", Spec::current_version));
}

}  // namespace

Spec spec_from_json(std::string_view text, std::string_view source) {
    return spec_from_tree(parse_json(text, source, most_bytes), source);
}

Spec spec_from_tree(const Json& tree, std::string_view source) {
    const Place place{source, ""};
    if (object(tree, place).contains("spec") && tree.contains("log"))
        throw Error(std::string(source), "is a session file, not a spec",
                    "type `muonscope replay " + shell_word(source) + "`");
    check_version(tree, place);
    check_keys(tree, {"version", "name", "title", "about", "experiment", "lanes"}, place);
    Spec spec;
    if (const Json* value = find(tree, "name")) spec.name = read_text(*value, place.at("name"));
    if (const Json* value = find(tree, "title")) spec.title = read_text(*value, place.at("title"));
    if (const Json* value = find(tree, "about")) spec.about = read_text(*value, place.at("about"));
    if (const Json* value = find(tree, "experiment"))
        spec.experiment = read_experiment(*value, place.at("experiment"));
    if (const Json* value = find(tree, "lanes")) {
        const Place at = place.at("lanes");
        for (std::size_t i = 0; i < list(*value, at).size(); ++i)
            spec.lanes.push_back(read_recipe((*value)[i], at.at(i)));
    }
    validate(spec, source);
    return spec;
}

std::string to_json(const Spec& spec) {
    Json tree = Json::object();
    tree["version"] = Spec::current_version;
    tree["name"] = spec.name;
    tree["title"] = spec.title;
    tree["about"] = spec.about;
    tree["experiment"] = experiment_to_json(spec.experiment);
    tree["lanes"] = Json::array();
    for (const Recipe& recipe : spec.lanes) tree["lanes"].push_back(recipe_to_json(recipe));
    return tree.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Spec read_spec_file(const std::string& path) {
    return spec_from_json(read_file(path, most_bytes), path);
}

}  // namespace muonscope

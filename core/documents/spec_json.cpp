#include "core/documents/spec_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameter_table.h"
#include "core/formats/files.h"
#include "core/formats/json_node.h"
#include "core/formats/json_text.h"

namespace muonscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_bytes = std::size_t{16} << 20;
constexpr int most_layers = 16;  // of a chain
constexpr std::int64_t most_steps = 1'000'000'000'000;

// ---- single values ----

// Lists are comma-separated texts in the table.
std::string joined(const JsonNode& node, ParameterType type) {
    std::string text;
    bool first = true;
    for (const JsonNode& element : node.elements()) {
        if (!std::exchange(first, false)) text += ',';
        const Json& value = element.value();
        if (type == ParameterType::integers && value.is_number_integer())
            text += value.dump();
        else if (type == ParameterType::paths && value.is_string() &&
                 value.get_ref<const std::string&>().find(',') == std::string::npos)
            text += value.get_ref<const std::string&>();
        else
            element.refuse(type == ParameterType::integers ? "an integer"
                                                           : "a path without a comma");
    }
    return text;
}

Value read_value(const JsonNode& node, const Parameter& parameter) {
    const Json& value = node.value();
    const std::string place = node.place().text();
    if (parameter.type == ParameterType::integers || parameter.type == ParameterType::paths)
        return checked(parameter, place, joined(node, parameter.type));
    const bool wants_text = parameter.type == ParameterType::choice ||
                            parameter.type == ParameterType::text ||
                            parameter.type == ParameterType::path;
    if (wants_text && value.is_string()) return checked(parameter, place, value.get<std::string>());
    if (parameter.type == ParameterType::boolean && value.is_boolean())
        return checked(parameter, place, value.get<bool>());
    if (!wants_text && value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return checked(parameter, place, value.get<double>());
    if (!wants_text && value.is_number_integer())
        return checked(parameter, place, value.get<std::int64_t>());
    if (!wants_text && value.is_number_float())
        return checked(parameter, place, value.get<double>());
    node.refuse(allowed(parameter));
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

Experiment read_experiment(const JsonNode& tree) {
    tree.check_keys(keys_below(""));
    Experiment experiment;
    // In the table's order: what pulls other fields along comes first.
    for (const auto& field : experiment_fields()) {
        const std::string key(field.parameter.key);
        const std::size_t dot = key.find('.');
        std::optional<JsonNode> group = tree;
        if (dot != std::string::npos) {
            const std::string name = key.substr(0, dot);
            group = tree.find(name);
            if (!group) continue;
            group->check_keys(keys_below(name));
        }
        if (const auto node = group->find(key.substr(dot == std::string::npos ? 0 : dot + 1)))
            field.write(experiment, read_value(*node, field.parameter));
    }
    if (const auto network = tree.find("network"))
        if (const auto depth = network->find("depth");
            depth && depth->value() != experiment.network.depth)
            throw Error(network->place().at("widths").text(),
                        fmt::format("{} widths contradict a depth of {}",
                                    experiment.network.widths.size(), depth->value().dump()),
                        "give depth + 1 widths, input first, or none");
    return experiment;
}

Json experiment_to_json(const Experiment& experiment) {
    Json tree = Json::object();
    for (const auto& field : experiment_fields()) {
        if (!is_written(experiment, field)) continue;
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

OptimizerSpec read_optimizer(const JsonNode& tree, OptimizerSpec optimizer) {
    std::vector<std::string> known;
    for (const auto& field : optimizer_fields()) known.emplace_back(field.parameter.key);
    tree.check_keys(known);
    for (const auto& field : optimizer_fields())
        if (const auto node = tree.find(std::string(field.parameter.key)))
            field.write(optimizer, read_value(*node, field.parameter));
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

// What a key of layer_optimizers may be, groups first: a matrix's own comes after and counts.
std::vector<std::string> layer_names(const Experiment& experiment) {
    std::vector<std::string> names;
    for (const MatrixGroup& group : matrix_groups(experiment)) names.push_back(group.slug);
    if (is_transformer(experiment))
        for (const MatrixInfo& matrix : matrices_of(experiment)) names.push_back(matrix.slug);
    // Of a chain those that there may be: validate() says which there are.
    const int most = is_transformer(experiment) ? count_of_matrices(experiment) : most_layers;
    for (int layer = 1; layer <= most; ++layer) names.push_back(std::to_string(layer));
    return names;
}

std::vector<std::optional<OptimizerSpec>> read_layer_optimizers(const JsonNode& tree,
                                                                const Experiment& experiment,
                                                                const OptimizerSpec& of_phase) {
    const std::vector<std::string> names = layer_names(experiment);
    tree.check_keys(names);
    std::vector<std::optional<OptimizerSpec>> optimizers;
    for (const std::string& name : names) {
        const auto node = tree.find(name);
        if (!node) continue;
        const OptimizerSpec read = read_optimizer(*node, of_phase);
        std::vector<int> numbers = matrices_called(experiment, name);
        if (numbers.empty()) numbers.push_back(std::stoi(name));  // beyond the last
        for (const int number : numbers) {
            if (optimizers.size() < std::size_t(number)) optimizers.resize(std::size_t(number));
            optimizers[std::size_t(number) - 1] = read;
        }
    }
    return optimizers;
}

double read_bound(const JsonNode& node) {
    const Json& value = node.value();
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
        node.refuse("a number of at least 0");
    return value.get<double>();
}

Until read_until(const JsonNode& tree) {
    tree.check_keys({"steps", "loss", "relative_error"});
    Until until;
    if (const auto node = tree.find("steps"))
        until.steps =
            node->integer(1, most_steps, fmt::format("an integer from 1 to {}", most_steps));
    if (const auto node = tree.find("loss")) until.loss = read_bound(*node);
    if (const auto node = tree.find("relative_error")) until.relative_error = read_bound(*node);
    return until;
}

Json until_to_json(const Until& until) {
    Json tree = Json::object();
    if (until.steps) tree["steps"] = *until.steps;
    if (until.loss) tree["loss"] = *until.loss;
    if (until.relative_error) tree["relative_error"] = *until.relative_error;
    read_until(JsonNode(tree, {"spec", "until"}));  // refuses what could not be read again
    return tree;
}

Phase read_phase(const JsonNode& tree, const Experiment& experiment) {
    tree.check_keys({"name", "layers", "objective", "optimizer", "layer_optimizers", "until"});
    Phase phase;
    if (const auto node = tree.find("name")) phase.name = node->text();
    const int most = is_transformer(experiment) ? count_of_matrices(experiment) : most_layers;
    if (const auto node = tree.find("layers"))
        for (const JsonNode& layer : node->elements())
            phase.layers.push_back(static_cast<int>(layer.integer(
                1, most, fmt::format("a layer's number, an integer from 1 to {}", most))));
    if (const auto node = tree.find("objective")) {
        if (node->value() == "layer_target")
            phase.objective = Objective::layer_target;
        else if (node->value() != "network")
            node->refuse("one of network, layer_target");
    }
    if (const auto node = tree.find("optimizer")) phase.optimizer = read_optimizer(*node, {});
    if (const auto node = tree.find("layer_optimizers"))
        phase.layer_optimizers = read_layer_optimizers(*node, experiment, phase.optimizer);
    if (const auto node = tree.find("until")) phase.until = read_until(*node);
    return phase;
}

Json phase_to_json(const Phase& phase, const Experiment& experiment) {
    Json tree = Json::object();
    tree["name"] = phase.name;
    tree["layers"] = phase.layers;
    tree["objective"] = phase.objective == Objective::network ? "network" : "layer_target";
    tree["optimizer"] = optimizer_to_json(phase.optimizer);
    Json own = Json::object();
    const std::vector<MatrixInfo> matrices = matrices_of(experiment);
    for (std::size_t i = 0; i < phase.layer_optimizers.size(); ++i)
        if (phase.layer_optimizers[i])
            own[is_transformer(experiment) && i < matrices.size() ? matrices[i].slug
                                                                  : std::to_string(i + 1)] =
                optimizer_to_json(*phase.layer_optimizers[i]);
    tree["layer_optimizers"] = std::move(own);
    tree["until"] = until_to_json(phase.until);
    return tree;
}

Recipe read_recipe(const JsonNode& tree, const Experiment& experiment) {
    tree.check_keys({"name", "phases", "repeats", "until"});
    Recipe recipe;
    if (const auto node = tree.find("name")) recipe.name = node->text();
    if (const auto node = tree.find("phases")) {
        recipe.phases.clear();
        for (const JsonNode& phase : node->elements())
            recipe.phases.push_back(read_phase(phase, experiment));
    }
    if (const auto node = tree.find("repeats")) recipe.repeats = node->flag();
    if (const auto node = tree.find("until")) recipe.until = read_until(*node);
    return recipe;
}

Json recipe_to_json(const Recipe& recipe, const Experiment& experiment) {
    Json tree = Json::object();
    tree["name"] = recipe.name;
    tree["phases"] = Json::array();
    for (const Phase& phase : recipe.phases)
        tree["phases"].push_back(phase_to_json(phase, experiment));
    tree["repeats"] = recipe.repeats;
    tree["until"] = until_to_json(recipe.until);
    return tree;
}

void check_version(const JsonNode& tree) {
    const auto version = tree.find("version");
    if (!version)
        throw Error(tree.place().at("version").text(), "is missing",
                    fmt::format("begin with \"version\": {}", Spec::current_version));
    if (version->value() != Spec::current_version)
        version->refuse(fmt::format("{}, which is all this program reads", Spec::current_version));
}

}  // namespace

Spec spec_from_json(std::string_view text, std::string_view source) {
    return spec_from_tree(parse_json(text, source, {most_bytes}), source);
}

Spec spec_from_tree(const Json& json, std::string_view source) {
    const JsonNode tree(json, {source, ""});
    if (!json.is_object()) tree.refuse("an object: {\"key\": value, …}");
    if (tree.find("spec") && tree.find("log"))
        throw Error(std::string(source), "is a session file, not a spec",
                    "type `muonscope replay " + shell_word(source) + "`");
    check_version(tree);
    tree.check_keys({"version", "name", "title", "about", "experiment", "lanes"});
    Spec spec;
    if (const auto node = tree.find("name")) spec.name = node->text();
    if (const auto node = tree.find("title")) spec.title = node->text();
    if (const auto node = tree.find("about")) spec.about = node->text();
    if (const auto node = tree.find("experiment")) spec.experiment = read_experiment(*node);
    if (const auto node = tree.find("lanes"))
        for (const JsonNode& lane : node->elements())
            spec.lanes.push_back(read_recipe(lane, spec.experiment));
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
    for (const Recipe& recipe : spec.lanes)
        tree["lanes"].push_back(recipe_to_json(recipe, spec.experiment));
    return tree.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Spec read_spec_file(const std::string& path) {
    return spec_from_json(read_file(path, most_bytes), path);
}

}  // namespace muonscope

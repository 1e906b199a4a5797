#include "core/experiment/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/split.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameter_table.h"

namespace muonscope {
namespace {

constexpr std::string_view see_params = "`muonscope params` lists every key";

// ---- text to value ----

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const char* end = text.data() + text.size();
    const auto [stopped, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc() || stopped != end || text.empty()) return std::nullopt;
    return value;
}

// A number as a person types it: 0.02, 1e-3, +3, 0,02 with a decimal comma, 5%, −1 with a minus
// sign. Nothing where it could mean two things (1,000) or is none.
std::optional<double> typed_number(std::string_view word) {
    std::string plain(word);
    double unit = 1;
    if (plain.ends_with('%')) {
        plain = trimmed(std::string_view(plain).substr(0, plain.size() - 1));
        unit = 100;
    }
    constexpr std::string_view minus = "−";
    if (plain.starts_with(minus)) plain.replace(0, minus.size(), "-");
    if (plain.starts_with('+')) plain.erase(0, 1);
    const std::size_t comma = plain.find(',');
    if (comma != std::string::npos) {
        const std::size_t digits =
            std::string_view(plain).substr(comma + 1).find_first_not_of("0123456789");
        const std::size_t behind = std::min(digits, plain.size() - comma - 1);
        const bool thousands =
            behind == 3 && std::abs(number<double>(plain.substr(0, comma)).value_or(1)) > 0;
        if (thousands || plain.find('.') != std::string::npos) return std::nullopt;
        plain[comma] = '.';  // a second comma is refused as no number
    }
    const auto value = number<double>(plain);
    if (!value) return std::nullopt;
    return *value / unit;
}

std::vector<std::string_view> elements_of(std::string_view text) {
    if (trimmed(text).empty()) return {};
    std::vector<std::string_view> elements = split(text, ',');
    for (std::string_view& element : elements) element = trimmed(element);
    return elements;
}

// Continuation bytes where they belong and no control characters: what JSON and a table can hold.
bool is_printable_utf8(std::string_view text) {
    int expected = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (expected > 0) {
            if ((byte & 0xc0) != 0x80) return false;
            --expected;
        } else if (byte < 0x20 || byte == 0x7f) {
            return false;
        } else if (byte >= 0x80) {
            if (byte >= 0xc2 && byte <= 0xdf)
                expected = 1;
            else if (byte >= 0xe0 && byte <= 0xef)
                expected = 2;
            else if (byte >= 0xf0 && byte <= 0xf4)
                expected = 3;
            else
                return false;
        }
    }
    return expected == 0;
}

[[noreturn]] void refuse(const Parameter& parameter, std::string_view where,
                         const std::string& found) {
    throw Error(std::string(where), found + " is not allowed", "give " + allowed(parameter));
}

std::string shown(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text);
    return to_text(value);
}

// ---- checks, one a type ----

// Bounds of integers are whole; compared as such, because 2^53 + 1 as a double is 2^53.
bool is_within(std::int64_t value, const Parameter& parameter) {
    return value >= static_cast<std::int64_t>(parameter.min) &&
           value <= static_cast<std::int64_t>(parameter.max);
}

Value checked_integer(const Parameter& parameter, std::string_view where, const Value& value) {
    std::optional<std::int64_t> integer;
    if (const auto* given = std::get_if<std::int64_t>(&value)) integer = *given;
    // 1e6 is an integer too.
    if (const auto* real = std::get_if<double>(&value))
        if (std::abs(*real) <= 9007199254740992.0 && *real == std::floor(*real))
            integer = static_cast<std::int64_t>(*real);
    if (!integer || !is_within(*integer, parameter)) refuse(parameter, where, shown(value));
    return *integer;
}

Value checked_real(const Parameter& parameter, std::string_view where, const Value& value) {
    std::optional<double> real;
    if (const auto* given = std::get_if<double>(&value)) real = *given;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        real = static_cast<double>(*integer);
    if (!real || !std::isfinite(*real) || *real < parameter.min || *real > parameter.max)
        refuse(parameter, where, shown(value));
    return *real;
}

Value checked_choice(const Parameter& parameter, std::string_view where, const std::string& slug) {
    // A hyphen does for an underscore.
    std::string written = slug;
    std::replace(written.begin(), written.end(), '-', '_');
    for (const Choice& choice : parameter.choices)
        if (choice.slug == slug || choice.slug == written) return std::string(choice.slug);
    refuse(parameter, where, in_quotes(slug));
}

Value checked_integers(const Parameter& parameter, std::string_view where,
                       const std::string& text) {
    std::string result;
    const auto elements = elements_of(text);
    for (const std::string_view element : elements) {
        const auto integer = number<std::int64_t>(element);
        if (!integer || !is_within(*integer, parameter))
            refuse(parameter, where, in_quotes(element) + " in " + in_quotes(text));
        if (!result.empty()) result += ',';
        result += std::to_string(*integer);
    }
    if (!elements.empty() &&
        (elements.size() < parameter.fewest || elements.size() > parameter.most))
        refuse(parameter, where, fmt::format("a list of {} numbers", elements.size()));
    return result;
}

Value checked_paths(const Parameter& parameter, std::string_view where, const std::string& text) {
    std::string result;
    const auto elements = elements_of(text);
    for (const std::string_view element : elements) {
        if (element.empty()) refuse(parameter, where, in_quotes(text));
        if (!result.empty()) result += ',';
        result += element;
    }
    if (elements.size() > 16)
        refuse(parameter, where, fmt::format("a list of {} files", elements.size()));
    return result;
}

// ---- paths ----

struct Path {
    enum class Kind { experiment, optimizer, lane_name };
    Kind kind = Kind::experiment;
    std::string_view whole;
    std::string_view key;   // as in the table
    std::string_view lane;  // index or name; empty: every lane
    std::optional<int> phase;
    std::string_view layer;  // number or name; empty: every one
};

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::vector<std::string> all_keys() {
    std::vector<std::string> keys;
    for (const Parameter& parameter : experiment_parameters()) keys.emplace_back(parameter.key);
    for (const Parameter& parameter : optimizer_parameters())
        keys.push_back("optimizer." + std::string(parameter.key));
    return keys;
}

std::string remedy(std::string_view key, std::span<const std::string> candidates) {
    const std::string near = did_you_mean(key, candidates);
    return (near.empty() ? "" : near + " ") + std::string(see_params);
}

[[noreturn]] void unknown(std::string_view path) {
    const std::vector<std::string> keys = all_keys();
    throw Error(in_quotes(path), "no parameter has this name", remedy(path, keys));
}

[[noreturn]] void malformed(std::string_view path) {
    throw Error(in_quotes(path), "this is not the path of a parameter",
                "write lanes.LANE.optimizer.KEY, lanes.LANE.phases.PHASE.optimizer.KEY, "
                "lanes.LANE.layers.LAYER.optimizer.KEY or lanes.LANE.name");
}

int take_index(std::string_view& rest, std::string_view path) {
    const std::size_t dot = rest.find('.');
    const auto index = number<int>(rest.substr(0, dot));
    if (dot == std::string_view::npos || !index || *index < 0) malformed(path);
    rest.remove_prefix(dot + 1);
    return *index;
}

std::string_view take_word(std::string_view& rest, std::string_view path) {
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos || dot == 0) malformed(path);
    const std::string_view word = rest.substr(0, dot);
    rest.remove_prefix(dot + 1);
    return word;
}

Path parse_path(std::string_view text) {
    Path path;
    path.whole = text;
    std::string_view rest = text;
    if (take(rest, "lanes.")) {
        // A lane's name may hold dots itself, so look for what follows it.
        std::size_t end = std::string_view::npos;
        for (const std::string_view follows : {".optimizer.", ".phases.", ".layers."})
            end = std::min(end, rest.find(follows));
        if (end == std::string_view::npos && rest.ends_with(".name")) {
            path.kind = Path::Kind::lane_name;
            path.lane = rest.substr(0, rest.size() - 5);
            path.key = "name";
            return path;
        }
        if (end == std::string_view::npos || end == 0) malformed(text);
        path.lane = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (take(rest, "phases.")) path.phase = take_index(rest, text);
        if (take(rest, "layers.")) path.layer = take_word(rest, text);
        if (!rest.starts_with("optimizer.")) malformed(text);
    }
    if (take(rest, "optimizer.")) path.kind = Path::Kind::optimizer;
    path.key = rest;
    return path;
}

template <class Owner>
const Field<Owner>* find(std::span<const Field<Owner>> fields, std::string_view key) {
    for (const Field<Owner>& field : fields)
        if (field.parameter.key == key) return &field;
    return nullptr;
}

const Field<Experiment>& experiment_field(std::string_view key, std::string_view path) {
    const auto* field = find(experiment_fields(), key);
    if (!field) unknown(path);
    return *field;
}

const Field<OptimizerSpec>& optimizer_field(std::string_view key, std::string_view path) {
    if (const auto* field = find(optimizer_fields(), key)) return *field;
    std::vector<std::string> keys;
    for (const Parameter& parameter : optimizer_parameters()) keys.emplace_back(parameter.key);
    throw Error(in_quotes(path), "optimisers have no parameter " + in_quotes(key),
                remedy(key, keys));
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::vector<int> lanes_of(const Spec& spec, const Path& path) {
    std::vector<int> lanes;
    const int count = static_cast<int>(spec.lanes.size());
    const auto index = number<int>(path.lane);
    for (int i = 0; i < count; ++i)
        if (path.lane.empty() || index == i || equal_without_case(spec.lanes[i].name, path.lane))
            lanes.push_back(i);
    if (!lanes.empty()) return lanes;
    std::string names;
    for (int i = 0; i < count; ++i)
        names += fmt::format("{}{} ({})", i ? ", " : "", i, spec.lanes[i].name);
    throw Error(in_quotes(path.whole), "there is no lane " + in_quotes(path.lane),
                names.empty() ? "give the spec a lane" : "the lanes are " + names);
}

// The phases of a recipe that the path speaks of; with a layer, of those only where it trains
// (or all, when it trains nowhere).
std::vector<int> phases_of(const Recipe& recipe, const Path& path) {
    const int count = static_cast<int>(recipe.phases.size());
    if (path.phase && *path.phase >= count)
        throw Error(in_quotes(path.whole), fmt::format("there is no phase {}", *path.phase),
                    fmt::format("lane {} has {} phase{}, counted from 0", in_quotes(recipe.name),
                                count, count == 1 ? "" : "s"));
    std::vector<int> phases;
    for (int i = 0; i < count; ++i)
        if (!path.phase || *path.phase == i) phases.push_back(i);
    return phases;
}

// Empty where the path names none.
std::vector<int> layers_of(const Spec& spec, const Path& path) {
    if (path.layer.empty()) return {};
    std::vector<int> layers = matrices_called(spec.experiment, path.layer);
    if (layers.empty())
        throw Error(
            in_quotes(path.whole), fmt::format("there is no layer {}", path.layer),
            is_transformer(spec.experiment)
                ? "give one of " + names_of_matrices(spec.experiment)
                : fmt::format("layers are counted from {}", names_of_matrices(spec.experiment)));
    return layers;
}

void forget_layers_beyond_the_last(Spec& spec) {
    const std::size_t count = count_of_matrices(spec.experiment);
    for (Recipe& recipe : spec.lanes)
        for (Phase& phase : recipe.phases)
            if (phase.layer_optimizers.size() > count) phase.layer_optimizers.resize(count);
}

// Numbers mean other matrices in another model, so what was chosen for them is forgotten.
void follow_the_matrices(Spec& spec, const Experiment& before) {
    if (before.model != spec.experiment.model)
        for (Recipe& recipe : spec.lanes)
            for (Phase& phase : recipe.phases) {
                phase.layer_optimizers.clear();
                phase.layers.clear();
                phase.objective = Objective::network;
            }
    forget_layers_beyond_the_last(spec);
}

void set_optimizers(Spec& spec, const Path& path, const Value& value) {
    const auto& field = optimizer_field(path.key, path.whole);
    const Value good = checked(field.parameter, path.whole, value);
    const std::vector<int> layers = layers_of(spec, path);
    const std::vector<int> lanes = lanes_of(spec, path);
    // Look everything up before the first change: an error leaves the spec as it was.
    for (const int lane : lanes) phases_of(spec.lanes[lane], path);
    for (const int lane : lanes) {
        Recipe& recipe = spec.lanes[lane];
        for (const int index : phases_of(recipe, path)) {
            Phase& phase = recipe.phases[index];
            for (const int number : layers) {
                const std::size_t layer = number;
                if (phase.layer_optimizers.size() < layer) phase.layer_optimizers.resize(layer);
                auto& own = phase.layer_optimizers[layer - 1];
                if (!own) own = phase.optimizer;
                field.write(*own, good);
            }
            if (layers.empty()) {
                field.write(phase.optimizer, good);
                for (auto& own : phase.layer_optimizers)
                    if (own) field.write(*own, good);
            }
        }
    }
}

}  // namespace

const Parameter& parameter_at(std::string_view text) {
    const Path path = parse_path(text);
    switch (path.kind) {
        case Path::Kind::lane_name:
            return lane_name_parameter();
        case Path::Kind::optimizer:
            return optimizer_field(path.key, text).parameter;
        case Path::Kind::experiment:
            break;
    }
    return experiment_field(path.key, text).parameter;
}

Value get(const Spec& spec, std::string_view text) {
    const Path path = parse_path(text);
    if (path.kind == Path::Kind::experiment)
        return experiment_field(path.key, text).read(spec.experiment);
    const auto& recipe = spec.lanes[lanes_of(spec, path).front()];
    if (path.kind == Path::Kind::lane_name) return recipe.name;
    const auto& field = optimizer_field(path.key, text);
    const std::vector<int> layers = layers_of(spec, path);
    const std::vector<int> phases = phases_of(recipe, path);
    if (phases.empty())
        throw Error(in_quotes(text), "lane " + in_quotes(recipe.name) + " has no phase",
                    "give it one");
    const Phase& phase = recipe.phases[phases.front()];
    return field.read(layers.empty() ? phase.optimizer : optimizer_of(phase, layers.front()));
}

void set(Spec& spec, std::string_view text, const Value& value) {
    const Path path = parse_path(text);
    switch (path.kind) {
        case Path::Kind::lane_name: {
            const Value good = checked(lane_name_parameter(), text, value);
            for (const int lane : lanes_of(spec, path))
                spec.lanes[lane].name = std::get<std::string>(good);
            return;
        }
        case Path::Kind::optimizer:
            set_optimizers(spec, path, value);
            return;
        case Path::Kind::experiment:
            break;
    }
    const auto& field = experiment_field(path.key, text);
    const Experiment before = spec.experiment;
    field.write(spec.experiment, checked(field.parameter, text, value));
    follow_the_matrices(spec, before);
}

void set(Spec& spec, std::string_view path, std::string_view text) {
    set(spec, path, parse_value(parameter_at(path), path, text));
}

Value get(const OptimizerSpec& optimizer, std::string_view key) {
    return optimizer_field(key, key).read(optimizer);
}

void set(OptimizerSpec& optimizer, std::string_view key, const Value& value) {
    const auto& field = optimizer_field(key, key);
    field.write(optimizer, checked(field.parameter, key, value));
}

Value get(const Experiment& experiment, std::string_view key) {
    return experiment_field(key, key).read(experiment);
}

void set(Experiment& experiment, std::string_view key, const Value& value) {
    const auto& field = experiment_field(key, key);
    field.write(experiment, checked(field.parameter, key, value));
}

Value parse_value(const Parameter& parameter, std::string_view path, std::string_view text) {
    const std::string_view word = trimmed(text);
    switch (parameter.type) {
        case ParameterType::boolean:
            if (word == "true" || word == "on") return true;
            if (word == "false" || word == "off") return false;
            break;
        case ParameterType::integer:
        case ParameterType::real:
            if (const auto integer = number<std::int64_t>(word))
                return checked(parameter, path, *integer);
            if (const auto real = typed_number(word)) return checked(parameter, path, *real);
            break;
        case ParameterType::choice:
        case ParameterType::text:
        case ParameterType::path:
        case ParameterType::integers:
        case ParameterType::paths:
            return checked(parameter, path, std::string(word));
    }
    refuse(parameter, path, in_quotes(text));
}

Value checked(const Parameter& parameter, std::string_view where, const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text && !is_printable_utf8(*text)) refuse(parameter, where, in_quotes(*text));
    switch (parameter.type) {
        case ParameterType::boolean:
            if (text) return parse_value(parameter, where, *text);
            if (std::holds_alternative<bool>(value)) return value;
            break;
        case ParameterType::integer:
            if (text) return parse_value(parameter, where, *text);
            return checked_integer(parameter, where, value);
        case ParameterType::real:
            if (text) return parse_value(parameter, where, *text);
            return checked_real(parameter, where, value);
        case ParameterType::choice:
            if (text) return checked_choice(parameter, where, *text);
            break;
        case ParameterType::text:
            if (text && !text->empty() && text->size() <= 64) return value;
            break;
        case ParameterType::path:
            if (text && text->size() <= 4096) return value;
            break;
        case ParameterType::integers:
            if (text) return checked_integers(parameter, where, *text);
            break;
        case ParameterType::paths:
            if (text) return checked_paths(parameter, where, *text);
            break;
    }
    refuse(parameter, where, shown(value));
}

std::string to_text(const Value& value) {
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
    return std::get<std::string>(value);
}

std::string allowed(const Parameter& parameter) {
    const auto range = [&] {
        return fmt::format("from {:.16g} to {:.16g}", parameter.min, parameter.max);
    };
    switch (parameter.type) {
        case ParameterType::boolean:
            return "true or false";
        case ParameterType::integer:
            return "an integer " + range();
        case ParameterType::real:
            return "a number " + range();
        case ParameterType::choice: {
            std::string slugs;
            for (const Choice& choice : parameter.choices)
                slugs += (slugs.empty() ? "" : ", ") + std::string(choice.slug);
            return "one of " + slugs;
        }
        case ParameterType::text:
            return "a name of 1 to 64 bytes";
        case ParameterType::path:
            return "the path of a file";
        case ParameterType::integers:
            return fmt::format("nothing or {} to {} integers {}, separated by commas",
                               parameter.fewest, parameter.most, range());
        case ParameterType::paths:
            break;
    }
    return "up to 16 paths of files, separated by commas";
}

}  // namespace muonscope

#include <algorithm>
#include <utility>

#include "core/experiment/parameter_table.h"

// The table's rows as fields with their defaults, and what optimisers' files add to them.
namespace muonscope {
namespace {

using E = Experiment;
using O = OptimizerSpec;

// ---- what one kind alone has ----

Value read_own(const O& spec, const Described& parameter) {
    const double value = own_value(spec, parameter.key);
    if (parameter.type == ParameterType::boolean) return value != 0;
    if (parameter.type == ParameterType::integer) return static_cast<std::int64_t>(value);
    return value;
}

void write_own(O& spec, const Value& value, const Described& parameter) {
    double number = 0;
    if (const auto* boolean = std::get_if<bool>(&value)) number = *boolean ? 1 : 0;
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        number = static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) number = *real;
    // The default is what is not there.
    if (number == own_fallback(parameter.key))
        spec.own.erase(parameter.key);
    else
        spec.own.set(parameter.key, number);
}

Row<O> own_row(const OwnParameter& own) {
    Row<O> row = special<O>(own.key, own.label, read_own, write_own, own.help);
    row.type = own.type == OwnParameter::Type::boolean   ? ParameterType::boolean
               : own.type == OwnParameter::Type::integer ? ParameterType::integer
                                                         : ParameterType::real;
    if (own.type != OwnParameter::Type::boolean) {
        row.min = own.min;
        row.max = own.max;
        row.usual_min = own.usual_min;
        row.usual_max = own.usual_max;
    }
    row.scale = own.logarithmic ? ParameterScale::logarithmic : ParameterScale::linear;
    row.unit = own.unit;
    return row;
}

// ---- fields and parameters, from the rows ----

template <class Owner>
void add_field(std::vector<Field<Owner>>& fields, const Row<Owner>& row, const Owner& plain) {
    Field<Owner> field{{row, {}}, row};
    if (row.choices_from) field.parameter.choices = row.choices_from();
    field.parameter.fallback = field.read(plain);
    fields.push_back(std::move(field));
}

std::vector<Field<E>> make_experiment_fields() {
    std::vector<Field<E>> fields;
    for (const Row<E>& row : rows_of_the_experiment()) add_field(fields, row, E{});
    return fields;
}

std::vector<Field<O>> make_optimizer_fields() {
    std::vector<Field<O>> fields;
    for (const Row<O>& row : first_rows_of_optimizers()) add_field(fields, row, O{});
    const auto is_there = [&](std::string_view key) {
        return std::any_of(fields.begin(), fields.end(),
                           [&](const auto& field) { return field.parameter.key == key; });
    };
    for (std::size_t kind = 0; kind < optimizer_rules().size(); ++kind) {
        O plain;
        plain.kind = static_cast<OptimizerKind>(kind);
        for (const OwnParameter& own : rule_of(plain.kind).own)
            if (!is_there(own.key)) add_field(fields, own_row(own), plain);
    }
    for (const Row<O>& row : last_rows_of_optimizers()) add_field(fields, row, O{});
    return fields;
}

Parameter make_lane_name_parameter() {
    Parameter parameter;
    parameter.key = "name";
    parameter.label = "Name";
    parameter.type = ParameterType::text;
    parameter.effect = Effect::nothing;
    parameter.fallback = Recipe{}.name;
    parameter.help = "What the lane is called in tables and legends.";
    return parameter;
}

template <class Owner>
std::vector<Parameter> parameters_of(const std::vector<Field<Owner>>& fields) {
    std::vector<Parameter> parameters;
    for (const Field<Owner>& field : fields) parameters.push_back(field.parameter);
    return parameters;
}

struct Everything {
    std::vector<Field<E>> experiment_fields = make_experiment_fields();
    std::vector<Field<O>> optimizer_fields = make_optimizer_fields();
    std::vector<Parameter> experiment_parameters = parameters_of(experiment_fields);
    std::vector<Parameter> optimizer_parameters = parameters_of(optimizer_fields);
    Parameter lane_name = make_lane_name_parameter();
};

// Made when first asked for, which other constants do before main().
const Everything& everything() {
    static const Everything all;
    return all;
}

template <class Owner>
const Field<Owner>* find(const std::vector<Field<Owner>>& fields, std::string_view key) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return field.parameter.key == key; });
    return found == fields.end() ? nullptr : &*found;
}

bool is_own(const Field<O>& field) {
    return field.row.read == read_own;
}

bool has_kind(const Field<O>& field, const OptimizerRule& rule) {
    if (is_own(field)) return own_parameter(rule, field.parameter.key) != nullptr;
    return !field.row.uses || rule.uses.*field.row.uses;
}

bool is_of_the_model(const Field<E>& field, const Experiment& experiment) {
    return field.row.of_model !=
           (is_transformer(experiment) ? OfModel::chain : OfModel::transformer);
}

}  // namespace

template <>
bool Field<Experiment>::applies(const Experiment& experiment) const {
    return is_of_the_model(*this, experiment) &&
           (!row.applies_when || row.applies_when(experiment));
}
template <>
bool Field<OptimizerSpec>::applies(const OptimizerSpec& spec) const {
    const OptimizerRule& rule = rule_of(spec.kind);
    return has_kind(*this, rule) && (!row.applies_when || row.applies_when(spec)) &&
           !(rule.idle && rule.idle(spec, parameter.key));
}

std::span<const Field<Experiment>> experiment_fields() {
    return everything().experiment_fields;
}
std::span<const Field<OptimizerSpec>> optimizer_fields() {
    return everything().optimizer_fields;
}
std::span<const Parameter> experiment_parameters() {
    return everything().experiment_parameters;
}
std::span<const Parameter> optimizer_parameters() {
    return everything().optimizer_parameters;
}
const Parameter& lane_name_parameter() {
    return everything().lane_name;
}

bool is_written(const Experiment& experiment, const Field<Experiment>& field) {
    if (field.parameter.key == "model") return is_transformer(experiment);
    return is_of_the_model(field, experiment);
}

bool is_written(const OptimizerSpec& spec, const Field<OptimizerSpec>& field) {
    return !is_own(field) || has_kind(field, rule_of(spec.kind)) ||
           spec.own.find(field.parameter.key) != nullptr;
}

bool applies(const Experiment& experiment, std::string_view key) {
    const auto* field = find(everything().experiment_fields, key);
    return field && field->applies(experiment);
}
bool applies(const OptimizerSpec& optimizer, std::string_view key) {
    const auto* field = find(everything().optimizer_fields, key);
    return field && field->applies(optimizer);
}
bool rarely_turned(const Experiment& experiment, std::string_view key) {
    const auto* field = find(everything().experiment_fields, key);
    return field && field->rare(experiment);
}
bool rarely_turned(const OptimizerSpec& optimizer, std::string_view key) {
    const auto* field = find(everything().optimizer_fields, key);
    return field && field->rare(optimizer);
}

std::string kinds_with(const Parameter& parameter) {
    const auto* field = find(everything().optimizer_fields, parameter.key);
    // Others may have a parameter of the same name.
    if (!field || field->parameter.help.data() != parameter.help.data()) return "";
    std::string names;
    std::size_t count = 0;
    for (const OptimizerRule* rule : optimizer_rules()) {
        if (!has_kind(*field, *rule)) continue;
        names += (names.empty() ? "" : ", ") + std::string(rule->label);
        ++count;
    }
    return count == optimizer_rules().size() ? "" : names;
}

}  // namespace muonscope

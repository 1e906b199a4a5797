#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/experiment/spec.h"

// One table of everything that can be changed. Sliders, --set and JSON read it, so they cannot
// disagree about a name, a range or a default.
namespace muonscope {

using Value = std::variant<bool, std::int64_t, double, std::string>;

enum class ParameterType { boolean, integer, real, choice, path, integers, paths };
enum class ParameterScale { linear, logarithmic };

struct Choice {
    std::string slug;   // in JSON and --set
    std::string label;  // on screen
    std::string help;
};

struct Parameter {
    std::string key;    // "network.depth"; optimizer parameters: "lr"
    std::string label;  // as on screen
    ParameterType type = ParameterType::real;
    double min = 0, max = 0;  // inclusive
    ParameterScale scale = ParameterScale::linear;
    std::string unit;
    Value fallback;  // the default
    std::string help;
    std::vector<Choice> choices;
    bool restarts = false;  // takes effect from step 0 only
};

std::span<const Parameter> experiment_parameters();
std::span<const Parameter> optimizer_parameters();

// Paths: an experiment key ("target.scale"), or optimizer keys behind a scope:
//   optimizer.lr                          every lane, phase and layer
//   lanes.0.optimizer.lr                  lane by index or name, every phase and layer
//   lanes.0.phases.1.optimizer.lr         one phase
//   lanes.0.layers.2.optimizer.lr         one layer (1-based) in every phase
//   lanes.0.phases.1.layers.2.optimizer.lr
//   lanes.0.name
// Lists (widths, files) are comma-separated strings.
const Parameter& parameter_at(std::string_view path);  // throws Error: unknown key, near matches
Value get(const Spec& spec, std::string_view path);    // the first match's value
void set(Spec& spec, std::string_view path, const Value& value);     // checked
void set(Spec& spec, std::string_view path, std::string_view text);  // parsed, then checked
Value parse_value(const Parameter& parameter, std::string_view path, std::string_view text);
std::string to_text(const Value& value);
// Same as get/set on one optimizer, key without scope.
Value get(const OptimizerSpec& optimizer, std::string_view key);
void set(OptimizerSpec& optimizer, std::string_view key, const Value& value);

}  // namespace muonscope

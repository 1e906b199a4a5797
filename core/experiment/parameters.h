#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/choice.h"
#include "core/experiment/spec.h"

// One table of everything that can be changed. Sliders, --set and JSON read it, so they cannot
// disagree about a name, a range or a default.
namespace muonscope {

using Value = std::variant<bool, std::int64_t, double, std::string>;

enum class ParameterType { boolean, integer, real, choice, text, path, integers, paths };
enum class ParameterScale { linear, logarithmic };

// What a change of it does to a run.
enum class Effect {
    training,  // acts from the next step on
    restart,   // takes effect from step 0 only
    measures,  // training goes on alike; what is measured is measured anew
    nothing,   // of no number that is computed
};

// What a parameter is: literals.
struct Described {
    std::string_view key = {};    // "network.depth"; optimizer parameters: "lr"
    std::string_view label = {};  // as on screen
    ParameterType type = ParameterType::real;
    double min = 0, max = 0;              // inclusive; for lists: of every element
    double usual_min = 0, usual_max = 0;  // what a slider spans; positive where logarithmic
    ParameterScale scale = ParameterScale::linear;
    std::string_view unit = {};
    std::string_view help = {};
    std::span<const Choice> choices = {};
    std::size_t fewest = 1, most = 16;  // of a list's elements, unless it is empty
    Effect effect = Effect::training;
    bool says_itself = false;  // its values name themselves: "SGD → Muon" needs no label

    constexpr bool restarts() const { return effect == Effect::restart; }
};

struct Parameter : Described {
    Value fallback = {};  // the default
};

std::span<const Parameter> experiment_parameters();
std::span<const Parameter> optimizer_parameters();

// Whether turning it would do anything, as the rest is; and whether it may stand aside, because it
// is rarely turned and stands where it stood.
bool applies(const Experiment& experiment, std::string_view key);
bool applies(const OptimizerSpec& optimizer, std::string_view key);
bool rarely_turned(const Experiment& experiment, std::string_view key);
bool rarely_turned(const OptimizerSpec& optimizer, std::string_view key);
// The kinds that an optimiser's parameter has an effect in: "Muon, NorMuon"; "" where all of them,
// or where it is none of an optimiser.
std::string kinds_with(const Parameter& parameter);

// Paths: an experiment key ("target.scale"), or optimizer keys behind a scope:
//   optimizer.lr                          every lane, phase and layer
//   lanes.0.optimizer.lr                  lane by index or name, every phase and layer
//   lanes.0.phases.1.optimizer.lr         one phase
//   lanes.0.layers.2.optimizer.lr         one layer (1-based) in every phase
//   lanes.0.layers.query.optimizer.kind   of a transformer: one by name, or a group of them
//   lanes.0.phases.1.layers.2.optimizer.lr
//   lanes.0.name
// A lane's name is compared without case; a path reaches every lane of that name.
// Lists (widths, files) are comma-separated strings. Enumerations are slugs.
//
// Three keys pull others along, so that a spec stays consistent:
//   network.depth   drops explicit widths that no longer fit, and optimizers of layers beyond it
//   network.width   drops explicit widths
//   network.widths  sets the depth to one less than their number
//   optimizer.kind  a momentum style that is the old kind's habit becomes the new kind's habit
//                   (SGD heavy ball, Muon EMA); every other field stays
// Every error names the path, the value and what is allowed.
const Parameter& parameter_at(std::string_view path);  // throws Error: unknown key, near matches
Value get(const Spec& spec, std::string_view path);    // the first match's value
void set(Spec& spec, std::string_view path, const Value& value);     // checked
void set(Spec& spec, std::string_view path, std::string_view text);  // parsed, then checked
inline void set(Spec& spec, std::string_view path, const char* text) {
    set(spec, path, std::string_view(text));
}
inline void set(Spec& spec, std::string_view path, const std::string& text) {
    set(spec, path, std::string_view(text));
}
// Numbers as people type them: "0.02", "1e-3", "0,02", "2%", "−1". "1,000" could be two numbers and
// is refused. `path` is what the error begins with.
Value parse_value(const Parameter& parameter, std::string_view path, std::string_view text);
// The value in the parameter's own type (an integer for a real, a text where one can be parsed),
// or an Error that begins with `where`.
Value checked(const Parameter& parameter, std::string_view where, const Value& value);
std::string to_text(const Value& value);          // reads back to the same value
std::string allowed(const Parameter& parameter);  // "an integer from 1 to 16"
// Same as get/set on one optimizer or experiment, key without scope.
Value get(const OptimizerSpec& optimizer, std::string_view key);
void set(OptimizerSpec& optimizer, std::string_view key, const Value& value);
Value get(const Experiment& experiment, std::string_view key);
void set(Experiment& experiment, std::string_view key, const Value& value);

}  // namespace muonscope

#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/experiment/parameters.h"
#include "core/optim/rule.h"

// The rows that the table of parameters is written in: constants of literals and member pointers.
//   row<&E::target, &TargetSpec::decay>("target.decay", "Decay", range(.001, 1, .3, 1),
//   "help").when(…)
namespace muonscope {

// ---- a member of a spec as a Value and back ----

template <class T>
constexpr ParameterType type_of() {
    if constexpr (std::is_same_v<T, bool>)
        return ParameterType::boolean;
    else if constexpr (std::is_enum_v<T>)
        return ParameterType::choice;
    else if constexpr (std::is_integral_v<T>)
        return ParameterType::integer;
    else if constexpr (std::is_same_v<T, double>)
        return ParameterType::real;
    else if constexpr (std::is_same_v<T, std::string>)
        return ParameterType::path;
    else if constexpr (std::is_same_v<T, std::vector<int>>)
        return ParameterType::integers;
    else
        return ParameterType::paths;
}

std::string joined(const std::vector<int>& elements);
std::string joined(const std::vector<std::string>& elements);
void split(std::string_view text, std::vector<int>& elements);
void split(std::string_view text, std::vector<std::string>& elements);
std::size_t index_of_choice(const Described& parameter, const Value& slug);

// Choices stand in the order of their enumerators.
template <class T>
Value value_of(const T& member, const Described& parameter) {
    if constexpr (std::is_enum_v<T>)
        return std::string(parameter.choices[place_of(member)].slug);
    else if constexpr (type_of<T>() == ParameterType::integer)
        return static_cast<std::int64_t>(member);
    else if constexpr (type_of<T>() == ParameterType::integers ||
                       type_of<T>() == ParameterType::paths)
        return joined(member);
    else
        return member;
}

template <class T>
void assign(T& member, const Value& value, const Described& parameter) {
    if constexpr (std::is_enum_v<T>)
        member = static_cast<T>(index_of_choice(parameter, value));
    else if constexpr (type_of<T>() == ParameterType::integer)
        member = static_cast<T>(std::get<std::int64_t>(value));
    else if constexpr (type_of<T>() == ParameterType::integers ||
                       type_of<T>() == ParameterType::paths)
        split(std::get<std::string>(value), member);
    else
        member = std::get<T>(value);
}

// ---- a row ----

// Which model has it. A row of a group that one of them alone has says so by its group.
enum class OfModel { both, chain, transformer };
template <auto group>
inline constexpr OfModel model_of_group = OfModel::both;
template <>
inline constexpr OfModel model_of_group<&Experiment::transformer> = OfModel::transformer;
template <>
inline constexpr OfModel model_of_group<&Experiment::task> = OfModel::transformer;
template <>
inline constexpr OfModel model_of_group<&Experiment::network> = OfModel::chain;
template <>
inline constexpr OfModel model_of_group<&Experiment::target> = OfModel::chain;
template <>
inline constexpr OfModel model_of_group<&Experiment::data> = OfModel::chain;
template <>
inline constexpr OfModel model_of_group<&Experiment::classes> = OfModel::chain;
template <>
inline constexpr OfModel model_of_group<&Experiment::loss> = OfModel::chain;

template <class Owner>
struct Row : Described {
    using Condition = bool (*)(const Owner&);

    Value (*read)(const Owner&, const Described&) = nullptr;
    void (*write)(Owner&, const Value&, const Described&) = nullptr;
    std::span<const Choice> (*choices_from)() = nullptr;  // where the table cannot hold them
    OfModel of_model = OfModel::both;
    bool Uses::*uses = nullptr;        // of optimisers: which kinds have it; none: all
    Condition applies_when = nullptr;  // and when it has an effect; none: always
    Condition is_rare = nullptr;       // when it may stand aside; none: never
    void (*follow)(Owner&, const Owner& before) = nullptr;

    constexpr Row in(std::string_view name) const { return with_set(&Described::unit, name); }
    constexpr Row of(std::span<const Choice> all) const {
        return with_set(&Described::choices, all);
    }
    constexpr Row from(std::span<const Choice> (*all)()) const {
        return with_set(&Row::choices_from, all);
    }
    // How many elements a list has that is not empty.
    constexpr Row with(std::size_t least, std::size_t most_elements) const {
        Row row = with_set(&Described::fewest, least);
        row.most = most_elements;
        return row;
    }
    constexpr Row restarts() const { return with_set(&Described::effect, Effect::restart); }
    constexpr Row measures() const { return with_set(&Described::effect, Effect::measures); }
    constexpr Row changes_nothing() const { return with_set(&Described::effect, Effect::nothing); }
    constexpr Row names_itself() const { return with_set(&Described::says_itself, true); }
    constexpr Row of_chains() const { return with_set(&Row::of_model, OfModel::chain); }
    constexpr Row used_by(bool Uses::*member) const { return with_set(&Row::uses, member); }
    constexpr Row when(Condition condition) const {
        return with_set(&Row::applies_when, condition);
    }
    constexpr Row rare(Condition condition) const { return with_set(&Row::is_rare, condition); }
    constexpr Row after(void (*hook)(Owner&, const Owner&)) const {
        return with_set(&Row::follow, hook);
    }

  private:
    template <class Class, class T, class U>
    constexpr Row with_set(T Class::*member, const U& value) const {
        Row row = *this;
        row.*member = value;
        return row;
    }
};

struct Range {
    double min = 0, max = 0, usual_min = 0, usual_max = 0;
    ParameterScale scale = ParameterScale::linear;
};
// min and max are what is allowed, the other two what a slider spans, where that is less.
constexpr Range range(double min, double max) {
    return {min, max, min, max, ParameterScale::linear};
}
constexpr Range range(double min, double max, double usual_min, double usual_max) {
    return {min, max, usual_min, usual_max, ParameterScale::linear};
}
constexpr Range log_range(double min, double max, double usual_min, double usual_max) {
    return {min, max, usual_min, usual_max, ParameterScale::logarithmic};
}

template <class Path>
struct OwnerOf;
template <class Owner, class T>
struct OwnerOf<T Owner::*> {
    using type = Owner;
};

template <auto first, auto... rest, class Owner>
constexpr auto& at(Owner& owner) {
    if constexpr (sizeof...(rest) == 0)
        return owner.*first;
    else
        return at<rest...>(owner.*first);
}

template <auto first, auto... rest>
constexpr auto row(std::string_view key, std::string_view label, const Range& range,
                   std::string_view help) {
    using Owner = typename OwnerOf<decltype(first)>::type;
    using T = std::remove_cvref_t<decltype(at<first, rest...>(std::declval<Owner&>()))>;
    Row<Owner> row;
    row.key = key;
    row.label = label;
    row.type = type_of<T>();
    row.min = range.min;
    row.max = range.max;
    row.usual_min = range.usual_min;
    row.usual_max = range.usual_max;
    row.scale = range.scale;
    row.help = help;
    row.of_model = model_of_group<first>;
    row.read = [](const Owner& owner, const Described& described) {
        return value_of<T>(at<first, rest...>(owner), described);
    };
    row.write = [](Owner& owner, const Value& value, const Described& described) {
        assign<T>(at<first, rest...>(owner), value, described);
    };
    return row;
}

// One that is no member.
template <class Owner>
constexpr Row<Owner> special(std::string_view key, std::string_view label,
                             Value (*read)(const Owner&, const Described&),
                             void (*write)(Owner&, const Value&, const Described&),
                             std::string_view help) {
    Row<Owner> row;
    row.key = key;
    row.label = label;
    row.type = ParameterType::choice;
    row.help = help;
    row.read = read;
    row.write = write;
    return row;
}

}  // namespace muonscope

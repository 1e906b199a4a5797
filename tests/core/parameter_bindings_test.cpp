// Every parameter writes the field that it names, and no other. The table below is a second
// statement of which that is.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "core/documents/spec_json.h"
#include "core/experiment/parameters.h"
#include "core/optim/rule.h"

namespace muonscope {
namespace {

template <class T>
Value as_value(const T& field, const Parameter& parameter) {
    if constexpr (std::is_enum_v<T>)
        return std::string(parameter.choices[place_of(field)].slug);
    else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double> ||
                       std::is_same_v<T, std::string>)
        return field;
    else if constexpr (std::is_integral_v<T>)
        return static_cast<std::int64_t>(field);
    else {
        std::string text;
        for (const auto& element : field) {
            if (!text.empty()) text += ',';
            if constexpr (std::is_same_v<T, std::vector<int>>)
                text += std::to_string(element);
            else
                text += element;
        }
        return text;
    }
}

template <class Owner>
using Field = std::function<Value(const Owner&, const Parameter&)>;

#define FIELD(member) [](const auto& o, const Parameter& p) { return as_value(o.member, p); }

// A number that one kind alone has.
#define OWN(key)                                                              \
    {                                                                         \
        key, [](const auto& o, const Parameter& p) -> Value {                 \
            const double value = own_value(o, key);                           \
            if (p.type == ParameterType::boolean) return value != 0;          \
            if (p.type == ParameterType::integer) return std::int64_t(value); \
            return value;                                                     \
        }                                                                     \
    }

const std::map<std::string, Field<OptimizerSpec>>& optimizer_fields() {
    static const std::map<std::string, Field<OptimizerSpec>> fields{
        {"kind", FIELD(kind)},
        OWN("sign_first"),
        OWN("moments_corrected"),
        OWN("basis_every"),
        OWN("basis_beta"),
        OWN("normalised"),
        OWN("root"),
        OWN("root_every"),
        OWN("statistics_summed"),
        OWN("grafted"),
        OWN("radius"),
        OWN("constrained"),
        OWN("rank_share"),
        OWN("transposed"),
        {"lr", FIELD(lr)},
        {"momentum", FIELD(momentum)},
        {"momentum_style", FIELD(momentum_style)},
        {"nesterov", FIELD(nesterov)},
        {"bias_corrected", FIELD(bias_corrected)},
        {"engine", FIELD(orthogonaliser.engine)},
        {"iterations", FIELD(orthogonaliser.iterations)},
        {"precision", FIELD(orthogonaliser.precision)},
        {"custom_a", FIELD(orthogonaliser.custom.a)},
        {"custom_b", FIELD(orthogonaliser.custom.b)},
        {"custom_c", FIELD(orthogonaliser.custom.c)},
        {"low", FIELD(orthogonaliser.low)},
        {"floor", FIELD(orthogonaliser.floor)},
        {"engine_seed", FIELD(orthogonaliser.seed)},
        {"norm_law", FIELD(norm_law)},
        {"shape_scale", FIELD(shape_scale)},
        {"power", FIELD(orthogonaliser.power)},
        {"beta1", FIELD(beta1)},
        {"beta2", FIELD(beta2)},
        {"epsilon", FIELD(epsilon)},
        {"decay", FIELD(decay)},
        {"weight_decay", FIELD(weight_decay)},
        {"radial_only", FIELD(radial_only)},
        {"schedule", FIELD(schedule.kind)},
        {"warmup", FIELD(schedule.warmup)},
        {"schedule_length", FIELD(schedule.length)},
        {"last_share", FIELD(schedule.last)},
        {"spike_at", FIELD(schedule.spike_at)},
        {"spike_length", FIELD(schedule.spike_length)},
        {"spike", FIELD(schedule.spike)},
    };
    return fields;
}

const std::map<std::string, Field<Experiment>>& experiment_fields() {
    static const std::map<std::string, Field<Experiment>> fields{
        {"seed", FIELD(seed)},
        {"model", FIELD(model)},
        {"transformer.blocks", FIELD(transformer.blocks)},
        {"transformer.width", FIELD(transformer.width)},
        {"transformer.heads", FIELD(transformer.heads)},
        {"transformer.hidden", FIELD(transformer.hidden)},
        {"transformer.context", FIELD(transformer.context)},
        {"transformer.positions", FIELD(transformer.positions)},
        {"transformer.mlp", FIELD(transformer.mlp)},
        {"transformer.tied", FIELD(transformer.tied)},
        {"transformer.precision", FIELD(transformer.precision)},
        {"task.kind", FIELD(task.kind)},
        {"task.batch", FIELD(task.batch)},
        {"task.held_out", FIELD(task.held_out)},
        {"task.file", FIELD(task.file)},
        {"task.subjects", FIELD(task.subjects)},
        {"task.relations", FIELD(task.relations)},
        {"task.objects", FIELD(task.objects)},
        {"task.exponent", FIELD(task.exponent)},
        {"task.symbols", FIELD(task.symbols)},
        {"task.modulus", FIELD(task.modulus)},
        {"task.training", FIELD(task.training)},
        {"network.depth", FIELD(network.depth)},
        {"network.width", FIELD(network.width)},
        {"network.widths", FIELD(network.widths)},
        {"network.activation", FIELD(network.activation)},
        {"network.tanh_from", FIELD(network.tanh_from)},
        {"target.kind", FIELD(target.kind)},
        {"target.scale", FIELD(target.scale)},
        {"target.decay", FIELD(target.decay)},
        {"target.exponent", FIELD(target.exponent)},
        {"target.modes", FIELD(target.modes)},
        {"target.noise", FIELD(target.noise)},
        {"target.file", FIELD(target.file)},
        {"target.stream", FIELD(target.stream)},
        {"target.stream_seed", FIELD(target.stream_seed)},
        {"target.factors", FIELD(target.factors)},
        {"target.signs", FIELD(target.signs)},
        {"target.signs_seed", FIELD(target.signs_seed)},
        {"init.kind", FIELD(init.kind)},
        {"init.scale", FIELD(init.scale)},
        {"init.condition", FIELD(init.condition)},
        {"init.files", FIELD(init.files)},
        {"init.stream", FIELD(init.stream)},
        {"init.stream_seeds", FIELD(init.stream_seeds)},
        {"data.kind", FIELD(data.kind)},
        {"data.samples", FIELD(data.samples)},
        {"data.noise", FIELD(data.noise)},
        {"data.batch", FIELD(data.batch)},
        {"data.facts", FIELD(data.facts)},
        {"data.exponent", FIELD(data.exponent)},
        {"data.keys", FIELD(data.keys)},
        {"data.values", FIELD(data.values)},
        {"data.stream", FIELD(data.stream)},
        {"data.stream_seed", FIELD(data.stream_seed)},
        {"loss", FIELD(loss)},
        {"probe.layer", FIELD(probe.layer)},
        {"probe.task", FIELD(probe.task)},
        {"probe.steps", FIELD(probe.steps)},
        {"probe.lr", FIELD(probe.lr)},
        {"probe.threshold", FIELD(probe.threshold)},
        {"probe.samples", FIELD(probe.samples)},
        {"probe.stream", FIELD(probe.stream)},
        {"probe.stream_seed", FIELD(probe.stream_seed)},
        {"classes.count", FIELD(classes.count)},
        {"classes.points", FIELD(classes.points)},
        {"classes.spread", FIELD(classes.spread)},
        {"record.dense", FIELD(record.dense)},
        {"record.megabytes", FIELD(record.megabytes)},
        {"record.keyframes", FIELD(record.keyframes)},
        {"run.steps", FIELD(run.steps)},
        {"run.speed", FIELD(run.speed)},
    };
    return fields;
}

#undef FIELD

// Two values that differ from each other and, where there are three, from the default.
std::vector<Value> values_of(const Parameter& p) {
    std::vector<Value> values;
    const double middle = p.usual_min + 0.25 * (p.usual_max - p.usual_min);
    switch (p.type) {
        case ParameterType::boolean:
            return {true, false};
        case ParameterType::integer:
            for (const double x : {p.usual_min, std::floor(middle), p.usual_max})
                values.emplace_back(static_cast<std::int64_t>(x));
            return values;
        case ParameterType::real:
            return {p.usual_min, middle, p.usual_max};
        case ParameterType::choice:
            for (const Choice& choice : p.choices) values.emplace_back(std::string(choice.slug));
            return values;
        case ParameterType::integers:
            return {std::string("3,5,4"), std::string("2,2,7,2")};
        case ParameterType::paths:
            return {std::string("a.npy,b.npy"), std::string("c.npy")};
        case ParameterType::text:
        case ParameterType::path:
            break;
    }
    return {std::string("one"), std::string("two")};
}

// Those that pull others along, as parameters.h says, and the one that is no field.
bool pulls(const std::string& key) {
    for (const char* other :
         {"flavour", "kind", "data.kind", "network.depth", "network.width", "network.widths"})
        if (key == other) return true;
    return false;
}

template <class Owner>
void expect_own_fields(std::span<const Parameter> table,
                       const std::map<std::string, Field<Owner>>& fields) {
    for (const Parameter& parameter : table) {
        if (parameter.key == "flavour") continue;
        ASSERT_TRUE(fields.contains(std::string(parameter.key)))
            << parameter.key << " is not in this test's list of fields";
        for (const Value& value : values_of(parameter)) {
            Owner owner;
            set(owner, parameter.key, value);
            EXPECT_EQ(fields.at(std::string(parameter.key))(owner, parameter),
                      get(owner, parameter.key))
                << parameter.key;
            EXPECT_EQ(get(owner, parameter.key), checked(parameter, parameter.key, value))
                << parameter.key;
            if (pulls(std::string(parameter.key))) continue;
            const Owner untouched;
            for (const Parameter& other : table)
                if (other.key != parameter.key && other.key != "flavour") {
                    EXPECT_EQ(fields.at(std::string(other.key))(owner, other),
                              fields.at(std::string(other.key))(untouched, other))
                        << other.key << " changed with " << parameter.key;
                }
        }
    }
}

TEST(ParameterBindings, every_parameter_of_the_optimiser_writes_the_field_it_names) {
    expect_own_fields(optimizer_parameters(), optimizer_fields());
}

TEST(ParameterBindings, every_parameter_of_the_experiment_writes_the_field_it_names) {
    expect_own_fields(experiment_parameters(), experiment_fields());
}

// Two lanes of two phases and three layers, the second lane's second phase with a layer of its own.
Spec large_spec() {
    Spec spec;
    spec.experiment.network.depth = 3;
    Recipe recipe;
    recipe.phases.resize(2);
    recipe.phases[0].until.steps = 3;
    recipe.phases[1].optimizer.lr = 0.07;
    spec.lanes = {recipe, recipe};
    spec.lanes[1].name = "Other";
    OptimizerSpec own;
    own.lr = 0.3;
    own.momentum = 0.25;
    spec.lanes[1].phases[1].layer_optimizers = {std::nullopt, own};
    return spec;
}

// Of every place of every scope, those that the path speaks of take the value and no other does.
TEST(ParameterBindings, every_scope_of_every_optimiser_parameter_reaches_its_own_layers) {
    struct Scope {
        std::string path;
        int lane, phase, layer;  // < 0, and 0 for the layer: any
    };
    std::vector<Scope> scopes{{"", -1, -1, 0}};
    for (int lane = 0; lane < 2; ++lane) {
        const std::string of_lane = "lanes." + std::to_string(lane) + ".";
        scopes.push_back({of_lane, lane, -1, 0});
        for (int layer = 1; layer <= 3; ++layer)
            scopes.push_back({of_lane + "layers." + std::to_string(layer) + ".", lane, -1, layer});
        for (int phase = 0; phase < 2; ++phase) {
            const std::string of_phase = of_lane + "phases." + std::to_string(phase) + ".";
            scopes.push_back({of_phase, lane, phase, 0});
            for (int layer = 1; layer <= 3; ++layer)
                scopes.push_back(
                    {of_phase + "layers." + std::to_string(layer) + ".", lane, phase, layer});
        }
    }
    const Spec before = large_spec();
    for (const Parameter& parameter : optimizer_parameters())
        for (const Scope& scope : scopes) {
            const std::string path = scope.path + "optimizer." + std::string(parameter.key);
            Spec after = before;
            const Value value = values_of(parameter).front();
            set(after, path, value);
            if (parameter.key != "flavour") {
                EXPECT_EQ(get(after, path), checked(parameter, path, value)) << path;
            }
            for (int lane = 0; lane < 2; ++lane)
                for (int phase = 0; phase < 2; ++phase)
                    for (int layer = 1; layer <= 3; ++layer) {
                        const auto of = [&](const Spec& spec) {
                            return optimizer_of(spec.lanes[lane].phases[phase], layer);
                        };
                        OptimizerSpec expected = of(before);
                        if ((scope.lane < 0 || scope.lane == lane) &&
                            (scope.phase < 0 || scope.phase == phase) &&
                            (scope.layer == 0 || scope.layer == layer))
                            set(expected, parameter.key, value);
                        EXPECT_EQ(of(after), expected) << path << " at lane " << lane << ", phase "
                                                       << phase << ", layer " << layer;
                    }
        }
}

TEST(ParameterBindings, a_librarys_conventions_leave_precision_and_schedule_to_the_user) {
    const Parameter& flavour = parameter_at("optimizer.flavour");
    for (const Choice& choice : flavour.choices) {
        OptimizerSpec mine;
        mine.orthogonaliser.precision = Precision::float64;
        mine.schedule = {RateSchedule::cosine, 7, 321, 0.125, 1, 2, 3};
        OptimizerSpec changed = mine;
        set(changed, "flavour", std::string(choice.slug));
        EXPECT_EQ(changed.orthogonaliser.precision, mine.orthogonaliser.precision) << choice.slug;
        EXPECT_EQ(changed.schedule, mine.schedule) << choice.slug;
    }
}

}  // namespace
}  // namespace muonscope

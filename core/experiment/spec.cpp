#include "core/experiment/spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/near_names.h"
#include "core/base/place.h"
#include "core/experiment/lane_list.h"
#include "core/experiment/matrix_groups.h"
#include "core/experiment/parameter_table.h"

namespace muonscope {
namespace {

constexpr std::size_t most_phases = 64;
constexpr int most_facts = 4096, most_tokens = 4096;  // of a transformer's task
constexpr double most_activations = 1 << 26;          // doubles: 512 MB

template <class Owner>
void check_values(const Owner& owner, std::span<const Field<Owner>> fields, const Place& place) {
    for (const Field<Owner>& field : fields) {
        const Value value = field.read(owner);
        try {
            checked(field.parameter, {}, value);
        } catch (const Error&) {  // again, with its place, which no good value pays for
            checked(field.parameter, place.at(field.parameter.key).text(), value);
        }
    }
}

void check_network(const NetworkSpec& network, std::string_view source) {
    if (!network.widths.empty() &&
        network.widths.size() != static_cast<std::size_t>(network.depth) + 1)
        throw Error(
            Place{source, "network.widths"}.text(),
            fmt::format("{} widths contradict a depth of {}", network.widths.size(), network.depth),
            fmt::format("give {} widths, input first, or none", network.depth + 1));
}

void check_files(const Experiment& experiment, std::string_view source) {
    if (experiment.data.kind != DataKind::associations &&
        experiment.target.kind == TargetKind::file && experiment.target.file.empty())
        throw Error(Place{source, "target.file"}.text(), "target.kind is file, but none is named",
                    "give the path of a .npy file");
    const std::size_t depth = experiment.network.depth;
    if (experiment.init.kind == InitKind::files && experiment.init.files.size() != depth)
        throw Error(Place{source, "init.files"}.text(),
                    fmt::format("init.kind is files, and {} are named for {} layers",
                                experiment.init.files.size(), depth),
                    "name one .npy file a layer, first layer first");
}

void check_vectors(VectorKind kind, int facts, int width, std::string_view name,
                   std::string_view source) {
    if (kind == VectorKind::orthonormal && facts > width)
        throw Error(
            Place{source, fmt::format("data.{}", name)}.text(),
            fmt::format("{} orthonormal {} do not fit into {} dimensions", facts, name, width),
            fmt::format("give at most {} data.facts, widen the network, or make data.{} "
                        "gaussian",
                        width, name));
}

void check_associations(const Experiment& experiment, std::string_view source) {
    const DataSpec& data = experiment.data;
    const std::vector<int> widths = layer_widths(experiment.network);
    check_vectors(data.keys, data.facts, widths.front(), "keys", source);
    check_vectors(data.values, data.facts, widths.back(), "values", source);
}

void check_data(const Experiment& experiment, std::string_view source) {
    if (experiment.data.kind == DataKind::associations) check_associations(experiment, source);
    if (experiment.data.kind != DataKind::samples) return;
    if (experiment.data.batch > experiment.data.samples)
        throw Error(Place{source, "data.batch"}.text(),
                    fmt::format("{} is more than the {} samples there are", experiment.data.batch,
                                experiment.data.samples),
                    "give at most data.samples, or 0 for all of them");
    double widths = 0;
    for (const int width : layer_widths(experiment.network)) widths += width;
    if (widths * experiment.data.samples > most_activations)
        throw Error(Place{source, "data.samples"}.text(),
                    fmt::format("{} samples through layers of {} units in all need too much memory",
                                experiment.data.samples, widths),
                    fmt::format("give at most {:.0f}", std::floor(most_activations / widths)));
}

// What each number's own range leaves open.
void check_transformer_and_task(const Experiment& experiment, std::string_view source) {
    const TransformerSpec& spec = experiment.transformer;
    const TaskSpec& task = experiment.task;
    const auto refuse = [&](const std::string& key, const std::string& what,
                            const std::string& remedy) {
        throw Error(Place{source, key}.text(), what, remedy);
    };
    if (spec.width % spec.heads != 0)
        refuse("transformer.heads",
               fmt::format("{} heads do not divide a width of {}", spec.heads, spec.width),
               "take a number that does");
    if (spec.positions == PositionKind::rotary && spec.head_width() % 2 != 0)
        refuse("transformer.heads",
               fmt::format("heads of {} numbers do not turn in pairs", spec.head_width()),
               "take fewer heads, or learned positions");
    if (spec.context < shortest_context(task))
        refuse("transformer.context",
               fmt::format("{} positions are too few for the task", spec.context),
               fmt::format("give at least {}", shortest_context(task)));
    if (facts_of(task) > most_facts)
        refuse("task.relations",
               fmt::format("{} subjects x {} relations are {} facts", task.subjects, task.relations,
                           facts_of(task)),
               fmt::format("give fewer: {} are the most", most_facts));
    if (vocabulary_of(task) > most_tokens)
        refuse("task.objects", fmt::format("{} tokens in all", vocabulary_of(task)),
               fmt::format("give fewer subjects, relations or objects: {} tokens are the most",
                           most_tokens));
    const double positions = double(spec.context) * std::max(task.batch, task.held_out);
    const double numbers =
        positions * ((10.0 * spec.width + 4.0 * spec.hidden) * spec.blocks + vocabulary_of(task));
    if (numbers > most_activations)
        refuse("task.batch",
               fmt::format("{} sequences of {} tokens need too much memory",
                           std::max(task.batch, task.held_out), spec.context),
               fmt::format(
                   "give at most {:.0f} to task.batch and task.held_out",
                   std::floor(most_activations / numbers * std::max(task.batch, task.held_out))));
    if (experiment.init.kind != InitKind::gaussian && experiment.init.kind != InitKind::orthogonal)
        refuse("init.kind", "a transformer has no such start", "give gaussian or orthogonal");
}

void check_until(const Until& until, const Experiment& experiment, const Place& place) {
    if (until.relative_error && loss_of(experiment) == LossKind::cross_entropy)
        throw Error(place.at("relative_error").text(),
                    "a cross-entropy has no residual to be small", "end at a loss or after steps");
    if (until.steps && *until.steps < 1)
        throw Error(place.at("steps").text(), fmt::format("{} is not allowed", *until.steps),
                    "give a number of steps of at least 1");
    const auto check = [&](const std::optional<double>& bound, std::string_view key) {
        if (bound && !(std::isfinite(*bound) && *bound >= 0))
            throw Error(place.at(key).text(), fmt::format("{} is not allowed", *bound),
                        "give a number of at least 0");
    };
    check(until.loss, "loss");
    check(until.relative_error, "relative_error");
}

void check_layers(const Phase& phase, const Experiment& experiment, const Place& place) {
    const int count = count_of_matrices(experiment);
    int previous = 0;
    for (const int layer : phase.layers) {
        if (layer < 1 || layer > count)
            throw Error(place.at("layers").text(), fmt::format("there is no layer {}", layer),
                        fmt::format("layers are counted from 1 to {}", count));
        if (layer <= previous)
            throw Error(place.at("layers").text(),
                        fmt::format("{} stands behind {}", layer, previous),
                        "list each layer once, first layer first");
        previous = layer;
    }
    if (phase.layer_optimizers.size() > static_cast<std::size_t>(count))
        throw Error(place.at("layer_optimizers").text(),
                    fmt::format("there is no layer {}", phase.layer_optimizers.size()),
                    fmt::format("layers are counted from 1 to {}", count));
}

void check_objective(const Phase& phase, const Experiment& experiment, const Place& place) {
    if (phase.objective != Objective::layer_target) return;
    if (is_transformer(experiment))
        throw Error(place.at("objective").text(),
                    "layer_target splits a target between layers, and a transformer has none",
                    "train towards the network's loss");
    if (experiment.loss == LossKind::cross_entropy)
        throw Error(place.at("objective").text(),
                    "layer_target splits a target between layers, and cross-entropy has none: it "
                    "falls as long as the scores grow",
                    "train towards the network's loss, or set loss to half");
    const NetworkSpec& network = experiment.network;
    const int factors = target_factors(experiment);
    for (int layer = 1; layer < factors; ++layer)
        if (has_tanh(network, layer))
            throw Error(place.at("objective").text(),
                        fmt::format("layer_target splits the target between {} linear layers, and "
                                    "layer {} has tanh",
                                    factors, layer),
                        "set network.tanh_from or target.factors so that the layers that share "
                        "the target are linear, or train towards the network's loss");
    for (int layer = 1; layer <= network.depth; ++layer)
        if (trains(phase, layer) && layer > factors)
            throw Error(place.at("objective").text(),
                        fmt::format("layer {} has no target: they split A between {} layers", layer,
                                    factors),
                        "set target.factors, or name the phase's layers");
    const std::vector<int> widths = layer_widths(network);
    const int rank = std::min(widths.front(), widths.back());
    for (int layer = 1; layer <= factors; ++layer)
        if (widths[layer] < rank)
            throw Error(place.at("objective").text(),
                        fmt::format("layer_target needs the hidden width ({}) to hold the target's "
                                    "rank ({})",
                                    widths[layer], rank),
                        "widen the hidden layer");
    if (factors < network.depth && widths[factors] != widths.back())
        throw Error(place.at("objective").text(),
                    fmt::format("the last layer that shares the target has {} outputs, the target "
                                "{}",
                                widths[factors], widths.back()),
                    "make them the same width");
}

void check_phase(const Phase& phase, const Experiment& experiment, const Place& place) {
    checked(lane_name_parameter(), place.at("name").text(), phase.name);
    check_layers(phase, experiment, place);
    check_objective(phase, experiment, place);
    check_values(phase.optimizer, optimizer_fields(), place.at("optimizer"));
    for (std::size_t i = 0; i < phase.layer_optimizers.size(); ++i)
        if (phase.layer_optimizers[i])
            check_values(*phase.layer_optimizers[i], optimizer_fields(),
                         place.at(fmt::format("layer_optimizers.{}", i + 1)));
    check_until(phase.until, experiment, place.at("until"));
}

void check_recipe(const Recipe& recipe, const Experiment& experiment, const Place& place) {
    checked(lane_name_parameter(), place.at("name").text(), recipe.name);
    if (recipe.phases.empty() || recipe.phases.size() > most_phases)
        throw Error(place.at("phases").text(),
                    fmt::format("{} phases are not allowed", recipe.phases.size()),
                    fmt::format("give 1 to {}", most_phases));
    for (std::size_t i = 0; i < recipe.phases.size(); ++i) {
        const Phase& phase = recipe.phases[i];
        check_phase(phase, experiment, place.at(fmt::format("phases.{}", i)));
        const bool ends = phase.until.steps || phase.until.loss || phase.until.relative_error;
        const bool is_last = i + 1 == recipe.phases.size() && (!recipe.repeats || i == 0);
        if (!ends && !is_last)
            throw Error(place.at(fmt::format("phases.{}.until", i)).text(),
                        "a phase that never ends hides the phases behind it",
                        "give steps, loss or relative_error");
    }
    check_until(recipe.until, experiment, place.at("until"));
}

}  // namespace

bool Phase::operator==(const Phase& other) const {
    const auto own = [](const Phase& phase, std::size_t i) -> const OptimizerSpec* {
        const auto& all = phase.layer_optimizers;
        return i < all.size() && all[i] ? &*all[i] : nullptr;
    };
    const std::size_t most = std::max(layer_optimizers.size(), other.layer_optimizers.size());
    for (std::size_t i = 0; i < most; ++i) {
        const OptimizerSpec *mine = own(*this, i), *theirs = own(other, i);
        if (mine && theirs ? !(*mine == *theirs) : mine != theirs) return false;
    }
    return name == other.name && layers == other.layers && objective == other.objective &&
           optimizer == other.optimizer && until == other.until;
}

int columns_of(const DataSpec& data, int inputs) {
    switch (data.kind) {
        case DataKind::whitened:
            break;
        case DataKind::samples:
            return data.samples;
        case DataKind::associations:
            return data.facts;
    }
    return inputs;
}

bool is_transformer(const Experiment& experiment) {
    return experiment.model == ModelKind::transformer;
}

LossKind loss_of(const Experiment& experiment) {
    return is_transformer(experiment) ? LossKind::cross_entropy : experiment.loss;
}

int facts_of(const Experiment& experiment) {
    if (is_transformer(experiment)) return facts_of(experiment.task);
    return experiment.data.kind == DataKind::associations ? experiment.data.facts : 0;
}

bool has_minibatches(const Experiment& experiment) {
    if (is_transformer(experiment)) return true;
    const DataSpec& data = experiment.data;
    if (data.kind == DataKind::associations) return data.batch > 0;
    return data.kind == DataKind::samples && data.batch > 0 && data.batch < data.samples;
}

const OptimizerSpec& optimizer_of(const Phase& phase, int layer) {
    const std::size_t index = layer - 1;
    if (index < phase.layer_optimizers.size() && phase.layer_optimizers[index])
        return *phase.layer_optimizers[index];
    return phase.optimizer;
}

int target_factors(const Experiment& experiment) {
    const int depth = experiment.network.depth;
    const int factors = experiment.target.factors;
    return factors == 0 ? depth : std::min(factors, depth);
}

bool trains(const Phase& phase, int layer) {
    return phase.layers.empty() ||
           std::find(phase.layers.begin(), phase.layers.end(), layer) != phase.layers.end();
}

void validate(const Spec& spec, std::string_view source) {
    const auto& experiment = spec.experiment;
    check_values(experiment, experiment_fields(), Place{source, ""});
    if (is_transformer(experiment)) {
        check_transformer_and_task(experiment, source);
    } else {
        check_network(experiment.network, source);
        check_files(experiment, source);
        check_data(experiment, source);
    }
    if (spec.lanes.empty() || spec.lanes.size() > most_lanes)
        throw Error(Place{source, "lanes"}.text(),
                    fmt::format("{} lanes are not allowed", spec.lanes.size()),
                    fmt::format("give 1 to {}", most_lanes));
    for (std::size_t i = 0; i < spec.lanes.size(); ++i)
        check_recipe(spec.lanes[i], experiment, Place{source, fmt::format("lanes.{}", i)});
}

}  // namespace muonscope

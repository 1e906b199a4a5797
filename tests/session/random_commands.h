#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "core/experiment/parameters.h"
#include "core/random/generator.h"
#include "core/session/command.h"
#include "tests/session/small_specs.h"

// Whatever a user could ask for, and much that nobody could, of trainers of small specs.
namespace muonscope::test {

inline Value random_value(const Parameter& parameter, Generator& random) {
    switch (random.below(8)) {
        case 0:
            return std::string("nonsense");
        case 1:
            return parameter.min - 1;
        case 2:
            return std::numeric_limits<double>::quiet_NaN();
        default:
            break;
    }
    // Sizes and rates that a test can afford.
    if (parameter.key == "network.depth") return static_cast<std::int64_t>(1 + random.below(4));
    if (parameter.key == "network.width") return static_cast<std::int64_t>(1 + random.below(9));
    if (parameter.key == "network.widths")
        return std::string(random.below(2) ? "5,3,7" : "4,4,4,4");
    if (parameter.key == "data.samples") return static_cast<std::int64_t>(1 + random.below(30));
    if (parameter.key == "data.batch") return static_cast<std::int64_t>(random.below(20));
    if (parameter.key.starts_with("classes.") && parameter.type == ParameterType::integer)
        return static_cast<std::int64_t>(1 + random.below(5));
    if (parameter.key == "probe.steps") return static_cast<std::int64_t>(1 + random.below(20));
    if (parameter.key == "record.megabytes") return static_cast<std::int64_t>(1 + random.below(3));
    switch (parameter.type) {
        case ParameterType::boolean:
            return random.below(2) == 1;
        case ParameterType::integer:
            return static_cast<std::int64_t>(parameter.min) +
                   static_cast<std::int64_t>(random.below(20));
        case ParameterType::real:
            return parameter.min + 0.1 * random.uniform();
        case ParameterType::choice:
            return std::string(parameter.choices[random.below(parameter.choices.size())].slug);
        default:
            return std::string("x.npy");
    }
}

inline Command random_parameter(Generator& random) {
    const auto experiment = experiment_parameters();
    const auto optimizer = optimizer_parameters();
    const std::size_t pick = random.below(experiment.size() + 2 * optimizer.size());
    const bool keep = random.below(2) == 1;
    if (pick < experiment.size())
        return SetParameter{std::string(experiment[pick].key),
                            random_value(experiment[pick], random), keep};
    const Parameter& parameter = optimizer[(pick - experiment.size()) % optimizer.size()];
    constexpr const char* scopes[] = {"optimizer.", "lanes.0.optimizer.", "lanes.1.optimizer.",
                                      "lanes.0.layers.1.optimizer.", "lanes.Muon.optimizer."};
    return SetParameter{scopes[random.below(5)] + std::string(parameter.key),
                        random_value(parameter, random), keep};
}

inline Command random_command(Generator& random) {
    switch (random.below(17)) {
        case 0:
        case 1:
            return Start{};
        case 2:
            return Pause{};
        case 3:
            return Reset{};
        case 4:
            return StepOnce{static_cast<std::int64_t>(random.below(5))};
        case 5:
            return RunTo{static_cast<std::int64_t>(random.below(300)) - 1};
        case 6:
            return SetSpeed{random.below(3) == 0 ? 0 : 1000 * random.uniform()};
        case 7:
            return SwapOptimizers{random.below(2) == 1};
        case 8: {
            Spec spec = small_spec();
            if (random.below(4) == 0) spec.lanes.clear();
            if (random.below(2) == 0)
                spec.lanes.push_back(spec.lanes.empty() ? Recipe{} : spec.lanes[0]);
            spec.experiment.run.speed = 0;
            return SetSpec{spec};
        }
        case 9: {
            Recipe recipe = small_spec().lanes[random.below(2)];
            if (random.below(3) == 0) recipe.phases[0].until.steps = 20;
            if (random.below(4) == 0) recipe.phases.push_back(recipe.phases[0]);
            return SetLane{static_cast<int>(random.below(4)) - 1, recipe};
        }
        case 10:
        case 11:
            return Undo{};
        case 12:
            return Redo{};
        default:
            return random_parameter(random);
    }
}

}  // namespace muonscope::test

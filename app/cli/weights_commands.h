#pragma once

#include <string>

#include "app/cli/weights.h"

namespace CLI {
class App;
}

namespace muonscope::cli {

// What was typed behind `muonscope weights` and a command of it.
struct WeightsArguments {
    WeightsInfoArguments info;
    WeightsSpectraArguments spectra;
    WeightsCompareArguments compare;
    WeightsEditArguments edit;
    WeightsTalkArguments talk;
    WeightsTokensArguments tokens;
    WeightsVectorsArguments vectors;
    WeightsAlignmentArguments alignment;
    WeightsScoreArguments score;
    WeightsSweepArguments sweep;
    WeightsFetchArguments fetch;
};

// The command with all of its own; what is parsed goes into `arguments`.
CLI::App& add_weights(CLI::App& app, WeightsArguments& arguments, const std::string& exit_codes);
// Runs the one that was parsed; an exit code.
int run_weights(const CLI::App& command, const WeightsArguments& arguments);

}  // namespace muonscope::cli

#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/choice.h"
#include "core/study/where.h"

// The rule of a study as the code that makes a library's optimisers: Muon for the matrices on which
// it was better, the baseline for all others.
namespace muonscope {

enum class Library { pytorch, optax, keras };
inline constexpr auto library_choices = choices_of<Library::keras>(
    {{"pytorch", "PyTorch", "torch.optim.Muon, in 2.9 and newer, beside torch.optim.AdamW."},
     {"optax", "optax", "optax.contrib.muon and optax.adamw by labels, as 0.2.8 has them."},
     {"keras", "Keras", "keras.optimizers.Muon, whose AdamW has the rest, as 3.15 has it."}});

// Groups on which the study's Muon was better, and the matrices that they decide on.
struct MuonMatrices {
    std::string group;          // as MatrixGain has it
    std::vector<int> matrices;  // by number from 1, ascending
    double rate = 0;
};

// What a library shall be told, of one setting and metric.
struct Configuration {
    Experiment experiment;
    std::vector<MuonMatrices> muon;  // none: the baseline has everything
    OptimizerSpec muon_spec;         // of all of them but the rate
    OptimizerSpec rest;              // AdamW
    std::vector<std::string> facts;  // which study, metric, rule, seeds: a sentence each
};
// A matrix goes by the smallest group that holds it and leaves no doubt. Throws Error where the
// baseline is not AdamW, where it differs between matrices, or where the Muons differ in more than
// the rate.
//   gains, test  of one setting and metric
Configuration configuration_of(const Study& study, std::span<const MatrixGain> gains,
                               const RuleTest& test);

// Python. What it cannot make as the study had it stands in its comments.
std::string configuration_text(const Configuration& configuration, Library library);

}  // namespace muonscope

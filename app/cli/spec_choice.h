#pragma once

#include "app/cli/commands.h"
#include "core/experiment/spec.h"

namespace muonscope::cli {

// Each "key=value", one after the other. Throws Error naming the key, or what is none.
void apply_changes(const std::vector<std::string>& changes, Spec& spec);

// The preset or file that was named, with --seed and --set applied, checked as a whole.
Spec chosen_spec(const SpecOptions& options);

}  // namespace muonscope::cli

#pragma once

#include "app/cli/commands.h"
#include "core/experiment/spec.h"

namespace muonscope::cli {

// The preset or file that was named, with --seed and --set applied, checked as a whole.
Spec chosen_spec(const SpecOptions& options);

}  // namespace muonscope::cli

#pragma once

#include <variant>

#include "app/cli/commands.h"
#include "core/experiment/spec.h"
#include "core/session/session_file.h"

namespace muonscope::cli {

// Each "key=value", one after the other. Throws Error naming the key, or what is none.
void apply_changes(const std::vector<std::string>& changes, Spec& spec);

// The preset or file that was named, with --seed and --set applied, checked as a whole.
Spec chosen_spec(const SpecOptions& options);
// Likewise, or a saved session as it is.
std::variant<Spec, SessionFile> chosen_spec_or_session(const SpecOptions& options);

}  // namespace muonscope::cli

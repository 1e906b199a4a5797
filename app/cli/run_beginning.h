#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "app/cli/output_folder.h"
#include "core/session/session.h"

namespace muonscope::cli {

// What `run` goes on from: a spec at step 0, a saved session whose edits are still to come, or a
// run that was left under way.
struct Beginning {
    Session session;
    std::int64_t steps = 0;          // where to stop
    std::vector<std::string> until;  // --until, as typed
    double seconds = 0;              // trained before
    // Its bits are to be held against where that was saved, once the session is there.
    std::optional<SessionFile> saved;
    std::optional<SessionFile::Weights> weights;  // the model that it was saved beside
};

// Throws Error where what was typed does not go together, or names nothing to begin with.
Beginning beginning_of(const RunArguments& arguments);
// Likewise, of the checkpoint in the folder of --resume.
Beginning beginning_in(const OutputFolder& folder, const RunArguments& arguments);
// Before a folder is made: whether what was typed with --resume goes together.
void check_resume(const RunArguments& arguments);

}  // namespace muonscope::cli

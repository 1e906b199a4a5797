#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/session/session_state.h"

namespace muonscope {

// A run under way: what its session is, and what was asked of it.
struct RunCheckpoint {
    SessionState state;
    std::vector<std::string> until;  // --until's conditions that were not met yet
    double seconds = 0;              // trained so far
    // The model that the session was saved beside, where it began as one.
    std::optional<SessionFile::Weights> weights;
    SessionFile::Program program;  // what wrote it; empty: this one
};

// The file is safetensors: tensors of F64 whose names begin with "lanes.0.", every bit as it was,
// and texts in __metadata__:
//   format    "muonscope checkpoint 1"
//   program   {"version", "commit", "level"}
//   session   a session file whose log is all of the run's, also what is still to come
//   state     {"step", "seconds", "until", "events", "lanes": [{"step", "phase", …}]}: all else
//             that is no matrix; a row of measures and its step stand apart
//   sha256    of every other text's key and value and every tensor's name, shape and bytes, in the
//             order of the file
// Tensors of a lane: weights.1 … (out x in), of each phase's layers phases.0.1.momentum, .own.0 …
// and .numbers (newest rate, the momentum's unit, its bias), newest.gradients.1 …,
// newest.updates.1 …, history.steps, .values and .ranges (a row a sample), followed (now, before,
// low, high), measured, sound, sound.weights.1 …, looked and loss_before. What is empty is left
// out.
//
// Writes a new file in place of the old one, or leaves the old; throws Error.
void write_checkpoint(const std::string& path, const RunCheckpoint& checkpoint);
// Takes no more memory than some times the file's length. Throws Error, in one sentence, where it
// is damaged, is none or is of a format to come; where another program wrote it, the state is left
// empty, but for the spec, the log and the step.
RunCheckpoint read_checkpoint(const std::string& path);

// Whether this program wrote it: only then do the same bits mean the same state.
bool of_this_program(const SessionFile::Program& program);

}  // namespace muonscope

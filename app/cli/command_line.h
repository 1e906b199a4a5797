#pragma once

namespace muonscope::cli {

// Exit codes: 0 done; 1 `reproduce` missed a published figure; 2 bad input or usage, one line on
// stderr that begins "muonscope: "; 3 a lane diverged (results are written all the same); 130
// interrupted (likewise; 143 when terminated).
inline constexpr int done = 0, missed = 1, refused = 2, diverged = 3;

// Parses, dispatches, and turns every error into one line and an exit code.
int run_command_line(int argc, const char* const* argv);

}  // namespace muonscope::cli

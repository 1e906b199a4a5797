#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/session/command.h"

namespace muonscope {

struct LoggedEdit {
    std::int64_t step = 0;
    Edit edit;
    bool mergeable = false;  // a later edit of the same parameter at the same step replaces it
};

// A session as a file holds it: the spec at step 0, the edits since, how far it came, and what the
// bits were there.
struct SessionFile {
    struct LaneEnd {
        std::string name;
        std::int64_t step = 0;
        std::uint64_t state_hash = 0;
    };
    // 1: a switch left the momentum buffer in its old unit, so such a log leads elsewhere now.
    static constexpr int current_version = 2;
    int version = current_version;
    // What wrote the file, level that of its kernels; empty in files that do not say. Another one
    // of the same version gives the same bits.
    struct Program {
        std::string version, commit, level;
    };
    Program program;
    Spec spec;
    std::vector<LoggedEdit> log;  // ascending steps
    std::int64_t step = 0;
    bool ended = false;  // every lane has finished or diverged
    std::vector<LaneEnd> lanes;
};

std::string to_json(const SessionFile& file);
// Reads every version. Throws Error naming `source`, the key, what was found and what is allowed;
// malformed JSON names line and column; edits are tried one after the other on the spec.
SessionFile session_file_from_json(std::string_view text, std::string_view source = "session file");
// Likewise, or a spec alone, from a text that holds the one or the other.
std::variant<Spec, SessionFile> spec_or_session_from_json(std::string_view text,
                                                          std::string_view source);

}  // namespace muonscope

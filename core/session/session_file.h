#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
    // What is read of a log; and made of one, in which a lane's whole recipe is some dozen edits.
    static constexpr std::size_t most_edits = 50'000;
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
    // The model that was open beside the training, and the edits of its weights: no part of the
    // run.
    struct Weights {
        std::vector<std::string> files;  // as opened: a file, a folder of checkpoints, or two files
        std::string shown;               // path of the file that the edits are of
        std::string sha256;              // of that file's bytes; empty: not held to any
        std::string matrix;              // the one that was looked at; empty: none
        std::vector<std::string> edits;  // as text_of(WeightEdit) has them, muted ones too
        bool operator==(const Weights&) const = default;
    };
    std::optional<Weights> weights;  // none: no model was open
};

}  // namespace muonscope

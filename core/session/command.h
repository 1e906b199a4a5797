#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "core/experiment/parameters.h"
#include "core/experiment/spec.h"

// What a window, a script or a test may ask of a session: plain values, applied at step boundaries.
namespace muonscope {

// Asks of the transport: they change when steps happen, never what a step does. Not logged.
struct Start {};
struct Pause {};
struct StepOnce {
    std::int64_t steps = 1;  // then pause
};
struct RunTo {
    std::int64_t step = 0;  // then pause; an earlier step goes back to it
};
struct SetSpeed {
    double steps_per_second = 60;  // 0: as fast as possible
};
struct Reset {};  // the same start, step 0; keeps the parameters as they are now

// Edits: they change what the next step does. Logged with their step; a replay repeats them.
struct SetParameter {
    std::string path;  // see parameters.h; one that `restarts` begins again at step 0
    Value value;
    bool keep_momentum = true;  // when a lane's optimiser kind changes
};
struct SetLane {
    int lane = 0;
    Recipe recipe;
    bool keep_momentum = true;
};
struct SwapOptimizers {
    bool keep_momentum = true;
};  // each lane takes the next lane's optimisers and name
// Multiplies every learning rate of a lane by `by`, below 1. Where the lane has diverged this is
// done at the last step before it ran away, and it goes on from there; the others' past stays.
struct LowerRate {
    int lane = 0;
    double by = 0.1;
};
struct SetSpec {
    Spec spec;
};  // another preset or file: starts over at step 0
struct SessionFile;
struct OpenSession {
    std::shared_ptr<const SessionFile> file;
};  // a session that was saved: starts over, runs its edits again up to where it was saved, then
    // pauses

// Of what was done to a session: edits, going back, and the run that a restart, another spec or a
// session replaced, which comes back as it was. An edit that was followed by steps is taken back by
// an edit, which is logged; one that was not never was.
struct Undo {};
struct Redo {};

using Edit = std::variant<SetParameter, SetLane, SwapOptimizers, LowerRate>;
using Command = std::variant<Start, Pause, StepOnce, RunTo, SetSpeed, Reset, SetParameter, SetLane,
                             SwapOptimizers, LowerRate, SetSpec, OpenSession, Undo, Redo>;

}  // namespace muonscope

#pragma once

#include <string>
#include <vector>

#include "core/experiment/lane.h"
#include "core/session/command.h"
#include "core/session/snapshot.h"

// What an edit makes of a spec: pure functions, so that applying, going back and replaying agree.
namespace muonscope {

// The spec after the edit; throws Error and changes nothing. A lane that is named after its kind of
// optimiser ("SGD") is renamed when the kind changes.
Spec edited(const Spec& spec, const Edit& edit);

// Whether the edit takes effect from step 0 only.
bool restarts(const Edit& edit, const Spec& before, const Spec& after);

// Whether it empties no buffer, so that of several edits of one parameter at one step the last is
// as good as all: a buffer's unit changes only when it is fed.
bool leaves_buffers(const Edit& edit, const Spec& before, const Spec& after);

bool keeps_momentum(const Edit& edit);

// As how many edits of one number it weighs, in memory and in a file.
std::size_t weight_of(const Edit& edit);

// Marks for the step axis: "learning rate 0.02 → 0.1" for one lane or all (lane = -1). Empty when
// the edit changed nothing. `path` of a mark is what later marks of the same parameter merge by;
// choices do not merge, because each may do something to the buffers.
struct Mark {
    Event event;
    std::string path = {}, from = {};
    // What is called momentum where its fate is said, and whether it is news that it was kept.
    std::string buffer = "momentum";
    bool switches = false;
    // What became of the momentum, by lane and layer; from the lanes that took the edit.
    std::vector<std::vector<MomentumFate>> fates = {};
};
std::vector<Mark> marks_of(const Edit& edit, std::int64_t step, const Spec& before,
                           const Spec& after);

// The event's text and what became of the momentum: "SGD → Muon, momentum converted", "Adam →
// Muon, momentum kept in layers 1, 2, flushed in 3". `lanes`: the recipes, for their names.
std::string text_of(const Mark& mark, const std::vector<Recipe>& lanes);

}  // namespace muonscope

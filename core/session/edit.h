#pragma once

#include <string>
#include <vector>

#include "core/session/command.h"
#include "core/session/snapshot.h"

// What an edit makes of a spec: pure functions, so that applying, going back and replaying agree.
namespace muonscope {

// The spec after the edit; throws Error and changes nothing. A lane that is named after its kind of
// optimiser ("SGD") is renamed when the kind changes.
Spec edited(const Spec& spec, const Edit& edit);

// Whether the edit takes effect from step 0 only.
bool restarts(const Edit& edit, const Spec& before, const Spec& after);

// Whether it leaves the momentum buffers alone, so that of several edits of one parameter at one
// step the last is as good as all.
bool leaves_buffers(const Spec& before, const Spec& after);

bool keeps_momentum(const Edit& edit);

// Marks for the step axis: "learning rate 0.02 → 0.1" for one lane or all (lane = -1). Empty when
// the edit changed nothing. `path` of a mark is what later marks of the same parameter merge by.
struct Mark {
    Event event;
    std::string path, from;
};
std::vector<Mark> marks_of(const Edit& edit, std::int64_t step, const Spec& before,
                           const Spec& after);

}  // namespace muonscope

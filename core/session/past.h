#pragma once

#include <cstdint>
#include <memory>

#include "core/base/work.h"
#include "core/session/session.h"

namespace muonscope {

// A run as it was at a step no later than its own, to the bit: a copy is led there from the
// keyframe before, some milliseconds at a time, and the run itself stays as it is. The picture has
// the histories that the run had then.
Work<std::shared_ptr<const Snapshot>> picture_of_past(std::shared_ptr<const Session> run,
                                                      std::int64_t step);

// What is shown of a run as it is now, with the names, weights, moves and rows of all lanes as they
// were at a step before. `then`: the picture of that step; of another one the weights stand until
// it is there, beside the newest rows no later than the step. Null, or of other lanes: the rows
// alone.
std::shared_ptr<const Snapshot> as_it_was(const Snapshot& now, std::int64_t step,
                                          const Snapshot* then);

}  // namespace muonscope

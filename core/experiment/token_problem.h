#pragma once

#include "core/experiment/problem.h"

namespace muonscope {

// The problem of a transformer: what its task asks of held-out sequences, always the same, in the
// place of data; no target, no product. The start: entries of sd scale/sqrt(fan in) (of what is
// looked up: scale), or every singular value equal to scale; what leaves a block a 1/sqrt(2 blocks)
// of that, so that the stream is as long behind many blocks as behind one.
std::shared_ptr<const Problem> make_token_problem(const Experiment& experiment);

// The streams of sequences, a column each: what enters the first block, then what leaves each;
// width x positions, sequence after sequence, all of one pass.
std::vector<Matrix> streams(const Problem& problem, const std::vector<Matrix>& weights,
                            const Matrix& sequences);

// The probed stream: what leaves block `layer` (clamped), where something is asked, every column as
// the head gets it (of root mean square 1) and divided by the root of their number; width x n.
Matrix probed_stream(const Problem& problem, const std::vector<Matrix>& weights, int layer);

}  // namespace muonscope

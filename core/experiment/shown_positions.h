#pragma once

#include "core/experiment/shown_points.h"

namespace muonscope {

// Positions at which a transformer's task asks something: of facts each in a question of its own,
// else those of held-out sequences. 256 at most, spread evenly over all, fewer where a pass over
// their sequences would take more than about 300 million multiply-adds; by class of the first
// level.
//
// Facts are coloured by how often they are asked for (head, middle, tail), or by relation; bytes of
// a text by what follows, or what stands there: vowel, consonant, space, other; symbols by what is
// to be told, or by the one that stands there; sums by their value.
ShownPoints shown_positions(const Problem& problem);

}  // namespace muonscope

#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/session/snapshot.h"

namespace muonscope {

// What each channel of a row is called in tables:
//   loss                       the experiment's loss
//   relative_error             |P - A|/|A| (data or tanh: |H_L - Y|/|Y|)
//   probe_floor                loss of the least-squares head
//   probe_after_k              loss of the head after K gradient steps from zero
//   probe_steps_to_threshold   gradient steps to the threshold; empty: not among those searched
//   probe_steps_searched       steps that were looked at; inf: all
//   probe_critical_rate        of the head, 2/s_1(H)^2: from there on it diverges
//   layer_2_norm               |W_2|
//   product_sv_1 …             singular values of P, largest first
//   mode_1 …                   u_k^T P v_k in the target's own basis
//   layer_2_sv_1 …, layer_2_gradient_sv_1 …, layer_2_update_sv_1 …
std::vector<std::string> channel_names(const Layout& layout);

// history.csv: the columns step, lane and every channel; one line a recorded step and lane, lanes
// one after the other; an empty cell where nothing was measured. No comment lines, so that pandas
// and spreadsheets read it as it is. Doubles in the shortest digits that read back to the same
// bits.
void write_history_csv(std::ostream& stream, const Snapshot& snapshot);

}  // namespace muonscope

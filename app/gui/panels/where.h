#pragma once

#include <span>

#include "app/gui/panels/kind_sheet.h"
#include "core/study/where.h"

// The map of *Where*: what Muon is worth, by kind and block.
namespace muonscope::gui {

struct WhereFound;  // where_study.h

struct WhereMap {
    KindSheet sheet;
    std::vector<KindSheet::Place> places;  // by gain
    Matrix gains;                          // NaN: no arm is of this square
    double most = 0;                       // largest in size
};
// Beside single blocks "every block" has arms of a kind, and the row "all kinds" those of a block;
// blocks stand there where some arm is of one. What is none of these has a row, or of a chain a
// column, of its own.
WhereMap where_map(const Experiment& experiment, std::span<const MatrixGain> gains);

// With the scale of its colours; a click opens the run of a square.
void draw_where_map(PanelContext& context, const WhereFound& found, const WhereMap& map,
                    std::span<const MatrixGain> gains, ImVec2 size);

}  // namespace muonscope::gui

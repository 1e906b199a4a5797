#pragma once

#include <array>
#include <vector>

#include "app/gui/alignment_now.h"
#include "app/gui/panel.h"
#include "imgui.h"

// What the files of the panel of alignment share: its choices and its three kinds of pictures.
namespace muonscope::gui {

struct AlignmentChoices {
    int view = 0;        // AlignmentView
    int pair = 0;        // of neighbours: 0 all, l: layers l and l + 1
    bool roots = false;  // conserved: of roots, else of Grams
    int horizon = 1;     // of forecasts: 10, 100, 1000 steps
};

inline constexpr std::array<double, 3> forecast_horizons{10, 100, 1000};

// What is shown: of a transformer, which has no target to lie along, neighbours alone.
AlignmentView shown_view(const PanelContext& context);

// Matrices of overlaps as squares, all lanes side by side.
void draw_alignment_squares(PanelContext& context, const AlignmentNow& now, ImVec2 room);
// Drifts of what neighbours keep, over steps.
void draw_conserved(PanelContext& context, const AlignmentNow& now, ImVec2 room);
// The loss with forecasts ahead of it, and λ_eff of each layer below.
void draw_descent(PanelContext& context, ImVec2 room);

}  // namespace muonscope::gui

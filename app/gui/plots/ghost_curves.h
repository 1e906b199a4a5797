#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/extent.h"
#include "app/gui/plots/readout.h"
#include "core/session/ghost.h"

// Runs that were kept, as thin lines behind the live ones.
namespace muonscope::plots {

// A channel of a lane of one of them.
struct GhostCurve {
    std::string name;  // of the run
    const Ghost::Lane* lane = nullptr;
    int index = 0;  // of the lane
    std::size_t channel = 0;
    std::string key;  // of what is kept of it between frames
};
// Those that are shown and have the channel that the run calls so, in their lane of this index, -1:
// all of them.
//   axis  name of the value axis
std::vector<GhostCurve> ghost_curves(const gui::PanelContext& context, std::string_view axis,
                                     std::size_t channel, int lane = -1);

// Brings them up to date, and makes room for them.
void follow_ghost_curves(gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                         const Bins& bins, Extent& extent);
// In these colours; empty: each in its lane's.
void draw_ghost_curves(gui::PanelContext& context, const Axes& plot,
                       const std::vector<GhostCurve>& curves,
                       const std::vector<ImVec4>& colours = {});
// Their values at a step, and how the run's own, of its lane of the same index, stand to them.
void add_ghosts(gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                std::size_t live_channel, double step, std::vector<ReadoutRow>& rows);
// A row a run that is kept and shown.
void add_ghosts(const gui::PanelContext& context, const std::vector<GhostCurve>& curves,
                std::vector<KeyRow>& key);
// The same on paper.
void mark_ghosts(const gui::PanelContext& paper, const std::vector<GhostCurve>& curves,
                 Chart& chart, const std::vector<ImVec4>& colours = {});

}  // namespace muonscope::plots

#pragma once

#include <map>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/ghost_curves.h"
#include "app/gui/plots/step_cursors.h"
#include "app/gui/plots/step_heatmap.h"
#include "app/gui/plots/table.h"
#include "app/gui/plots/value_axis.h"
#include "core/base/types.h"
#include "core/optim/optimizer_spec.h"

namespace muonscope {
struct Problem;
}

// The panel of singular values: what was chosen in it, what it keeps between frames, and what it
// draws of one lane.
namespace muonscope::gui {

struct SingularValuesChoices {
    int source = 0;  // 0: product; l: layer l
    bool heatmap = false, logarithmic = false;
    bool bars = false;          // those of now alone, instead of over steps
    bool target_basis = false;  // modes u_k^T P v_k instead of sorted singular values
    bool levels = true;         // dotted target levels
};

// What is drawn of each lane: `count` adjacent channels, one a mode.
struct Modes {
    std::size_t first = 0;
    int count = 0;
    int target = 0;  // modes of the target; the rest is noise, drawn thin
};

constexpr int most_modes = plots::StepHeatmap::most_series;

// Theory's curves for one lane, up to the step where the axis ends.
struct Theory {
    std::shared_ptr<const Problem> problem;
    OptimizerSpec optimizer;
    double to = 0;
    plots::AxisScale scale;
    std::vector<double> steps;  // samples, evenly spaced on the axis
    Matrix modes;               // modes x samples
};

struct SingularValuesView {
    std::map<int, Theory> theories;              // by lane
    std::map<int, plots::StepHeatmap> heatmaps;  // likewise
};

// The modes as lines over the target's levels, and what theory says of them: dashed, until an edit
// takes the run off its path.
void draw_lines(PanelContext& context, const plots::Axes& plot, const Modes& modes,
                const plots::Reduction& reduction);
void draw_theory(PanelContext& context, const plots::Axes& plot, const Modes& modes, int lane);
bool theory_holds(const PanelContext& context, std::size_t lane);
// The same for paper, up to this step; none where it does not hold.
std::vector<plots::Curve> theory_on_paper(const PanelContext& paper, const Modes& modes,
                                          std::size_t lane, double to);
// Up to twelve modes at the sample under the mouse, each beside its target.
void draw_readout_of_modes(PanelContext& context, const plots::Axes& plot, const char* axis,
                           const Modes& modes, int lane);
// The same modes for cursors and levels.
std::vector<plots::Measured> measured_modes(const PanelContext& context, const Modes& modes,
                                            int lane);

// The modes of runs that were kept, in a lane's plot.
struct GhostModes {
    std::vector<plots::GhostCurve> curves;
    std::vector<ImVec4> colours;
};
GhostModes ghost_modes(const PanelContext& context, const char* axis, const Modes& modes, int lane);

// What is seen or all there is, as CSV; one lane's modes on paper, as lines or as a map.
//   axis  the name of their value axis
plots::Table table_of_modes(const PanelContext& context, const Modes& modes, const char* axis,
                            bool all = false);
plots::Chart map_of_lane(const PanelContext& paper, const Modes& modes, const char* axis,
                         const plots::ValueRange& values, std::size_t lane);
plots::Chart chart_of_lane(const PanelContext& paper, const Modes& modes, const char* axis,
                           const plots::ValueRange& values, std::size_t lane);

// The newest values of all lanes side by side, a bar a lane, the target's as marks.
void draw_bars(PanelContext& context, const Modes& modes, ImVec2 room);

}  // namespace muonscope::gui

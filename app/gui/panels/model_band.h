#pragma once

#include <string>

#include "app/gui/model_weights.h"
#include "app/gui/panel.h"
#include "app/gui/plots/axis.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/readout.h"

// Values of the matrix that is shown which are chosen to be scaled together.
namespace muonscope::gui {

struct ModelBand {
    std::string matrix;                // whose values they are; empty: none are chosen
    Eigen::Index first = 0, last = 0;  // places among its own values, from 0
    Eigen::Index anchor = 0;           // where the choice began
    // What the edits that scale them found: the list before those, and the values that it leaves.
    std::vector<WeightEdit> stack;
    Vector values;                                           // none: nothing is scaled yet
    enum { idle, choosing, scaling, passing } doing = idle;  // while the button is down
    double from = 1;       // the value at which the mouse took hold of it
    double factor = 1;     // that it had by then
    double high = 0;       // of the axis, which stays as it was
    bool changed = false;  // by the hold under way: one step of undo

    bool is_of(const ModelMatrix& of) const { return !matrix.empty() && matrix == of.entry->name; }
    bool has(Eigen::Index k) const { return first <= k && k <= last; }
};

// What the mouse and Escape do with it; whether the press is the band's. `high`: of the axis now.
bool drag_model_band(PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                     const plots::Axes& axes, double high);
// The shaded stretch of the plot; none where no ranks are chosen.
void add_model_band(const PanelContext& context, const ModelMatrix& matrix, plots::Chart& chart);
// Its numbers and its buttons, over the plot.
void draw_model_band(PanelContext& context, ModelWeights& model, const ModelMatrix& matrix,
                     const plots::Axes& axes);
// What the hand can do at a rank.
plots::ReadoutRow band_readout(const PanelContext& context, const ModelMatrix& matrix,
                               Eigen::Index k);
// The rank, from 0, that the next edit finds value k of the matrix at: edits count what those
// before them have left, largest first.
Eigen::Index rank_for_edit(const ModelMatrix& matrix, Eigen::Index k);
// The rank, from 0, that is nearest to a place across.
Eigen::Index model_rank_at(const plots::Axes& axes, const ModelMatrix& matrix, float pixel);

}  // namespace muonscope::gui

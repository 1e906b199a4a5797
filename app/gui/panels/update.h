#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/drawn_step.h"
#include "app/gui/panel.h"
#include "app/gui/plots/chart.h"
#include "app/gui/plots/drawn_chart.h"
#include "app/gui/plots/later.h"
#include "core/experiment/seen_update.h"

// What the files of the panel of updates share: its choices, what is seen of one step of each lane,
// and its two sides.
namespace muonscope::gui {

struct UpdateChoices {
    int layer = 0;             // from 0
    bool directions = false;   // what the step moves of the gradient; else spectra and transfer
    bool logarithmic = false;  // what leaves, on a log axis
    bool linear = false;       // what is moved, on linear axes
};

// A step of one lane's layer, and whose it is.
struct DrawnUpdate {
    StateName state;
    int layer = -1;
    SeenUpdate seen;
};
struct LaneUpdate : DrawnUpdate {
    // What was begun on last.
    std::shared_ptr<const SeenMove> move;
    StateName asked;
    int asked_layer = -1;
    StateName wanted;     // whose step is to be drawn
    std::string missing;  // why there is none; empty: there is
    plots::Later<DrawnUpdate> later;
};
struct UpdateView {
    std::map<int, LaneUpdate> lanes;
    std::shared_ptr<const Problem> problem;
    std::int64_t returns = 0;  // of the run that they are of, see Returns
    int direction = -1;        // under the mouse, from 0
    int hovered_lane = -1;
};
// Of all lanes, brought up to the step that is drawn.
const UpdateView& follow_updates(PanelContext& context, int layer);

// Where one lane's pictures stand, below its name.
struct UpdateCell {
    int lane = 0;
    ImVec2 origin, size;
};
// What all lanes' axes have in common.
struct UpdateAxes {
    double share_low = 0.1;                // σ/‖·‖: from here to 1
    double leaves_top = 1.25;              // of what leaves
    double s_low = 1, s_high = 1;          // of the gradient's singular values
    double moved_low = 1, moved_high = 1;  // magnitudes above zero, six decades at most
    double moved_least = 0;                // signed
    double share_top = 1;                  // of the step's square
    int count = 0;                         // directions
};

void draw_update_spectra(PanelContext& context, const UpdateView& view, const UpdateAxes& axes,
                         const UpdateCell& cell);
void draw_update_directions(PanelContext& context, const UpdateView& view, const UpdateAxes& axes,
                            const UpdateCell& cell);

// The charts of one lane, for paper and for tables, and what those of one step have in common.
plots::Chart update_chart(const LaneUpdate& update, int lane, const char* part);
std::vector<plots::Chart> spectra_charts(const PanelContext& context, const LaneUpdate& update,
                                         int lane, const UpdateAxes& axes);
std::vector<plots::Chart> direction_charts(const PanelContext& context, const LaneUpdate& update,
                                           int lane, const UpdateAxes& axes);

// One number of a lane's step: what it is called, its value, and what that is.
struct UpdateNumber {
    std::string name, value, help;
};
std::vector<UpdateNumber> update_numbers(const SeenUpdate& seen);
// A swatch of the legend: what bars of a look are.
struct UpdateKey {
    std::string name, help;
    ImVec4 colour;
    bool outlined = false;
};
std::vector<UpdateKey> update_key(const Theme& theme, const SeenUpdate& seen);
// Legend and numbers, a line each, as many as there is room for.
void draw_update_corner(PanelContext& context, const SeenUpdate& seen, bool with_key, ImVec2 from,
                        ImVec2 size);

// Numbers 1, 2, … beside the middles of slots of one, `sign` −1: downwards.
plots::Ticks direction_ticks(double min, double max, float length, int count, int sign);
void update_menu(PanelContext& context, const plots::ChartOptions& options, bool hovered);

}  // namespace muonscope::gui

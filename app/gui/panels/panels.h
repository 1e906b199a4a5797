#pragma once

#include "app/gui/panel.h"

// Every panel's draw function. panels.cpp lists them with their titles.
namespace muonscope::gui {

void draw_lanes(PanelContext& context);
void draw_singular_values(PanelContext& context);
void draw_loss(PanelContext& context);
void draw_probe(PanelContext& context);
void draw_representations(PanelContext& context);
void draw_spectrum_now(PanelContext& context);
void draw_measures(PanelContext& context);
void draw_trade_off(PanelContext& context);
void draw_weight_norms(PanelContext& context);
void draw_results(PanelContext& context);
void draw_staged_planner(PanelContext& context);
void draw_lab(PanelContext& context);
void draw_conditioning(PanelContext& context);
void draw_random_matrices(PanelContext& context);
std::string explain_trade_off(const Experiment& experiment);

// Not docked: the bar above, the line below, the window of keys.
void draw_transport(PanelContext& context);
void draw_status(PanelContext& context);
void draw_help(PanelContext& context);

}  // namespace muonscope::gui

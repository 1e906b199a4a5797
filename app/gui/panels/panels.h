#pragma once

#include "app/gui/panel.h"

// Every panel, each defined at the end of its file. panels.cpp lists them in their order.
namespace muonscope::gui {

extern const Panel lanes_panel;
extern const Panel singular_values_panel;
extern const Panel maps_panel;
extern const Panel update_panel;
extern const Panel trade_off_panel;
extern const Panel why_panel;
extern const Panel results_panel;
extern const Panel staged_planner_panel;
extern const Panel lab_panel;
extern const Panel conditioning_panel;
extern const Panel random_matrices_panel;
extern const Panel weight_norms_panel;
extern const Panel rare_facts_panel;
extern const Panel kinds_panel;
extern const Panel where_panel;
extern const Panel tokens_panel;
extern const Panel model_weights_panel;
extern const Panel talk_panel;
extern const Panel loss_panel;
extern const Panel probe_panel;
extern const Panel representations_panel;
extern const Panel alignment_panel;
extern const Panel measures_panel;

// Not docked: the bar above, the strip of a presentation, the line below, the window of keys.
void draw_transport(PanelContext& context);
inline constexpr float strip_height = 3.1F;  // em
void draw_strip(PanelContext& context);
void draw_status(PanelContext& context);
void draw_help(PanelContext& context);

}  // namespace muonscope::gui

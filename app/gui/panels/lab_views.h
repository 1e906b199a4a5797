#pragma once

#include "app/gui/lab.h"
#include "app/gui/plots/stroke.h"

// The three sides of the bench of orthogonalisers, drawn into what is left of its window.
namespace muonscope::gui {

ImVec4 engine_colour(const Theme& theme, Engine engine);
plots::Dash engine_dash(Engine engine);

void draw_lab_transfer(PanelContext& context, Lab& bench);
void draw_lab_quality(PanelContext& context, Lab& bench);
void draw_lab_cost(PanelContext& context, Lab& bench);

// Fixed points and range of convergence of the custom quintic, in words.
std::string custom_words(const Quintic& quintic);
// What an interval chosen on the axis becomes, and the best cubic for it as custom coefficients.
void interval_row(PanelContext& context, Lab& bench);

}  // namespace muonscope::gui

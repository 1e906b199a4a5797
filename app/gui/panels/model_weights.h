#pragma once

#include "app/gui/model_fetch.h"
#include "app/gui/model_weights.h"

// The views of the panel *Model weights*.
namespace muonscope::gui {

// Singular values of the matrix that is shown, before and after the edits; a value can be dragged.
void draw_model_spectrum(PanelContext& context, ModelWeights& model, ImVec2 size);
// A measure of every matrix, blocks across and kinds down; a click shows that matrix.
void draw_model_map(PanelContext& context, ModelWeights& model, ImVec2 size);
// The edit that is made on every matrix in turn, and how far that is.
void draw_sweep_row(PanelContext& context, ModelWeights& model);
// The tokens that the leading singular vectors of the matrix that is shown read or write.
void draw_model_tokens(PanelContext& context, ModelWeights& model, ImVec2 size);
// Its values over the checkpoints of a series; a click shows that checkpoint.
void draw_model_steps(PanelContext& context, ModelWeights& model, ImVec2 size);
// The directions that it writes or reads, beside those of a neighbour.
void draw_model_alignment(PanelContext& context, ModelWeights& model, ImVec2 size);
// The edits, with what each does to the matrix that is shown, and the row that adds one.
float model_edits_height(ModelWeights& model);
void draw_model_edits(PanelContext& context, ModelWeights& model);
// The button that gets a model, or opens one that was fetched before.
float fetch_button_width(const ModelFetch& fetch);
void draw_fetch_button(PanelContext& context, ModelFetch& fetch);
// The question, how far it is, or why it failed; false: nothing of that.
bool draw_fetch(PanelContext& context, ModelFetch& fetch);
// The list of matrices.
void draw_model_list(PanelContext& context, ModelWeights& model);

}  // namespace muonscope::gui

#pragma once

#include "app/gui/panel.h"
#include "app/gui/panels/kind_sheet.h"

// What the files of the panel of kinds and blocks share: its choices and its spectra.
namespace muonscope::gui {

struct KindsChoices {
    int measure = 0;  // of those that the panel shows
    bool spectra = false, logarithmic = true;
};

// Shows it in the panels of single matrices; singular values come forward.
void open_matrix(PanelContext& context, int matrix);

// The newest singular values of every matrix at its place, all lanes in one plot, on the same axes.
void draw_kinds_spectra(PanelContext& context, const KindSheet& sheet);

}  // namespace muonscope::gui

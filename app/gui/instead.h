#pragma once

#include "app/gui/panel.h"

// A panel of chains has nothing to show of a transformer: why, and where there is something.
namespace muonscope::gui {

// Whether what is shown is a transformer's run.
bool shows_transformer(const PanelContext& context);

// The panel that has what there is of a transformer in place of this one of chains.
const Panel& instead_of(const Panel& panel);
// The reason, and a button that brings that panel forward.
void draw_instead(PanelContext& context, const Panel& panel);

}  // namespace muonscope::gui

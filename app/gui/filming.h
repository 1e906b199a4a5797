#pragma once

#include <functional>
#include <string>

#include "app/gui/figure.h"
#include "app/gui/panel.h"

// A film of a part of the window over the run's steps: the time line goes through the run, and each
// step is taken when it is there. Esc, or looking at another step, ends it.
namespace muonscope::gui {

// Of what lies between two corners, .mp4 or .gif by its name; throws Error where there is no
// ffmpeg.
void ask_for_film(ViewState& view, const std::string& path, ImVec2 from, ImVec2 to);
bool is_filming(ViewState& view);
// Before a frame is built, and when it has been drawn; `pixels` are read where they are needed.
void begin_film_frame(PanelContext& context);
void end_film_frame(PanelContext& context, const std::function<Screen()>& pixels);

}  // namespace muonscope::gui

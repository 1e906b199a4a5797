#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/spec.h"
#include "core/session/session_file.h"

namespace muonscope::gui {

struct RenderOptions {
    Spec spec;
    std::optional<SessionFile> session{};  // whose spec it is, run again; none: a run of the spec
    std::int64_t steps = 140;
    int width = 1600, height = 900;  // pixels, 64..8192
    double scale = 1;                // 0.5..4
    bool dark = true;
    std::string panel;       // slug of one panel ("singular-values"); empty: the whole window
    std::int64_t looks = 1;  // at the run on the way, evenly, for what panels gather over steps
    std::int64_t at = -1;    // the step that is drawn of weights and updates; −1: the newest
    std::vector<std::string> choices{};  // name=value, of the preferences
    std::vector<std::string> present{};  // slugs: the presentation of these panels
    std::string output;                  // .png
};

// Throws Error that names the option.
void check_render_options(const RenderOptions& options);
// Trains `steps` steps and draws the window into a PNG, with no display. The same arguments give
// the same picture. Throws Error on bad arguments and when OSMesa is missing (the message names its
// package); returns 0.
int render_window(const RenderOptions& options);

}  // namespace muonscope::gui

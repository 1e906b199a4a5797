#include "app/gui/render_main.h"

#include <fmt/format.h>

#include <cmath>

#include "app/gui/frame.h"
#include "app/gui/offscreen_run.h"
#include "app/gui/preferences.h"
#include "app/render/png.h"
#include "core/base/error.h"

namespace muonscope::gui {

void check_render_options(const RenderOptions& o) {
    const auto size_allowed = [](int n) { return n >= 64 && n <= 8192; };
    if (!size_allowed(o.width) || !size_allowed(o.height))
        throw Error("--size", std::to_string(o.width) + "x" + std::to_string(o.height),
                    "give WIDTHxHEIGHT with each from 64 to 8192 pixels");
    if (!std::isfinite(o.scale) || o.scale < 0.5 || o.scale > 4)
        throw Error("--scale", std::to_string(o.scale), "give a number from 0.5 to 4");
    if (o.steps < 0)
        throw Error("--steps", std::to_string(o.steps), "give a number of steps, 0 or more");
    if (o.looks < 1)
        throw Error("--looks", std::to_string(o.looks), "give a whole number, at least one");
    if (o.at < -1 || o.at > o.steps)
        throw Error("--at", std::to_string(o.at),
                    fmt::format("give a step that the run comes to: --steps is {}", o.steps));
    Preferences preferences;
    for (const std::string& choice : o.choices) choose(preferences, choice);
    for (const std::string& slug : o.present) panel_by_slug(slug, "--present");
    if (!o.panel.empty()) panel_by_slug(o.panel);
    if (o.output.empty()) throw Error("-o", "no file is named", "give the picture's path");
}

int render_window(const RenderOptions& options) {
    check_render_options(options);
    OffscreenRun run(options);
    run.draw_all();
    write_png(options.output, options.width, options.height, run.pixels());
    return 0;
}

}  // namespace muonscope::gui

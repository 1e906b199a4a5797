#include "tests/gui/offscreen.h"

#include "app/gui/frame.h"
#include "imgui.h"
#include "tests/gui/mesa.h"

namespace muonscope::gui {
namespace {

int with_mesa(int width) {
    keep_mesa_loaded();
    return width;
}

}  // namespace

Offscreen::Offscreen(int width, int height, bool dark)
    : width_(with_mesa(width)),
      height_(height),
      window_("offscreen", {width, height}, Window::Kind::offscreen) {
    preferences.dark = dark;
    theme_ = theme_for(preferences, 1);
    apply_theme(theme_);
    window_.background = {theme_.background.x, theme_.background.y, theme_.background.z};
}

void Offscreen::frame(const Snapshot& snapshot, const std::vector<const Panel*>& drawn) {
    view.animating = view.working = false;
    window_.begin_frame();
    PanelContext context{.snapshot = &snapshot,
                         .preferences = preferences,
                         .view = view,
                         .theme = theme_,
                         .fonts = imgui_.fonts(),
                         .send = [](const Command&) { return std::uint64_t{0}; },
                         .workplace = workplace_,
                         .renderer = &window_.renderer()};
    for (const Panel* panel : drawn) draw_panel_alone(context, *panel);
    ImGui::Render();
    window_.draw();
}

void Offscreen::until_it_rests(const Snapshot& snapshot, const Panel& panel, int most) {
    for (int drawn = 0, still = 0; drawn < most && still < 3; ++drawn) {
        frame(snapshot, {&panel});
        workplace_.work(0.02);
        // Docked windows take their sizes in the second frame, automatic sizes in the third.
        still = drawn > 8 && !view.animating && !view.working ? still + 1 : 0;
    }
}

}  // namespace muonscope::gui

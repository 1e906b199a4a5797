#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "app/gui/panel.h"
#include "app/gui/render_main.h"

namespace muonscope {
class Renderer;
}

namespace muonscope::gui {

// A run and the window that shows it, with no display: what pictures and exports are made from.
class OffscreenRun {
  public:
    // Of options that were checked. Trains up to the first look.
    explicit OffscreenRun(const RenderOptions& options);
    ~OffscreenRun();
    OffscreenRun(const OffscreenRun&) = delete;
    OffscreenRun& operator=(const OffscreenRun&) = delete;

    // All looks, and then the step that is to be shown, drawn until nothing moves.
    void draw_all();
    // On to a later step, drawn in so many frames at most.
    void go_on_to(std::int64_t step, int frames);
    // Another frame of the same.
    void draw_again();
    // RGB, top row first, of what was drawn last.
    std::vector<std::uint8_t> pixels() const;
    PanelContext& context();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace muonscope::gui

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/render/renderer.h"

struct GLFWwindow;

namespace muonscope::gui {

// One window, its events and its renderer, attached to the current Dear ImGui context. Made after
// an ImGuiSession, gone before it.
class Window {
  public:
    struct Size {
        int width = 1600, height = 900;
    };
    enum class Kind { on_screen, offscreen, none };

    // on_screen: by GLFW and OpenGL 3.3; `size` is at content scale 1, and never more than the
    // monitor shows.
    // offscreen: GLFW's null platform and OSMesa, exactly `size` pixels.
    // none: neither GLFW nor OpenGL; `size` is all that Dear ImGui is told, and nothing is drawn.
    // Throws Error when there is no display, no OSMesa, or no OpenGL 3.3: what was found, what is
    // needed, and what to do instead.
    Window(const char* title, Size size, Kind kind);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    float content_scale() const;
    Size framebuffer() const;
    float height() const;  // in Dear ImGui's units

    // Fills the monitor that most of the window is on, or takes the place and size that it had
    // before. A window that is on no screen stays as it is.
    void set_full_screen(bool on);
    bool full_screen() const;

    void show();
    void hide();
    void close() { closed_ = true; }  // as if by its button
    bool closed() const;
    // Takes the events that there are; waits for one at most so long. Without a window there are
    // none, and it does not wait.
    void take_events(double seconds);
    void wake() const;  // ends a wait; any thread
    // Files and folders that were dropped onto it since this was last asked.
    std::vector<std::string> dropped() { return std::exchange(dropped_, {}); }
    // Whether the window system has lost what was in it, since this was last asked.
    bool exposed();

    void begin_frame();  // of the back ends and of Dear ImGui
    void draw();         // Dear ImGui's newest draw data over a clear background
    void present();
    // Part of what was drawn last, as RGB bytes, top row first.
    std::vector<std::uint8_t> pixels(const PixelArea& area) { return renderer_->pixels(area); }
    Renderer& renderer() { return *renderer_; }

    ClearColour background;

  private:
    Kind kind_;
    Size size_;  // where there is no window
    bool closed_ = false, exposed_ = false;
    std::vector<std::string> dropped_;
    GLFWwindow* window_ = nullptr;
    struct Place {
        int x = 0, y = 0;
        Size size;
    };
    Place windowed_;  // before it filled the monitor
    std::unique_ptr<Renderer> renderer_;
};

}  // namespace muonscope::gui

#pragma once

#include <string>
#include "app/render/opengl.h"

struct GLFWwindow;

namespace muonscope::gui {

// GLFW, one window and its OpenGL 3.3 core context, with Dear ImGui's two back ends attached to the
// current ImGui context. Made after an ImGuiSession, gone before it.
class Window {
  public:
    struct Size {
        int width = 1600, height = 900;
    };
    enum class Kind { on_screen, offscreen };

    // on_screen: `size` is at content scale 1, and never more than the monitor shows.
    // offscreen: GLFW's null platform and OSMesa, exactly `size` pixels.
    // Throws Error when there is no display, no OSMesa, or no OpenGL 3.3: what was found, what is
    // needed, and what to do instead.
    Window(const char* title, Size size, Kind kind);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    GLFWwindow* handle() const { return window_; }
    float content_scale() const;
    Size framebuffer() const;

    void begin_frame();  // of the back ends and of Dear ImGui
    void draw();         // Dear ImGui's newest draw data over a clear background
    void present();

    ClearColour background;

  private:
    Kind kind_;
    GLFWwindow* window_ = nullptr;
};

}  // namespace muonscope::gui

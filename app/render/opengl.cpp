#include "app/render/renderer.h"

#include "glad/gl.h"
#include "imgui.h"
#include "imgui_impl_opengl3.h"
#include "imgui_impl_opengl3_loader.h"

#include <algorithm>

namespace muonscope {
namespace {

class OpenGlRenderer final : public Renderer {
  public:
    OpenGlRenderer() { ImGui_ImplOpenGL3_Init("#version 330 core"); }
    ~OpenGlRenderer() override { ImGui_ImplOpenGL3_Shutdown(); }

    void begin_frame() override { ImGui_ImplOpenGL3_NewFrame(); }
    void draw(int width, int height, const ClearColour& background) override {
        height_ = height;
        glViewport(0, 0, width, height);
        glClearColor(background.red, background.green, background.blue, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    }
    std::vector<std::uint8_t> pixels(const PixelArea& area) override {
        const auto row = std::size_t{3} * static_cast<std::size_t>(area.width);
        const std::size_t rows = area.height;
        std::vector<std::uint8_t> bottom_up(row * rows);
        glPixelStorei(GL_PACK_ALIGNMENT, 1);
        glReadPixels(area.x, height_ - area.y - area.height, area.width, area.height, GL_RGB,
                     GL_UNSIGNED_BYTE, bottom_up.data());
        // OpenGL's first row is the lowest, a picture's the highest.
        std::vector<std::uint8_t> pixels(bottom_up.size());
        for (std::size_t y = 0; y < rows; ++y) {
            const auto source = bottom_up.end() - static_cast<std::ptrdiff_t>((y + 1) * row);
            std::copy_n(source, row, pixels.begin() + static_cast<std::ptrdiff_t>(y * row));
        }
        return pixels;
    }

  private:
    int height_ = 0;  // of the default framebuffer
};

}  // namespace

std::unique_ptr<Renderer> opengl_renderer(OpenGlFunction (*address_of)(const char* name)) {
    // Dear ImGui's own loader asks the machine's libGL, which knows nothing of OSMesa: both loaders
    // get the window system's functions instead.
    if (gladLoadGL(address_of) == 0 || imgl3wInit2(address_of) != 0) return nullptr;
    return std::make_unique<OpenGlRenderer>();
}

}  // namespace muonscope

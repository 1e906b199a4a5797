#include "app/render/renderer.h"

#include "app/render/opengl_scenes.h"
#include "app/render/opengl_target.h"
#include "core/base/error.h"
#include "glad/gl.h"
#include "imgui.h"
#include "imgui_impl_opengl3.h"
#include "imgui_impl_opengl3_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace muonscope {
namespace {

// Of OpenGL 4.3 and KHR_debug, which the loader for 3.3 does not know.
constexpr GLenum debug_output = 0x92E0, debug_output_at_once = 0x8242;
constexpr GLenum debug_error = 0x824C, debug_undefined = 0x824E, debug_high = 0x9146;
using DebugMessage = void(GLAD_API_PTR*)(GLenum source, GLenum type, GLuint id, GLenum severity,
                                         GLsizei length, const GLchar* text, const void* user);
using SetDebugMessage = void(GLAD_API_PTR*)(DebugMessage, const void* user);

void GLAD_API_PTR note(GLenum, GLenum type, GLuint, GLenum severity, GLsizei, const GLchar* text,
                       const void* user) {
    if (type != debug_error && type != debug_undefined && severity != debug_high) return;
    auto* const complaints = static_cast<std::vector<std::string>*>(const_cast<void*>(user));
    complaints->emplace_back(text);
}

class OpenGlRenderer final : public Renderer {
  public:
    OpenGlRenderer(OpenGlLoader address_of, const OpenGlOptions& options)
        : language_(is_embedded() ? ShaderLanguage::essl_300 : ShaderLanguage::glsl_330),
          scenes_(language_, options.shaders) {
        ImGui_ImplOpenGL3_Init(language_ == ShaderLanguage::essl_300 ? "#version 300 es"
                                                                     : "#version 330 core");
        if (options.watched) watch(address_of);
    }
    ~OpenGlRenderer() override {
        forget_images();
        if (set_debug_message_ != nullptr) set_debug_message_(nullptr, nullptr);
        ImGui_ImplOpenGL3_Shutdown();
    }

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
    std::vector<std::uint8_t> pixels_of(ImDrawList& list, int width, int height,
                                        const ClearColour& background) override {
        Target target;
        if (const std::string fault = target.bind(width, height, 0); !fault.empty())
            throw Error("picture", fault, "give a smaller size");
        glViewport(0, 0, width, height);
        glClearColor(background.red, background.green, background.blue, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        ImDrawData data;
        data.Valid = true;
        data.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
        data.FramebufferScale = {1, 1};
        // Glyphs of this size may be in a texture that only the next frame would be told of.
        ImVector<ImTextureData*> textures = ImGui::GetPlatformIO().Textures;
        for (ImTextureData* texture : ImGui::GetIO().Fonts->TexList)
            if (!textures.contains(texture)) textures.push_back(texture);
        data.Textures = &textures;
        data.AddDrawList(&list);
        ImGui_ImplOpenGL3_RenderDrawData(&data);
        target.resolve();
        return target.pixels();
    }
    std::vector<std::string> complaints() override {
        for (GLenum code = glGetError(); code != GL_NO_ERROR; code = glGetError())
            complaints_.push_back(fmt::format("OpenGL error 0x{:04x}", code));
        return std::exchange(complaints_, {});
    }

  protected:
    void begin_backend_frame() override { ImGui_ImplOpenGL3_NewFrame(); }
    Image paint(const Picture& picture, int width, int height,
                std::unique_ptr<Surface>& surface) override {
        if (!surface) surface = std::make_unique<Canvas>();
        Target& target = static_cast<Canvas&>(*surface).target;
        Image image;
        image.fault = target.bind(width, height, samples_);
        if (!image.fault.empty()) return image;
        image.fault = scenes_.paint(picture, width, height);
        target.resolve();
        image.texture = target.texture();
        return image;
    }

  private:
    struct Canvas final : Surface {
        Target target;
    };

    static std::string_view says(GLenum name) {
        const auto* text = reinterpret_cast<const char*>(glGetString(name));
        return text != nullptr ? text : "";
    }
    static bool is_embedded() { return says(GL_VERSION).starts_with("OpenGL ES"); }
    // Bodies, lines and points smooth their edges themselves. Samples smooth those of areas too,
    // and cost a processor three times the time.
    static int samples() {
        const std::string_view name = says(GL_RENDERER);
        const bool processor = name.find("llvmpipe") != name.npos ||
                               name.find("softpipe") != name.npos ||
                               name.find("SwiftShader") != name.npos;
        return processor ? 0 : 4;
    }
    void watch(OpenGlLoader address_of) {
        set_debug_message_ =
            reinterpret_cast<SetDebugMessage>(address_of("glDebugMessageCallback"));
        if (set_debug_message_ == nullptr) return;
        set_debug_message_(note, &complaints_);
        glEnable(debug_output);
        glEnable(debug_output_at_once);
        while (glGetError() != GL_NO_ERROR) continue;  // a context without debug output
    }

    int height_ = 0;  // of the default framebuffer
    int samples_ = samples();
    ShaderLanguage language_;
    ScenePainter scenes_;
    SetDebugMessage set_debug_message_ = nullptr;
    std::vector<std::string> complaints_;
};

}  // namespace

std::unique_ptr<Renderer> opengl_renderer(OpenGlLoader address_of, const OpenGlOptions& options) {
    // Dear ImGui's own loader asks the machine's libGL, which knows nothing of OSMesa: both loaders
    // get the window system's functions instead.
    if (gladLoadGL(address_of) == 0 || imgl3wInit2(address_of) != 0) return nullptr;
    return std::make_unique<OpenGlRenderer>(address_of, options);
}

}  // namespace muonscope

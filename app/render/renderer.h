#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/render/pixels.h"
#include "app/render/scene.h"
#include "app/render/shader_text.h"
#include "imgui.h"

// What becomes of the lists that Dear ImGui has drawn, and of the pictures that stand in them. A
// renderer belongs to the Dear ImGui context that is current when it is made, and is gone before
// it.
namespace muonscope {

// Of linear shares of the display's full intensity, 0 to 1.
struct ClearColour {
    float red = 0, green = 0, blue = 0;
};

// A picture as Dear ImGui shows it: from its lower left corner (0, 0) to its upper right (1, 1).
struct Image {
    ImTextureID texture = ImTextureID_Invalid;  // none: there is nothing to show
    int width = 0, height = 0;
    std::string fault{};  // what could not be drawn, and why; empty: all was
};

class Renderer {
  public:
    Renderer() = default;
    virtual ~Renderer() = default;
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    // Before a frame: what was asked for in none since the last is forgotten with its memory.
    void begin_frame();
    // Dear ImGui's newest lists over one colour, on a target of this size in pixels; makes and
    // frees the textures that they ask for.
    virtual void draw(int width, int height, const ClearColour& background) = 0;
    // Part of what was drawn last, as RGB bytes, top row first.
    virtual std::vector<std::uint8_t> pixels(const PixelArea& area) = 0;
    // The same of lists of one's own at any size, drawn beside the window: for files. Throws Error
    // where there is no room for it.
    virtual std::vector<std::uint8_t> pixels_of(ImDrawList& list, int width, int height,
                                                const ClearColour& background) = 0;

    // The picture at this size, for this frame's lists. Under one name it is drawn again only where
    // it, or the size, is another than the last.
    const Image& image(const std::string& name, const Picture& picture, int width, int height);
    std::int64_t paintings() const { return paintings_; }  // pictures drawn so far
    // What stands under a name: null, where nothing was asked for since the frame before.
    const Picture* picture(const std::string& name) const;
    std::vector<std::string> names() const;  // of all that stand
    // What OpenGL has complained of since this was last asked; in a watched context also what its
    // debug output says.
    virtual std::vector<std::string> complaints() { return {}; }

  protected:
    // Where a picture's pixels are.
    struct Surface {
        virtual ~Surface() = default;
    };
    virtual void begin_backend_frame() {}
    // Draws it on its surface, made anew where there is none.
    virtual Image paint(const Picture& picture, int width, int height,
                        std::unique_ptr<Surface>& surface) = 0;
    void forget_images() { kept_.clear(); }

  private:
    struct Kept {
        Picture picture;
        Image image;
        std::unique_ptr<Surface> surface;
        bool asked = false, painted = false;
    };
    std::map<std::string, Kept> kept_;
    std::int64_t paintings_ = 0;
};

using OpenGlFunction = void (*)();
using OpenGlLoader = OpenGlFunction (*)(const char* name);
struct OpenGlOptions {
    ShaderFiles shaders = embedded_shaders();
    bool watched = false;  // takes the context's debug output, where it has some
};
// For the OpenGL context that is current; looks its functions up. Null where it has not got what
// OpenGL 3.3 has.
std::unique_ptr<Renderer> opengl_renderer(OpenGlLoader address_of,
                                          const OpenGlOptions& options = {});

// Needs nothing: all that it does is to give textures a number. Its pixels have the background's
// colour, its images are empty: there are none to show, or all of them show this texture.
std::unique_ptr<Renderer> null_renderer(ImTextureID of_images = ImTextureID_Invalid);

}  // namespace muonscope

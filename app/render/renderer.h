#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "app/render/pixels.h"

// What becomes of the lists that Dear ImGui has drawn. A renderer belongs to the Dear ImGui context
// that is current when it is made, and is gone before it.
namespace muonscope {

// Of linear shares of the display's full intensity, 0 to 1.
struct ClearColour {
    float red = 0, green = 0, blue = 0;
};

class Renderer {
  public:
    Renderer() = default;
    virtual ~Renderer() = default;
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    virtual void begin_frame() {}
    // Dear ImGui's newest lists over one colour, on a target of this size in pixels; makes and
    // frees the textures that they ask for.
    virtual void draw(int width, int height, const ClearColour& background) = 0;
    // Part of what was drawn last, as RGB bytes, top row first.
    virtual std::vector<std::uint8_t> pixels(const PixelArea& area) = 0;
};

using OpenGlFunction = void (*)();
// For the OpenGL context that is current; looks its functions up. Null where it has not got what
// OpenGL 3.3 has.
std::unique_ptr<Renderer> opengl_renderer(OpenGlFunction (*address_of)(const char* name));

// Needs nothing: all that it does is to give textures a number. Its pixels have the background's
// colour.
std::unique_ptr<Renderer> null_renderer();

}  // namespace muonscope

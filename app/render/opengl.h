#pragma once

namespace muonscope {

using OpenGlFunction = void (*)();

// Looks up OpenGL's functions for the context that is current, once for every context; false where
// it has not got what OpenGL 3.3 has.
bool load_opengl(OpenGlFunction (*address_of)(const char* name));

// Of linear shares of the display's full intensity, 0 to 1.
struct ClearColour {
    float red = 0, green = 0, blue = 0;
};
// Makes the whole default framebuffer, of this size in pixels, the target and one colour.
void clear_framebuffer(int width, int height, const ClearColour& colour);

}  // namespace muonscope

#include "app/render/opengl.h"

#include "glad/gl.h"

namespace muonscope {

bool load_opengl(OpenGlFunction (*address_of)(const char* name)) {
    return gladLoadGL(address_of) != 0;
}

void clear_framebuffer(int width, int height, const ClearColour& colour) {
    glViewport(0, 0, width, height);
    glClearColor(colour.red, colour.green, colour.blue, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

}  // namespace muonscope

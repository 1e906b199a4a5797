#pragma once

#include <memory>
#include <string>

#include "app/render/scene.h"
#include "app/render/shader_text.h"

namespace muonscope {

// Draws pictures of scenes with OpenGL into whatever framebuffer is bound. Belongs to the context
// that is current when it is made. Programs are compiled when first needed.
class ScenePainter {
  public:
    ScenePainter(ShaderLanguage language, ShaderFiles files);
    ~ScenePainter();

    // Fills a framebuffer of this size. What could not be drawn and why, or nothing: the rest is
    // drawn all the same.
    std::string paint(const Picture& picture, int width, int height);

  private:
    struct Programs;
    std::unique_ptr<Programs> programs_;
};

}  // namespace muonscope

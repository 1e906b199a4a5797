#include "app/render/renderer.h"

namespace muonscope {

void Renderer::begin_frame() {
    std::erase_if(kept_, [](const auto& kept) { return !kept.second.asked; });
    for (auto& [name, kept] : kept_) kept.asked = false;
    begin_backend_frame();
}

const Image& Renderer::image(const std::string& name, const Picture& picture, int width,
                             int height) {
    Kept& kept = kept_[name];
    kept.asked = true;
    if (kept.painted && kept.image.width == width && kept.image.height == height &&
        kept.picture == picture)
        return kept.image;
    kept.picture = picture;
    kept.image = paint(picture, width, height, kept.surface);
    kept.image.width = width;
    kept.image.height = height;
    kept.painted = true;
    ++paintings_;
    return kept.image;
}

const Picture* Renderer::picture(const std::string& name) const {
    const auto found = kept_.find(name);
    return found == kept_.end() ? nullptr : &found->second.picture;
}

std::vector<std::string> Renderer::names() const {
    std::vector<std::string> names;
    for (const auto& [name, kept] : kept_) names.push_back(name);
    return names;
}

}  // namespace muonscope

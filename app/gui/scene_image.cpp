#include "app/gui/scene_image.h"

#include "app/gui/theme.h"
#include "app/render/renderer.h"

namespace muonscope::gui {

std::string add_scenes(const PanelContext& context, ImDrawList* list, const char* name,
                       ImVec2 origin, ImVec2 size,
                       const std::function<Picture(ImVec2 scale)>& make) {
    const ImVec2 scale = ImGui::GetIO().DisplayFramebufferScale;
    const int width = static_cast<int>(size.x * scale.x);
    const int height = static_cast<int>(size.y * scale.y);
    if (context.renderer == nullptr || width <= 0 || height <= 0) return {};
    const Image& image = context.renderer->image(name, make(scale), width, height);
    if (image.texture != ImTextureID_Invalid)
        list->AddImage(image.texture, origin,
                       {origin.x + static_cast<float>(width) / scale.x,
                        origin.y + static_cast<float>(height) / scale.y},
                       {0, 1}, {1, 0});
    return image.fault;
}

void add_fault(const PanelContext& context, ImDrawList* list, const std::string& fault,
               ImVec2 origin, float width) {
    if (!fault.empty())
        list->AddText(ImGui::GetFont(), ImGui::GetFontSize(), {origin.x, origin.y + em(1.5F)},
                      u32(context.theme.bad), fault.c_str(), nullptr, width);
}

}  // namespace muonscope::gui

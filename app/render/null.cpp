#include "app/render/renderer.h"

#include "imgui.h"

#include <cmath>

namespace muonscope {
namespace {

class NullRenderer final : public Renderer {
  public:
    explicit NullRenderer(ImTextureID of_images) : of_images_(of_images) {
        ImGui::GetIO().BackendFlags |=
            ImGuiBackendFlags_RendererHasTextures | ImGuiBackendFlags_RendererHasVtxOffset;
    }
    ~NullRenderer() override {
        for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) forget(*texture);
    }
    void draw(int, int, const ClearColour& background) override {
        background_ = background;
        for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
            if (texture->Status == ImTextureStatus_WantDestroy) {
                forget(*texture);
                continue;
            }
            if (texture->Status == ImTextureStatus_WantCreate) texture->SetTexID(1);
            texture->SetStatus(ImTextureStatus_OK);
        }
    }
    std::vector<std::uint8_t> pixels(const PixelArea& area) override {
        return ground(area.width, area.height, background_);
    }
    std::vector<std::uint8_t> pixels_of(ImDrawList&, int width, int height,
                                        const ClearColour& background) override {
        return ground(width, height, background);
    }

  protected:
    Image paint(const Picture&, int width, int height, std::unique_ptr<Surface>&) override {
        return {of_images_, width, height};
    }

  private:
    static std::vector<std::uint8_t> ground(int width, int height, const ClearColour& colour) {
        const auto byte = [](float share) {
            return static_cast<std::uint8_t>(std::lround(255 * share));
        };
        std::vector<std::uint8_t> bytes;
        for (int i = 0; i < width * height; ++i)
            for (const float share : {colour.red, colour.green, colour.blue})
                bytes.push_back(byte(share));
        return bytes;
    }
    static void forget(ImTextureData& texture) {
        texture.SetTexID(ImTextureID_Invalid);
        texture.SetStatus(ImTextureStatus_Destroyed);
    }
    ImTextureID of_images_;
    ClearColour background_;
};

}  // namespace

std::unique_ptr<Renderer> null_renderer(ImTextureID of_images) {
    return std::make_unique<NullRenderer>(of_images);
}

}  // namespace muonscope

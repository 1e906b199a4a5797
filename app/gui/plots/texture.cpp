#include "app/gui/plots/texture.h"

#include "imgui_internal.h"

namespace muonscope::plots {

ImU32* Texture::write(int width, int height) {
    if ((ImGui::GetIO().BackendFlags & ImGuiBackendFlags_RendererHasTextures) == 0) return nullptr;
    if (!data_) {
        data_.reset(IM_NEW(ImTextureData)());
        data_->Create(ImTextureFormat_RGBA32, width_, height_);
        data_->UseColors = true;
        data_->SetStatus(ImTextureStatus_WantCreate);
        ImGui::RegisterUserTexture(data_.get());
    } else if (data_->Status == ImTextureStatus_OK ||
               data_->Status == ImTextureStatus_WantUpdates) {
        // Updates that the renderer has taken are nobody else's to forget.
        if (data_->Status == ImTextureStatus_OK) data_->Updates.resize(0);
        const ImTextureRect all{0, 0, static_cast<unsigned short>(width),
                                static_cast<unsigned short>(height)};
        data_->Updates.push_back(all);
        data_->UpdateRect = all;
        data_->SetStatus(ImTextureStatus_WantUpdates);
    }
    data_->UsedRect = {0, 0, static_cast<unsigned short>(width_),
                       static_cast<unsigned short>(height_)};
    return static_cast<ImU32*>(data_->GetPixels());
}

ImTextureRef Texture::reference() const {
    return data_->GetTexRef();
}

void Texture::Release::operator()(ImTextureData* data) const {
    // The renderer may shut down after the window's state: it must not find this any more.
    if (ImGui::GetCurrentContext() != nullptr) {
        ImGui::UnregisterUserTexture(data);
        ImGui::GetPlatformIO().Textures.find_erase(data);
    }
    IM_DELETE(data);
}

}  // namespace muonscope::plots

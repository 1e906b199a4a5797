#pragma once

#include <memory>

#include "imgui.h"

namespace muonscope::plots {

// A small picture that Dear ImGui's renderer uploads with the frame, whichever renderer that is.
class Texture {
  public:
    static constexpr int widest = 2048;

    // Nothing is allocated before the first write().
    Texture(int width, int height) : width_(width), height_(height) {}

    // Writable pixels, width() a row; the first `width` columns and `height` rows are uploaded with
    // this frame. Null when the renderer takes no textures.
    ImU32* write(int width, int height);
    int width() const { return width_; }
    int height() const { return height_; }
    bool ready() const { return data_ != nullptr; }
    ImTextureRef reference() const;

  private:
    struct Release {
        void operator()(ImTextureData* data) const;
    };
    int width_, height_;
    std::unique_ptr<ImTextureData, Release> data_;
};

}  // namespace muonscope::plots

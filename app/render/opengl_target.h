#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glad/gl.h"

namespace muonscope {

// A framebuffer to draw scenes into: colour and depth, each pixel from some samples, resolved into
// a texture.
class Target {
  public:
    // Of a picture this large four samples a pixel are still to be had in memory; larger ones, of
    // print, get fewer.
    static constexpr double most_pixels_of_four = 1e7, most_pixels_of_two = 2e7;

    Target() = default;
    ~Target();
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    // Makes it so, where it is not, and binds it. A reason why that cannot be, or nothing. Where
    // there are fewer samples to be had, or little memory, it has fewer.
    std::string bind(int width, int height, int samples);
    void resolve();  // into the texture; afterwards the window's framebuffer is bound again
    GLuint texture() const { return texture_; }
    // Of the texture: RGB bytes, top row first.
    std::vector<std::uint8_t> pixels() const;

  private:
    void free();
    std::string make(int width, int height, int samples);

    GLuint drawn_ = 0, resolved_ = 0;  // framebuffers
    GLuint colour_ = 0, depth_ = 0;    // renderbuffers
    GLuint texture_ = 0;
    int width_ = 0, height_ = 0, samples_ = 0;
};

}  // namespace muonscope

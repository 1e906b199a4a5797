#include "app/render/opengl_target.h"

#include <fmt/format.h>

#include <algorithm>

namespace muonscope {
namespace {

int limit(GLenum name) {
    GLint value = 0;
    glGetIntegerv(name, &value);
    return value;
}

int affordable(int wanted, int width, int height) {
    const double pixels = static_cast<double>(width) * height;
    const int most = pixels <= Target::most_pixels_of_four  ? 4
                     : pixels <= Target::most_pixels_of_two ? 2
                                                            : 0;
    return std::min({wanted, most, limit(GL_MAX_SAMPLES)});
}

GLuint renderbuffer(int samples, GLenum format, int width, int height) {
    GLuint buffer = 0;
    glGenRenderbuffers(1, &buffer);
    glBindRenderbuffer(GL_RENDERBUFFER, buffer);
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, format, width, height);
    glBindRenderbuffer(GL_RENDERBUFFER, 0);
    return buffer;
}

}  // namespace

Target::~Target() {
    free();
}

void Target::free() {
    for (GLuint* framebuffer : {&drawn_, &resolved_})
        if (*framebuffer != 0) glDeleteFramebuffers(1, framebuffer);
    for (GLuint* buffer : {&colour_, &depth_})
        if (*buffer != 0) glDeleteRenderbuffers(1, buffer);
    if (texture_ != 0) glDeleteTextures(1, &texture_);
    drawn_ = resolved_ = colour_ = depth_ = texture_ = 0;
    width_ = height_ = 0;
}

std::string Target::make(int width, int height, int samples) {
    const int widest = std::min(limit(GL_MAX_RENDERBUFFER_SIZE), limit(GL_MAX_TEXTURE_SIZE));
    if (width < 1 || height < 1 || width > widest || height > widest)
        return fmt::format("a picture of {} x {} pixels cannot be drawn: this OpenGL takes 1 to {}",
                           width, height, widest);
    const int taken = affordable(samples, width, height);
    glGenTextures(1, &texture_);
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    for (const GLenum side : {GL_TEXTURE_WRAP_S, GL_TEXTURE_WRAP_T})
        glTexParameteri(GL_TEXTURE_2D, side, GL_CLAMP_TO_EDGE);
    for (const GLenum side : {GL_TEXTURE_MIN_FILTER, GL_TEXTURE_MAG_FILTER})
        glTexParameteri(GL_TEXTURE_2D, side, GL_LINEAR);
    glBindTexture(GL_TEXTURE_2D, 0);
    glGenFramebuffers(1, &resolved_);
    glBindFramebuffer(GL_FRAMEBUFFER, resolved_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
    colour_ = renderbuffer(taken, GL_RGBA8, width, height);
    depth_ = renderbuffer(taken, GL_DEPTH_COMPONENT24, width, height);
    glGenFramebuffers(1, &drawn_);
    glBindFramebuffer(GL_FRAMEBUFFER, drawn_);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, colour_);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, depth_);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
        return fmt::format("this OpenGL has no memory for a picture of {} x {} pixels", width,
                           height);
    width_ = width;
    height_ = height;
    samples_ = samples;
    return {};
}

std::string Target::bind(int width, int height, int samples) {
    if (width != width_ || height != height_ || samples != samples_) {
        free();
        if (std::string fault = make(width, height, samples); !fault.empty()) {
            free();
            glBindFramebuffer(GL_FRAMEBUFFER, 0);
            return fault;
        }
    }
    glBindFramebuffer(GL_FRAMEBUFFER, drawn_);
    return {};
}

void Target::resolve() {
    glBindFramebuffer(GL_READ_FRAMEBUFFER, drawn_);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, resolved_);
    glBlitFramebuffer(0, 0, width_, height_, 0, 0, width_, height_, GL_COLOR_BUFFER_BIT,
                      GL_NEAREST);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

std::vector<std::uint8_t> Target::pixels() const {
    const auto across = static_cast<std::size_t>(width_), down = static_cast<std::size_t>(height_);
    std::vector<std::uint8_t> rgba(4 * across * down), rgb;
    glBindFramebuffer(GL_READ_FRAMEBUFFER, resolved_);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
    glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
    rgb.reserve(3 * across * down);
    for (std::size_t y = down; y-- > 0;)  // OpenGL's first row is the lowest
        for (std::size_t x = 0; x < across; ++x)
            for (std::size_t part = 0; part < 3; ++part)
                rgb.push_back(rgba[4 * (y * across + x) + part]);
    return rgb;
}

}  // namespace muonscope

#pragma once

#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>

#include "app/render/scene.h"
#include "app/render/shader_text.h"
#include "glad/gl.h"

// One program of shaders with the corners and instances that it draws. Within OpenGL 3.3 core and
// OpenGL ES 3.0.
namespace muonscope {

class Program {
  public:
    // One input of its vertex shader: how many floats, and the location is its place in the list.
    struct Input {
        int floats;
        bool each_instance = true;  // else of a corner
    };

    // shaders/<name>.vert and .frag. A fault of either, or of both together, is kept and said by
    // fault(): such a program draws nothing.
    Program(const std::string& name, ShaderLanguage language, const ShaderFiles& files,
            std::vector<Input> inputs);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    const std::string& fault() const { return fault_; }

    // What is drawn once an instance, a strip of triangles; or by itself, triangle after triangle.
    void set_corners(const std::vector<float>& corners);
    // `stride` floats from one instance to the next.
    void set_instances(const std::vector<float>& values, int stride);

    void use() const;
    void set(const char* uniform, int value) const;
    void set(const char* uniform, float value) const;
    void set(const char* uniform, const std::array<float, 2>& value) const;
    void set(const char* uniform, const Colour& value) const;
    void set(const char* uniform, const Eigen::Vector3f& value) const;
    void set(const char* uniform, const Eigen::Matrix3f& value) const;

    // While it is used.
    void draw_instances(int first, int count) const;
    void draw_triangles(int first_corner, int corners) const;

  private:
    void point_at_instances(int first) const;

    GLuint program_ = 0, array_ = 0, corners_ = 0, instances_ = 0;
    std::vector<Input> inputs_;
    int strip_ = 0, stride_ = 0;
    std::string fault_;
};

}  // namespace muonscope

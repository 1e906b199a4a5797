#include "app/render/opengl_program.h"

#include <algorithm>
#include <utility>

namespace muonscope {
namespace {

template <class Get, class Text>
std::string log_of(GLuint object, Get get, Text text) {
    GLint length = 0;
    get(object, GL_INFO_LOG_LENGTH, &length);
    std::string log(static_cast<std::size_t>(std::max(length, 1)), '\0');
    text(object, length, nullptr, log.data());
    log.resize(log.find('\0') == std::string::npos ? log.size() : log.find('\0'));
    return log;
}

const void* offset(int floats) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): OpenGL says offsets so
    return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(floats) * sizeof(float));
}

void fill(GLuint buffer, const std::vector<float>& values, GLenum usage) {
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(values.size() * sizeof(float)),
                 values.data(), usage);
}

}  // namespace

Program::Program(const std::string& name, ShaderLanguage language, const ShaderFiles& files,
                 std::vector<Input> inputs)
    : inputs_(std::move(inputs)) {
    program_ = glCreateProgram();
    for (const auto& [kind, ending] :
         {std::pair{GL_VERTEX_SHADER, ".vert"}, std::pair{GL_FRAGMENT_SHADER, ".frag"}}) {
        const std::string path = "shaders/" + name + ending;
        const std::string text = shader_text(language, files(path));
        const char* const source = text.c_str();
        const GLuint shader = glCreateShader(static_cast<GLenum>(kind));
        glShaderSource(shader, 1, &source, nullptr);
        glCompileShader(shader);
        GLint compiled = 0;
        glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
        if (compiled == 0 && fault_.empty())
            fault_ = shader_fault(path, log_of(shader, glGetShaderiv, glGetShaderInfoLog));
        glAttachShader(program_, shader);
        glDeleteShader(shader);  // when the program is gone
    }
    if (!fault_.empty()) return;
    glLinkProgram(program_);
    GLint linked = 0;
    glGetProgramiv(program_, GL_LINK_STATUS, &linked);
    if (linked == 0) {
        fault_ = shader_fault("shaders/" + name + ".vert and .frag",
                              log_of(program_, glGetProgramiv, glGetProgramInfoLog));
        return;
    }
    glGenVertexArrays(1, &array_);
    for (GLuint* buffer : {&corners_, &instances_}) glGenBuffers(1, buffer);
}

Program::~Program() {
    for (const GLuint* buffer : {&corners_, &instances_})
        if (*buffer != 0) glDeleteBuffers(1, buffer);
    if (array_ != 0) glDeleteVertexArrays(1, &array_);
    if (program_ != 0) glDeleteProgram(program_);
}

void Program::set_corners(const std::vector<float>& corners) {
    if (!fault_.empty()) return;
    glBindVertexArray(array_);
    fill(corners_, corners, GL_STATIC_DRAW);
    int floats = 0, at = 0;
    for (const Input& input : inputs_)
        if (!input.each_instance) floats += input.floats;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        if (inputs_[i].each_instance) continue;
        glEnableVertexAttribArray(static_cast<GLuint>(i));
        glVertexAttribPointer(static_cast<GLuint>(i), inputs_[i].floats, GL_FLOAT, GL_FALSE,
                              floats * static_cast<int>(sizeof(float)), offset(at));
        at += inputs_[i].floats;
    }
    strip_ = static_cast<int>(corners.size()) / std::max(floats, 1);
    glBindVertexArray(0);
}

void Program::set_instances(const std::vector<float>& values, int stride) {
    if (!fault_.empty()) return;
    stride_ = stride;
    glBindVertexArray(array_);
    fill(instances_, values, GL_STREAM_DRAW);
    glBindVertexArray(0);
}

void Program::use() const {
    glUseProgram(program_);
    glBindVertexArray(array_);
}

void Program::set(const char* uniform, int value) const {
    glUniform1i(glGetUniformLocation(program_, uniform), value);
}
void Program::set(const char* uniform, float value) const {
    glUniform1f(glGetUniformLocation(program_, uniform), value);
}
void Program::set(const char* uniform, const std::array<float, 2>& value) const {
    glUniform2fv(glGetUniformLocation(program_, uniform), 1, value.data());
}
void Program::set(const char* uniform, const Colour& value) const {
    glUniform4fv(glGetUniformLocation(program_, uniform), 1, value.data());
}
void Program::set(const char* uniform, const Eigen::Vector3f& value) const {
    glUniform3fv(glGetUniformLocation(program_, uniform), 1, value.data());
}
void Program::set(const char* uniform, const Eigen::Matrix3f& value) const {
    glUniformMatrix3fv(glGetUniformLocation(program_, uniform), 1, GL_FALSE, value.data());
}

// OpenGL ES 3.0 has no first instance: the inputs begin at it instead.
void Program::point_at_instances(int first) const {
    glBindBuffer(GL_ARRAY_BUFFER, instances_);
    int at = 0;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const Input& input = inputs_[i];
        if (!input.each_instance) continue;
        const auto location = static_cast<GLuint>(i);
        glEnableVertexAttribArray(location);
        glVertexAttribPointer(location, input.floats, GL_FLOAT, GL_FALSE,
                              stride_ * static_cast<int>(sizeof(float)),
                              offset(first * stride_ + at));
        glVertexAttribDivisor(location, 1);
        at += input.floats;
    }
}

void Program::draw_instances(int first, int count) const {
    if (count < 1) return;
    point_at_instances(first);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, strip_, count);
}

void Program::draw_triangles(int first_corner, int corners) const {
    if (corners > 0) glDrawArrays(GL_TRIANGLES, first_corner, corners);
}

}  // namespace muonscope

#pragma once

#include <functional>
#include <string>
#include <string_view>

// Shaders are files of the program, shaders/<name>.vert and .frag, without a first line: which
// language they are in depends on the context that they are for.
namespace muonscope {

enum class ShaderLanguage { glsl_330, essl_300 };

// The text of a shader by its path, "shaders/point.vert". Throws where there is none.
using ShaderFiles = std::function<std::string(const std::string& path)>;
ShaderFiles embedded_shaders();

// What a driver is given of a file: with its language in front, and lines counted as in the file.
std::string shader_text(ShaderLanguage language, std::string_view file);

// A driver's first complaint, with the place in the file: "shaders/point.frag:12: …". Drivers say a
// line as "0:12(5): …", "0(12) : …" or "ERROR: 0:12: …"; where none is found the file alone is
// said.
std::string shader_fault(std::string_view path, std::string_view log);

}  // namespace muonscope

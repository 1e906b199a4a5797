#include "app/render/shader_text.h"

#include "embedded.h"

#include <algorithm>
#include <cctype>

namespace muonscope {
namespace {

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// "0:12" and "0(12": a source's number, then the line's.
std::string line_number(std::string_view text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        if (text[i] != '0' || (text[i + 1] != ':' && text[i + 1] != '(') || !is_digit(text[i + 2]))
            continue;
        if (i > 0 && is_digit(text[i - 1])) continue;
        std::size_t end = i + 2;
        while (end < text.size() && is_digit(text[end])) ++end;
        return std::string(text.substr(i + 2, end - i - 2));
    }
    return {};
}

// What is said after the place.
std::string_view said(std::string_view line) {
    for (const std::string_view word : {"error", "ERROR", "Error", "warning"})
        if (const std::size_t at = line.rfind(word); at != std::string_view::npos && at > 0)
            return line.substr(at);
    return line;
}

}  // namespace

ShaderFiles embedded_shaders() {
    return [](const std::string& path) { return std::string(embedded::text(path)); };
}

std::string shader_text(ShaderLanguage language, std::string_view file) {
    std::string text = language == ShaderLanguage::glsl_330
                           ? "#version 330 core\n"
                           : "#version 300 es\nprecision highp float;\nprecision highp int;\n"
                             "precision highp sampler2D;\n";
    return text.append("#line 1\n").append(file);
}

std::string shader_fault(std::string_view path, std::string_view log) {
    // The first line that complains; warnings may stand before it.
    std::string_view chosen;
    for (std::size_t from = 0; from < log.size();) {
        const std::size_t end = std::min(log.find('\n', from), log.size());
        const std::string_view line = log.substr(from, end - from);
        const bool error = line.find("error") != line.npos || line.find("ERROR") != line.npos;
        if (!line.empty() && (chosen.empty() || error)) chosen = line;
        if (error) break;
        from = end + 1;
    }
    std::string fault(path);
    if (const std::string line = line_number(chosen); !line.empty()) fault += ":" + line;
    if (chosen.empty()) return fault + ": the driver does not say why";
    return fault + ": " + std::string(said(chosen));
}

}  // namespace muonscope

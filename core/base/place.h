#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace muonscope {

// Where a fault stands in what was read: "lanes.0.phases.1", behind the name of its source.
struct Place {
    std::string_view source;
    std::string path;

    std::string text() const {
        if (path.empty()) return std::string(source);
        return source.empty() ? path : std::string(source) + ": " + path;
    }
    Place at(std::string_view key) const {
        return {source, path.empty() ? std::string(key) : path + "." + std::string(key)};
    }
    Place at(std::size_t index) const { return at(std::to_string(index)); }
};

}  // namespace muonscope

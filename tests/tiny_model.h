#pragma once

#include <string>

#include "core/weights/seed_model.h"

namespace muonscope {

inline void write_tiny_model(const std::string& path) {
    write_seed_model(path, 1);
}

}  // namespace muonscope

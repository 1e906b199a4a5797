#pragma once

#include <string>

#include "core/session/snapshot.h"

namespace muonscope::cli {

// The lanes side by side in fixed columns, one line each, with a heading.
std::string lane_table(const Snapshot& snapshot);

}  // namespace muonscope::cli

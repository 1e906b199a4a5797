#pragma once

#include "core/measure/call_time.h"

namespace muonscope {

// Of processor time.
double seconds(const auto& run) {
    const double start = processor_seconds();
    run();
    return processor_seconds() - start;
}

}  // namespace muonscope

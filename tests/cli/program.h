#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace muonscope {

struct Outcome {
    int code = -1;  // 128 + signal when one ended it
    std::string out, err;
    double processor_seconds = 0;
};

// Starts the program as its users do, with no terminal and no input, and waits for it.
// `in_child` runs before it starts (limits), `meanwhile` beside it (signals).
Outcome run_program(const std::vector<std::string>& arguments,
                    const std::function<void()>& in_child = {},
                    const std::function<void(pid_t)>& meanwhile = {});

}  // namespace muonscope

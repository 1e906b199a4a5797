#pragma once

#include <vector>

#include "core/session/command.h"

namespace muonscope {

// Commands waiting for the next step boundary. A parameter that is set again while only other
// parameters were set in between replaces its earlier value: a slider does not queue up.
class CommandQueue {
  public:
    void push(Command command);
    bool empty() const { return commands_.empty(); }
    bool any(bool (*is_so)(const Command&)) const;
    std::vector<Command> take();

  private:
    std::vector<Command> commands_;
};

}  // namespace muonscope

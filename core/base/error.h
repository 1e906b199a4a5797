#pragma once

#include <stdexcept>
#include <string>

namespace muonscope {

// The one error type. Thrown where the fault is found, caught at three edges only: the command
// line, the trainer thread, a window action.
class Error : public std::runtime_error {
  public:
    // `where` names the file, key or call; `what` states the fault with the offending value;
    // `remedy` says what to do about it. The message reads "where: what; remedy".
    Error(std::string where, std::string what, std::string remedy)
        : std::runtime_error(where + ": " + what + "; " + remedy) {}
};

}  // namespace muonscope

#pragma once

namespace muonscope::cli {

// While one lives, Ctrl+C, SIGTERM and SIGHUP are remembered instead of obeyed, so that what was
// trained can still be written. A second one ends the program at once. SIGHUP stays ignored where
// whoever started the program had it ignored (nohup).
class Interruption {
  public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    int signal() const;     // 0: none
    int exit_code() const;  // 128 + signal, as shells have it
};

}  // namespace muonscope::cli

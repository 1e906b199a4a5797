#include "app/cli/interruption.h"

#include <csignal>

namespace muonscope::cli {
namespace {

// The one thing a signal handler may touch.
volatile std::sig_atomic_t received = 0;

void remember(int number) {
    received = number;
    std::signal(number, SIG_DFL);
}

}  // namespace

Interruption::Interruption() {
    received = 0;
    std::signal(SIGINT, remember);
    std::signal(SIGTERM, remember);
    if (std::signal(SIGHUP, remember) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

Interruption::~Interruption() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    if (std::signal(SIGHUP, SIG_DFL) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

int Interruption::signal() const {
    return received;
}

int Interruption::exit_code() const {
    return 128 + received;
}

}  // namespace muonscope::cli

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
}

Interruption::~Interruption() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

int Interruption::signal() const {
    return received;
}

int Interruption::exit_code() const {
    return 128 + received;
}

}  // namespace muonscope::cli

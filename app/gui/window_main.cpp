#include "app/gui/window_main.h"

#include "app/gui/frame_pacer.h"
#include "core/base/error.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace muonscope::gui {
namespace {

// Set by SIGTERM, SIGINT and SIGHUP, read by the event loop: the window closes as if by its button.
std::atomic<bool> asked_to_end{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // or a signal handler must not touch it
extern "C" void end_politely(int) {
    asked_to_end = true;
}

void end_politely_on_signals() {
    std::signal(SIGTERM, end_politely);
    std::signal(SIGINT, end_politely);
    // Ignored by nohup: then the window outlives its terminal.
    if (std::signal(SIGHUP, end_politely) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

}  // namespace

int run_window(const WindowOptions& options) {
    end_politely_on_signals();
    try {
        Application application(options);
        application.begin();
        while (!asked_to_end && application.frame(FramePacer::idle_wait)) continue;
        application.end();
        if (!application.ended_in_time()) {
            std::fflush(nullptr);
            std::_Exit(0);
        }
    } catch (const Error& fault) {
        std::fprintf(stderr, "muonscope: %s\n", fault.what());
        return 2;
    }
    return 0;
}

}  // namespace muonscope::gui

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/gui/window.h"
#include "core/experiment/spec.h"
#include "core/session/command.h"
#include "core/session/session_file.h"
#include "core/session/snapshot.h"

namespace muonscope::gui {

struct ViewState;

struct WindowOptions {
    Spec spec;  // what it opens on, already training
    // A saved session of that spec: its edits are run again up to where it was saved. Null: none.
    std::shared_ptr<const SessionFile> session = nullptr;
    std::string state_file;  // written on exit when not empty: what the session had come to
    // For this window and from then on, as if chosen in it; otherwise what was chosen last.
    std::optional<double> scale;  // 0.5 to 4, times the monitor's
    std::optional<bool> dark;
    // Pixels at the monitor's scale 1; otherwise as much as the default layout needs.
    std::optional<std::pair<int, int>> size;
    Window::Kind kind = Window::Kind::on_screen;
    // Whether the session is kept in the state folder as it goes, and what was left there is
    // offered.
    bool autosaves = false;
    // Whether training and what panels work out have threads. Without, each frame gives them some
    // milliseconds; where no thread is to be had it is so of itself.
    bool threads = true;
};

// The whole program in a window, for whoever has the loop:
//
//     Application application(options);
//     application.begin();
//     while (application.frame(longest_wait)) continue;
//     application.end();
class Application {
  public:
    explicit Application(const WindowOptions& options);  // throws Error: Window's, Trainer's
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    void begin();  // the first picture, and the window with it
    // Waits for something to happen, at most so many seconds, and draws when it is time to. A host
    // that calls this at its own pace gives 0. Whether to go on: not once the window was closed.
    bool frame(double patience);
    void end();  // does what was asked for last, keeps what is to be kept
    // Whether training and what is worked out beside it let themselves be called off in time. A
    // decomposition of a large matrix cannot be; nothing is lost with it that was not saved before.
    bool ended_in_time();

    void close();  // as if by the window's button
    std::uint64_t send(Command command);
    std::shared_ptr<const Snapshot> snapshot() const;
    ViewState& view();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace muonscope::gui

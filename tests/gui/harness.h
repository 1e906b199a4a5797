#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "app/gui/imgui_session.h"
#include "app/gui/theme.h"
#include "app/render/renderer.h"
#include "core/session/trainer.h"
#include "imgui.h"
#include "imgui_internal.h"

namespace muonscope::gui {

// The program's frames without a window: Dear ImGui with a renderer that draws nothing. Input goes
// through Dear ImGui's queue, effects are read from what was sent or from a trainer's snapshot.
// Without threads training and what panels work out go on in frames and where they are waited for.
class Harness {
  public:
    explicit Harness(ImVec2 display = {1600, 900}, float scale = 1, int threads = 0);
    ~Harness();

    void set_scale(float scale);
    void frame();  // one frame of the whole window
    void frames(int count);
    // Frames, and time for what works beside them, until it has come so far.
    template <class Condition>
    void frames_until(Condition&& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition() && std::chrono::steady_clock::now() < end) {
            frame();
            workplace_.work(0.01);
        }
        ASSERT_TRUE(condition());
    }
    void work(double seconds) { workplace_.work(seconds); }
    void panel_frame(const Panel& panel);

    // From then on frames show this trainer, and commands go to it.
    Trainer& train(const Spec& spec);
    const Snapshot& now();  // drained: every command sent so far has been applied
    // From then on frames show this; commands are kept in `sent`.
    void show(std::shared_ptr<const Snapshot> snapshot);

    void press(ImGuiKey key, ImGuiKey modifier = ImGuiKey_None);
    void type(const std::string& text);
    void move_to(ImVec2 at);
    void click(ImVec2 at);
    void double_click(ImVec2 at);
    void drag(ImVec2 from, ImVec2 to);
    // A point where the item with this id is hovered, found by moving the mouse over the window.
    // Fails the test when there is none.
    ImVec2 find(ImGuiWindow* window, ImGuiID id);
    // By name; among several of that prefix the index-th from above.
    ImGuiWindow* window(const std::string& name);
    ImGuiWindow* child(const std::string& parent, const std::string& name, int index);

    // What a panel keeps while the window is open, and what the user chose about it.
    template <class T>
    T& kept() {
        return view.panels.of<T>();
    }
    template <class T>
    T& chosen() {
        return preferences.panels.of<T>();
    }

    Preferences preferences;
    ViewState view;
    std::vector<Command> sent;
    int saved = 0;  // how often a session was to be saved
    bool saves_at_once = true;
    std::string saved_to;
    std::vector<std::string> pictures;  // saved of the screen
    const char* refusal = nullptr;      // why it cannot be

    PanelContext context();
    Renderer& renderer() { return *renderer_; }

  private:
    void begin();
    void end();

    Workplace workplace_;
    ImGuiSession imgui_;
    std::unique_ptr<Renderer> renderer_ = null_renderer();
    Theme theme_;
    float scale_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::unique_ptr<Trainer> trainer_;
};

// A snapshot made by hand: `rows` samples whose every measured number is `value`.
std::shared_ptr<Snapshot> made_by_hand(int layers, int lanes, int rows, double value);
// One of a run that has come so far.
std::shared_ptr<Snapshot> trained(const Spec& spec, std::int64_t steps);

}  // namespace muonscope::gui

#include "app/gui/keys.h"

#include "app/gui/awaited.h"
#include "app/gui/caption.h"
#include "app/gui/frame.h"
#include "app/gui/full_screen.h"
#include "app/gui/ghosts.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/saving.h"
#include "app/gui/tab_order.h"
#include "app/gui/taking_back.h"
#include "app/gui/time_cursor.h"
#include "app/gui/widgets.h"
#include "core/experiment/presets.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <algorithm>
#include <array>
#include <utility>

namespace muonscope::gui {
namespace {

constexpr std::array<Key, 30> table{{
    {"Space", "pause, go on"},
    {"S", "swap the lanes' optimisers"},
    {"R", "start over from the same weights"},
    {"\xe2\x86\x92", "one step"},
    {"\xe2\x86\x90", "one step back"},
    {"Shift \xe2\x86\x90 \xe2\x86\x92", "look a step back or forth, while training goes on"},
    {"Home  End", "look at the start; follow the newest step again"},
    {"G", "go on from the step that is looked back at"},
    {"Ctrl Z", "take back what was done last"},
    {"Ctrl Shift Z", "do it again"},
    {"1 \xe2\x80\x93 9", "presets"},
    {"+  \xe2\x88\x92", "faster, slower"},
    {"L", "steps on a log axis, or a linear one"},
    {"A  B", "over a plot: put a cursor at this step, and read differences"},
    {"X", "over a plot: the first step at which a curve crosses this value"},
    {"H", "keep this run as a ghost behind the plots"},
    {"C", "captions and their arrows"},
    {"T", "dark or light"},
    {"P", "presentation: chosen panels, large type"},
    {"F11", "full screen, and the window again"},
    {"Ctrl 0", "reset the layout"},
    {"Ctrl S", "save the session"},
    {"Ctrl Shift S", "save the session somewhere else"},
    {"Ctrl Shift C", "copy the setting as a line of text"},
    {"Ctrl V", "start a setting that was copied so"},
    {"Ctrl O", "open a session or a spec"},
    {"F1", "this help"},
    {"Tab", "to the next control; Shift Tab back"},
    {"Enter", "press or type into the control in the ring"},
    {"Esc",
     "close a list, a message, the ring, a band of values, help or full screen; follow the newest "
     "step"},
}};

constexpr std::array<double, 11> speeds{1, 2, 5, 10, 20, 60, 100, 200, 500, 1000, 0};

// Down now, or let go since the last frame: a hand that leaves Ctrl before S, both between two
// frames, still meant Ctrl+S.
bool held(bool now, ImGuiKey modifier) {
    return now || ImGui::IsKeyReleased(modifier);
}

void handle_control_keys(PanelContext& context) {
    if (ImGui::IsKeyPressed(ImGuiKey_0, false)) context.view.reset_layout = true;
    if (ImGui::IsKeyPressed(ImGuiKey_O, false)) ask_what_to_open(context);
    const bool shift = held(ImGui::GetIO().KeyShift, ImGuiMod_Shift);
    if (ImGui::IsKeyPressed(ImGuiKey_Z, false)) shift ? do_again(context) : take_back(context);
    if (ImGui::IsKeyPressed(ImGuiKey_Y, false)) do_again(context);
    if (shift && ImGui::IsKeyPressed(ImGuiKey_C, false)) copy_setting(context);
    if (ImGui::IsKeyPressed(ImGuiKey_V, false)) paste_setting(context);
    if (!ImGui::IsKeyPressed(ImGuiKey_S, false) || !context.save_session) return;
    if (shift)
        ask_where_to_save_session(context);
    else
        save_session_at_once(context);
}

bool list_is_open() {
    return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

bool ring_is_shown() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.NavCursorVisible && g.NavId != 0 && g.NavWindow != nullptr;
}

// Space and the sideways arrows: the transport's as long as no control has the focus ring. Owned,
// they do not set out through the controls from wherever the mouse clicked last.
void handle_transport_keys(PanelContext& context) {
    if (ImGui::IsKeyPressed(ImGuiKey_Space, false)) toggle_pause(context);
    const bool shift = held(ImGui::GetIO().KeyShift, ImGuiMod_Shift);
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow))
        shift ? look_further(context, 1) : step_once(context);
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow))
        shift ? look_further(context, -1) : step_back(context);
    if (ImGui::IsKeyPressed(ImGuiKey_Home, false)) look_back_at(context, 0);
    if (ImGui::IsKeyPressed(ImGuiKey_End, false)) look_at_newest(context);
    const ImGuiID transport = ImHashStr("transport keys");
    for (const ImGuiKey key :
         {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_Home, ImGuiKey_End})
        ImGui::SetKeyOwner(key, transport);
}

void handle_plain_keys(PanelContext& context) {
    const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key, false); };
    if (!ring_is_shown() && !context.kept<KeyboardState>().ring) handle_transport_keys(context);
    if (pressed(ImGuiKey_S)) context.send(SwapOptimizers{context.view.keep_momentum});
    if (pressed(ImGuiKey_R) && context.snapshot != nullptr && context.snapshot->can_reset())
        start_over(context);
    for (int i = 0; i < 9; ++i)
        if (pressed(static_cast<ImGuiKey>(ImGuiKey_1 + i)) ||
            pressed(static_cast<ImGuiKey>(ImGuiKey_Keypad1 + i)))
            choose_preset(context, i);
    if (pressed(ImGuiKey_Equal) || pressed(ImGuiKey_KeypadAdd))
        set_speed(context, next_speed(wanted_speed(context), +1));
    if (pressed(ImGuiKey_Minus) || pressed(ImGuiKey_KeypadSubtract))
        set_speed(context, next_speed(wanted_speed(context), -1));
    if (pressed(ImGuiKey_G)) go_on_from_past(context);
    if (pressed(ImGuiKey_C))
        context.chosen<CaptionChoices>().shown = !context.chosen<CaptionChoices>().shown;
    if (pressed(ImGuiKey_H)) pin_run(context);
    if (pressed(ImGuiKey_L)) {
        bool& logarithmic = context.chosen<plots::StepAxisChoices>().logarithmic;
        logarithmic = !logarithmic;
    }
    if (pressed(ImGuiKey_T)) context.preferences.dark = !context.preferences.dark;
    if (pressed(ImGuiKey_P)) context.preferences.presentation = !context.preferences.presentation;
}

}  // namespace

std::span<const Key> keys() {
    return table;
}

void handle_keys(PanelContext& context) {
    const ImGuiIO& io = ImGui::GetIO();
    KeyboardState& keyboard = context.kept<KeyboardState>();
    const std::function<void()> let_go = std::exchange(keyboard.let_go, {});
    // What Escape has just closed had the keyboard when it was pressed.
    if (context.view.path_dialog || keyboard.list || list_is_open() || io.WantTextInput) return;
    go_on_by_tab(keyboard);
    if (ImGui::IsKeyPressed(ImGuiKey_F1, false)) context.view.show_help = !context.view.show_help;
    FullScreen& screen = context.kept<FullScreen>();
    if (ImGui::IsKeyPressed(ImGuiKey_F11, false)) screen.wanted = !screen.on;
    if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        if (!context.view.toast.empty())
            context.view.toast.clear();
        else if (keyboard.ring)
            ImGui::SetNavCursorVisible(false);
        else if (let_go)
            let_go();
        else if (context.kept<TimeCursor>().step >= 0)
            look_at_newest(context);
        else if (context.view.show_help)
            context.view.show_help = false;
        else
            screen.wanted = false;
    }
    if (held(io.KeyCtrl, ImGuiMod_Ctrl))
        handle_control_keys(context);
    else if (!held(io.KeyAlt, ImGuiMod_Alt) && !held(io.KeySuper, ImGuiMod_Super))
        handle_plain_keys(context);
}

void note_keyboard(ViewState& view) {
    KeyboardState& keyboard = view.panels.of<KeyboardState>();
    const bool list = list_is_open();
    if (list && !keyboard.list) keyboard.ring_under_list = keyboard.ring;
    // Arrows in a list that the mouse opened leave no ring behind: Space still pauses.
    if (!list && keyboard.list && !keyboard.ring_under_list) ImGui::SetNavCursorVisible(false);
    keyboard.list = list;
    keyboard.ring = ring_is_shown();
    if (!list) leave_window_by_tab(keyboard);
}

void toggle_pause(PanelContext& context) {
    if (context.snapshot == nullptr) return;
    if (context.snapshot->can_pause())
        context.send(Pause{});
    else if (context.snapshot->can_start())
        context.send(Start{});
}

void step_once(PanelContext& context) {
    if (context.snapshot == nullptr) return;
    // Without a pause before it, which would call off the way of a step back.
    if (context.snapshot->can_pause() || context.snapshot->can_step()) context.send(StepOnce{});
    forget_awaited(context.view, "step");
}

void step_back(PanelContext& context) {
    if (context.snapshot == nullptr) return;
    const auto step = std::get<std::int64_t>(latest(context, "step", context.snapshot->step));
    if (step < 1) return;
    send(context, "step", step - 1, RunTo{step - 1});
}

void start_over(PanelContext& context) {
    context.send(Reset{});
    forget_awaited(context.view, "step");
}

void choose_preset(PanelContext& context, int index) {
    const auto all = presets();
    if (index < 0 || index >= static_cast<int>(all.size())) return;
    watch(context, all[index]);
}

void watch(PanelContext& context, const Spec& spec) {
    watch(context.view, context.send, spec);
}

void watch(ViewState& view, const std::function<std::uint64_t(Command)>& send, const Spec& spec) {
    send(SetSpec{spec});
    send(Start{});
    forget_awaited(view, "step");
    view.follow = true;
    look_at(view, spec);
    view.toast.clear();  // it spoke of what is gone
}

void look_at(ViewState& view, const Spec& spec) {
    const PresetPage* page = preset_page(spec.name);
    if (page == nullptr) return;
    view.bring_forward = panel_by_slug(page->panel).title;
    if (!page->beside.empty()) view.bring_beside = panel_by_slug(page->beside).title;
}

double next_speed(double now, int direction) {
    const auto value = [](double speed) { return speed <= 0 ? 1e18 : speed; };
    if (direction > 0) {
        for (const double speed : speeds)
            if (value(speed) > value(now)) return speed;
        return speeds.back();
    }
    for (std::size_t i = speeds.size(); i-- > 0;)
        if (value(speeds[i]) < value(now)) return speeds[i];
    return speeds.front();
}

}  // namespace muonscope::gui

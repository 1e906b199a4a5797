#include "app/gui/drawn_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/current_phase.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui_internal.h"

namespace muonscope::gui {
namespace {

constexpr const char* newest_words = "newest step";
constexpr const char* follow_help = "Draws the newest step again, and follows it.";

const WatchedRun& run_of(const PanelContext& context) {
    return context.kept<WatchedRun>();
}

std::string words_of(std::int64_t step, std::int64_t newest) {
    return fmt::format("step {} of {}", step, newest);
}

// The longest that may stand there, so that the track stays where it is.
float words_width(std::int64_t newest) {
    return std::max(ImGui::CalcTextSize(newest_words).x,
                    ImGui::CalcTextSize(words_of(newest, newest).c_str()).x) +
           em(0.7F);
}

// From the first state that was seen to the newest, which is followed again at its end.
void track(PanelContext& context, float width) {
    WatchedRun& run = context.kept<WatchedRun>();
    const auto& states = run.states();
    const auto last = static_cast<int>(states.size()) - 1;
    const WatchedState* past = run.past();
    const int at = past == nullptr ? last : static_cast<int>(past - states.data());
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const float high = ImGui::GetFrameHeight(), knob = em(0.36F);
    ImGui::InvisibleButton("##step", {width, high}, ImGuiButtonFlags_EnableNav);
    const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
    const float left = from.x + knob, right = from.x + width - knob;
    int wanted = at;
    if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        ImGui::ClearActiveID();  // or the press would drag at once
        wanted = last;
    } else if (active && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
        wanted = static_cast<int>(std::lround((ImGui::GetMousePos().x - left) / (right - left) *
                                              static_cast<float>(last)));
    }
    wanted = std::clamp(wanted + arrow_of_focused_item(), 0, last);
    if (wanted == last)
        run.follow_newest();
    else if (wanted != at)
        run.look_at(states[static_cast<std::size_t>(wanted)].step);
    const bool hot = hovered || active;
    draw_track(
        context,
        {left, right, from.y + high / 2,
         left + (right - left) * static_cast<float>(wanted) / static_cast<float>(std::max(last, 1)),
         em(0.18F), hot ? knob : 0.8F * knob},
        context.theme.dim);
    hover_help(context, "",
               "Any state that was seen while a panel with this line was shown: some over all of "
               "the run, the same one in all of them. At the right end, or after a double click, "
               "the newest is followed.");
}

}  // namespace

std::string StateName::text() const {
    return with_step ? fmt::format("{}, step {}", lane, step) : lane;
}

WatchedRun& watch_run(PanelContext& context) {
    WatchedRun& run = context.kept<WatchedRun>();
    run.see(*context.snapshot);
    return run;
}

DrawnLane drawn_lane(const PanelContext& context, std::size_t lane) {
    const WatchedState* past = run_of(context).past();
    if (past != nullptr && lane < past->lanes.size()) {
        const WatchedState::Lane& of = past->lanes[lane];
        return {{of.name, of.step, true},
                true,
                of.lost,
                of.weights,
                of.move,
                past->spec ? phase_of(*past->spec, lane, of.phase) : nullptr};
    }
    return newest_lane(context, lane);
}

DrawnLane newest_lane(const PanelContext& context, std::size_t lane) {
    const Snapshot& snapshot = *context.snapshot;
    const LaneSnapshot& of = snapshot.lanes[lane];
    const std::int64_t step = of.lost() ? of.now_step : of.step;
    return {{of.name, step, of.lost()},
            false,
            of.lost(),
            of.weights,
            of.move,
            snapshot.spec ? phase_of(*snapshot.spec, lane, next_phase(of)) : nullptr};
}

std::int64_t past_step(const PanelContext& context) {
    const WatchedState* past = run_of(context).past();
    return past == nullptr ? -1 : past->step;
}

bool has_step_slider(const PanelContext& context, float height) {
    const WatchedRun& run = run_of(context);
    // What is not the newest can always be left again.
    return (run.past() != nullptr && height > em(5)) ||
           (run.states().size() > 2 && height > em(15));
}

float step_slider_height() {
    return ImGui::GetFrameHeight() + em(0.2F);
}

void step_slider(PanelContext& context) {
    WatchedRun& run = context.kept<WatchedRun>();
    const WatchedState* past = run.past();
    const std::int64_t newest = context.snapshot->step;
    const std::string text = past == nullptr ? newest_words : words_of(past->step, newest);
    const float words = words_width(newest), button = button_width("newest");
    const float room = ImGui::GetContentRegionAvail().x;
    const bool has_button = room - words - button > em(6);
    const float width = room - words - (has_button ? button + em(0.4F) : 0);
    if (past != nullptr && width < em(3)) {  // the words themselves lead back
        if (quiet_button(context, (text + "###follow").c_str(),
                         std::min(button_width(text.c_str()), room), follow_help))
            run.follow_newest();
        return;
    }
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(past == nullptr ? context.theme.dim : context.theme.text, "%s",
                       text.c_str());
    if (width < em(3)) return;
    ImGui::SameLine(0, words - ImGui::GetItemRectSize().x);
    track(context, width);
    if (past == nullptr || !has_button) return;
    ImGui::SameLine(0, em(0.4F));
    if (quiet_button(context, "newest###follow", button, follow_help)) run.follow_newest();
}

ImVec2 above_step_slider(const PanelContext& context, ImVec2 room) {
    if (has_step_slider(context, room.y)) room.y -= step_slider_height();
    return room;
}

void draw_step_slider(PanelContext& context, ImVec2 origin, ImVec2 room) {
    if (!has_step_slider(context, room.y)) return;
    ImGui::SetCursorScreenPos({origin.x, origin.y + room.y - ImGui::GetFrameHeight()});
    step_slider(context);
}

}  // namespace muonscope::gui

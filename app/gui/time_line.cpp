#include "app/gui/fonts.h"
#include "app/gui/theme.h"
#include "app/gui/time_cursor.h"
#include "app/gui/widgets.h"
#include "imgui.h"
#include "imgui_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

// The line under the plots that leads every panel back in time.
namespace muonscope::gui {
namespace {

constexpr const char* help =
    "Drag to see any step of the run in every panel, while training goes on. Shift ← → looks a "
    "step "
    "back and forth, Home at the start, End at the newest. Dashes are edits.";

struct Line {
    float left, right, y;
    std::int64_t steps;  // of the run

    float at(std::int64_t step) const {
        return left + (right - left) * static_cast<float>(static_cast<double>(step) /
                                                          static_cast<double>(steps));
    }
    std::int64_t step_at(float x) const {
        const double share = static_cast<double>(x - left) / static_cast<double>(right - left);
        return std::llround(std::clamp(share, 0.0, 1.0) * static_cast<double>(steps));
    }
};

std::string words_of(std::int64_t step, std::int64_t newest) {
    return fmt::format("step {} of {}", step, newest);
}

// The most that may stand there while the step has as many digits, so that the line stays.
float words_width(std::int64_t newest) {
    std::string widest = words_of(newest, newest);
    for (char& c : widest)
        if (c >= '0' && c <= '9') c = '0';
    return std::max(ImGui::CalcTextSize("newest step").x, ImGui::CalcTextSize(widest.c_str()).x) +
           em(0.8F);
}

void middle() {
    ImGui::SetCursorPosY((ImGui::GetWindowHeight() - ImGui::GetFrameHeight()) / 2);
}

// What was edited there, as dashes; the text of those under the mouse.
std::string draw_edits(const PanelContext& context, const Line& line, bool hovered) {
    std::string under;
    if (!context.snapshot->events) return under;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    float last = -1e9F;
    for (const Event& event : *context.snapshot->events) {
        if (event.step > line.steps) continue;
        const float x = std::round(line.at(event.step));
        if (hovered && std::abs(ImGui::GetMousePos().x - x) < em(0.35F))
            under += fmt::format("\n{}", event.text);
        if (x - last < 2) continue;
        last = x;
        draw->AddRectFilled({x, line.y - em(0.45F)},
                            {x + std::max(1.0F, context.theme.hairline()), line.y + em(0.45F)},
                            u32(context.theme.mark));
    }
    return under;
}

void track(PanelContext& context, float width) {
    const std::int64_t cursor = context.kept<TimeCursor>().step;
    const bool past = cursor >= 0;
    middle();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    const float high = ImGui::GetFrameHeight(), knob = em(0.4F);
    ImGui::InvisibleButton("##time", {width, high});
    const bool hovered = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
    const Line line{from.x + knob, from.x + width - knob, from.y + high / 2,
                    std::max<std::int64_t>(context.snapshot->step, 1)};
    if (hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        ImGui::ClearActiveID();  // or the press would drag at once
        look_at_newest(context);
    } else if (active && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
        look_back_at(context, line.step_at(ImGui::GetMousePos().x));
    }
    const std::int64_t shown = context.kept<TimeCursor>().step;
    const bool hot = hovered || active;
    draw_track(context,
               {line.left, line.right, line.y, shown < 0 ? line.right : line.at(shown), em(0.2F),
                hot || past ? knob : 0.75F * knob},
               past ? context.theme.accent : context.theme.dim);
    const std::string edits = draw_edits(context, line, hovered);
    if (active || !edits.empty()) {
        const std::int64_t under = line.step_at(ImGui::GetMousePos().x);
        ImGui::SetTooltip("step %lld%s", static_cast<long long>(shown >= 0 ? shown : under),
                          edits.c_str());
    } else {
        hover_help(context, "Time", help);
    }
}

}  // namespace

void draw_time_line(PanelContext& context) {
    const Snapshot* s = context.snapshot;
    if (s == nullptr) return;
    const TimeCursor& cursor = context.kept<TimeCursor>();
    const bool past = cursor.step >= 0;
    const std::string words = past ? words_of(cursor.step, s->step) : std::string("newest step");
    const float whole = ImGui::GetContentRegionAvail().x;
    const float text = words_width(s->step);
    constexpr const char *on = "Go on from here", *newest = "Newest";
    const float buttons = button_width(on) + button_width(newest) + em(0.8F);
    const bool roomy = whole - text - buttons > em(12);
    middle();
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(past ? context.theme.accent : context.theme.dim, "%s", words.c_str());
    ImGui::SameLine(0, std::max(0.0F, text - ImGui::GetItemRectSize().x));
    // The buttons' room is kept, so that the line does not move under the hand.
    const float room = whole - text - (roomy ? buttons : 0);
    if (room < em(4)) return;
    ImGui::BeginDisabled(!has_past(context));
    track(context, room);
    ImGui::EndDisabled();
    if (!past || !roomy) return;
    ImGui::SameLine(0, em(0.4F));
    middle();
    if (quiet_button(
            context, on, button_width(on),
            "G. Training goes back to this step and on from it; undo brings back what came "
            "after it."))
        go_on_from_past(context);
    ImGui::SameLine(0, em(0.3F));
    middle();
    if (quiet_button(context, newest, button_width(newest),
                     "Follows the run again. End, Esc, or a double click on the line."))
        look_at_newest(context);
}

}  // namespace muonscope::gui

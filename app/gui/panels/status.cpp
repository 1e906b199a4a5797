#include "app/gui/fonts.h"
#include "app/gui/lost_lanes.h"
#include "app/gui/panels/panels.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace muonscope::gui {
namespace {

struct State {
    const char* word;
    ImVec4 colour;
};

State state_of(const PanelContext& context) {
    const Theme& t = context.theme;
    if (context.snapshot == nullptr) return {"starting", t.dim};
    if (context.snapshot->building) return {"building", t.accent};
    switch (context.snapshot->state) {
        case TrainerState::idle:
            return {"ready", t.dim};
        case TrainerState::running:
            return {"running", t.good};
        case TrainerState::paused:
            return {"paused", t.warning};
        case TrainerState::stopping:
            return {"pausing…", t.warning};
        case TrainerState::finished:
            return {"finished", t.accent};
        case TrainerState::diverged:
            return {"diverged", t.bad};
        case TrainerState::error:
            return {"error", t.bad};
    }
    return {"", t.dim};
}

std::string speed_text(const Snapshot& s) {
    const std::string reached = fmt::format("{:.0f}", s.reached_speed);
    if (s.wanted_speed <= 0) return reached + " steps/s";
    return fmt::format("{} of {:.0f} steps/s", reached, s.wanted_speed);
}

// The ways on stand behind the words, as far left of the right part as they fit.
float draw_ways_on(PanelContext& context, float words, float right) {
    const Snapshot& s = *context.snapshot;
    const auto lane = std::find_if(s.lanes.begin(), s.lanes.end(),
                                   [](const LaneSnapshot& l) { return l.divergence.has_value(); });
    if (s.state == TrainerState::error || lane == s.lanes.end() || s.spec == nullptr ||
        static_cast<std::size_t>(lane - s.lanes.begin()) >= s.spec->lanes.size())
        return right;
    const ImVec2 window = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
    const float width = ways_on_width();
    const float x = std::max(window.x, std::min(words + em(1), right - width - em(1)));
    ImGui::SetCursorScreenPos({x, window.y + (extent.y - em(1.45F)) / 2});
    ways_on(context, static_cast<int>(lane - s.lanes.begin()));
    return x - em(0.5F);
}

float right_part(PanelContext& context) {
    const State state = state_of(context);
    std::string text = state.word;
    if (const Snapshot* s = context.snapshot) {
        text += fmt::format("   step {}", s->step);
        if (s->state == TrainerState::running) text += "   " + speed_text(*s);
    }
    // Where the line is short, what to do comes before how the program fares.
    const bool roomy = ImGui::GetWindowWidth() > em(80);
    if (roomy && context.frame_milliseconds > 0)
        text += fmt::format("   frame {:.1f} ms", context.frame_milliseconds);
    if (roomy && context.memory_megabytes > 0)
        text += fmt::format("   {:.0f} MB", context.memory_megabytes);

    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.9F);
    const float width = ImGui::CalcTextSize(text.c_str()).x;
    const ImVec2 window = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
    const float x = window.x + extent.x - width - em(0.4F);
    const float y = window.y + (extent.y - ImGui::GetFontSize()) / 2;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddCircleFilled({x - em(0.8F), window.y + extent.y / 2}, em(0.28F), u32(state.colour));
    draw->AddText({x, y}, u32(context.theme.dim), text.c_str());
    ImGui::PopFont();
    ImGui::SetCursorScreenPos({x - em(1.2F), window.y});
    ImGui::InvisibleButton("##state", {std::max(1.0F, width + em(1.4F)), extent.y});
    hover_help(context, "State",
               "Steps a second reached, of those wanted. Frame: mean time to build and draw one in "
               "the last second; none is drawn while nothing changes. Memory: resident.");
    return x - em(2);
}

}  // namespace

void draw_status(PanelContext& context) {
    const float right = right_part(context);
    const ImVec2 window = ImGui::GetWindowPos(), extent = ImGui::GetWindowSize();
    const std::string bad =
        context.snapshot != nullptr ? trouble(*context.snapshot) : std::string();
    const std::string text =
        bad.empty() ? "Space pauses   ·   S swaps the optimiser   ·   R starts over   ·   1–9 "
                      "presets   ·   C captions   ·   F1 help"
                    : fmt::format("{}  {}", icon::warning, bad);
    const ImVec2 at{window.x + em(0.4F), window.y + (extent.y - ImGui::GetFontSize()) / 2};
    const float end =
        bad.empty() ? right
                    : draw_ways_on(context, at.x + ImGui::CalcTextSize(text.c_str()).x, right);
    fitted_text(ImGui::GetWindowDrawList(), at, end - at.x,
                bad.empty() ? context.theme.dim : context.theme.bad, text.c_str());
    if (!bad.empty()) {
        ImGui::SetCursorScreenPos(window);
        ImGui::InvisibleButton("##trouble", {std::max(1.0F, end - window.x), extent.y});
        hover_help(context, "What happened", bad);
    }
}

}  // namespace muonscope::gui

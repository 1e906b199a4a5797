#include "app/gui/plots/memory.h"

#include "app/gui/plots/shown_lanes.h"
#include "app/gui/plots/step_axis.h"
#include "app/gui/plots/value_axis.h"
#include "imgui.h"

namespace muonscope::plots {

ValueAxis& Memory::axis(std::string_view name) {
    const auto found = axes.find(name);
    return found != axes.end() ? found->second : axes[std::string(name)];
}

Memory& memory(gui::PanelContext& context) {
    return context.kept<Memory>();
}

void begin_frame(gui::PanelContext& context) {
    Memory& kept = memory(context);
    const int frame = ImGui::GetFrameCount();
    if (kept.frame == frame) return;
    kept.frame = frame;
    kept.hovered_step = kept.hovered_next;
    kept.hovered_next = -1;
    follow_shown_lanes(context);
    auto& view = context.view;
    view.animating = false;
    if (!context.snapshot || !view.follow) return;
    StepRange shown{view.step_min, view.step_max};
    view.animating = ease(shown, followed_end(context.snapshot->step));
    view.step_min = shown.min;
    view.step_max = shown.max;
}

}  // namespace muonscope::plots

#include "app/gui/plots/memory.h"

#include "app/gui/ghosts.h"
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
    gui::follow_ghosts(context);
    context.view.animating = follow_steps(context);
}

}  // namespace muonscope::plots

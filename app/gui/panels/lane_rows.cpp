#include "app/gui/keys.h"
#include "app/gui/panels/lanes.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/lane_list.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

// The rows of a lane's menu that change which lanes there are.
namespace muonscope::gui {
namespace {

void rename_row(PanelContext& context, int lane) {
    const Recipe& recipe = context.snapshot->spec->lanes[static_cast<std::size_t>(lane)];
    auto& typed = context.kept<LanesView>().name;
    if (ImGui::IsWindowAppearing()) {
        typed = {};
        recipe.name.copy(typed.data(), std::min(recipe.name.size(), typed.size() - 1));
    }
    ImGui::SetNextItemWidth(em(13));
    const bool entered =
        ImGui::InputText("##name", typed.data(), typed.size(),
                         ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    hover_help(context, "Name", "Of the lane, wherever it is named. Enter takes it.");
    if (!entered) return;
    Recipe renamed = recipe;
    renamed.name = typed.data();
    context.send(SetLane{lane, renamed});
    ImGui::CloseCurrentPopup();
}

template <class Change>
void row(PanelContext& context, const char* words, bool enabled, Change&& change) {
    if (!ImGui::MenuItem(words, nullptr, false, enabled)) return;
    const bool running = context.snapshot->can_pause();
    attempt(context.view, [&] { begin_with(context, change(*context.snapshot->spec), running); });
}

}  // namespace

void begin_with(PanelContext& context, const Spec& spec, bool running) {
    context.send(SetSpec{spec});
    if (running) context.send(Start{});
    context.view.follow = true;
}

void lane_list_rows(PanelContext& context, int lane) {
    const std::size_t at = static_cast<std::size_t>(lane), count = context.snapshot->lanes.size();
    rename_row(context, lane);
    ImGui::TextColored(context.theme.dim, "These start over; undo brings the run back");
    row(context, "Copy to a new lane", count < most_lanes,
        [&](const Spec& spec) { return with_copy_of_lane(spec, at); });
    row(context, "Move up", lane > 0,
        [&](const Spec& spec) { return with_lane_moved(spec, at, -1); });
    row(context, "Move down", at + 1 < count,
        [&](const Spec& spec) { return with_lane_moved(spec, at, 1); });
    row(context, "Remove", count > 1, [&](const Spec& spec) { return without_lane(spec, at); });
}

}  // namespace muonscope::gui

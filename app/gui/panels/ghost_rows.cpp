#include "app/gui/panels/ghost_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "app/gui/fonts.h"
#include "app/gui/ghosts.h"
#include "app/gui/path_dialog.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

void ghosts_menu(PanelContext& context) {
    if (!ImGui::BeginMenu("Ghosts")) return;
    Ghosts& ghosts = context.kept<Ghosts>();
    if (ImGui::MenuItem("Keep this run as a ghost", "H")) pin_run(context);
    const bool any = ghosts.replaced != nullptr;
    const std::string before =
        any ? "Keep the run before: " + ghosts.replaced->name : "Keep the run before";
    if (ImGui::MenuItem(before.c_str(), nullptr, false, any)) pin(context, ghosts.replaced);
    if (ImGui::MenuItem("From a session or a table over steps…", nullptr, false,
                        !ghosts.work.busy()))
        attempt(context.view, [&] {
            ask_path(context, {.title = "Open a ghost",
                               .verb = "Open",
                               .path = "",
                               .ending = ".json .csv",
                               .saves = false,
                               .done = [context = context](const std::string& path) mutable {
                                   open_ghost(context, path);
                               }});
        });
    ImGui::Separator();
    if (ImGui::MenuItem("Remove all", nullptr, false, !ghosts.pinned.empty()))
        ghosts.pinned.clear();
    ImGui::EndMenu();
}

namespace {

void name_field(PanelContext& context, Ghosts::Pinned& pinned, float width) {
    std::array<char, 96> typed{};
    pinned.name.copy(typed.data(), std::min(pinned.name.size(), typed.size() - 1));
    ImGui::SetNextItemWidth(width);
    if (ImGui::InputText("##name", typed.data(), typed.size())) pinned.name = typed.data();
    const std::string difference = ghost_difference(context, *pinned.ghost);
    hover_help(context, pinned.name,
               fmt::format("A run that was kept, {} lanes, up to step {}. {}",
                           pinned.ghost->lanes.size(), pinned.ghost->step,
                           difference.empty() ? std::string("Its settings are those of this run, "
                                                            "or not known.")
                                              : "From it to this run: " + difference + "."));
}

}  // namespace

void ghost_rows(PanelContext& context) {
    Ghosts& ghosts = context.kept<Ghosts>();
    std::optional<std::size_t> removed;
    for (std::size_t i = 0; i < ghosts.pinned.size(); ++i) {
        Ghosts::Pinned& pinned = ghosts.pinned[i];
        ImGui::PushID(static_cast<int>(pinned.id));
        ImGui::Checkbox("##shown", &pinned.shown);
        hover_help(context, "", "Shows it behind the plots.");
        ImGui::SameLine();
        const float cross = button_width(icon::close);
        name_field(context, pinned,
                   ImGui::GetContentRegionAvail().x - cross - ImGui::GetStyle().ItemSpacing.x);
        ImGui::SameLine();
        if (quiet_button(context, icon::close, cross, "Removes it.")) removed = i;
        ImGui::PopID();
    }
    if (removed) ghosts.pinned.erase(ghosts.pinned.begin() + static_cast<std::ptrdiff_t>(*removed));
    if (!ghosts.work.busy() || ghosts.opening.empty()) return;
    ImGui::TextColored(context.theme.dim, "%s",
                       fmt::format("{}: {:.0f} %", ghosts.opening, 100 * ghosts.done).c_str());
    draw_share(context, ghosts.done);
    if (quiet_button(context, "Cancel", button_width("Cancel"), "Stops opening it.")) {
        ghosts.work.stop();
        ghosts.opening.clear();
    }
}

}  // namespace muonscope::gui

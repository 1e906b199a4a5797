#include "app/gui/preset_list.h"

#include "app/gui/keys.h"
#include "app/gui/talk.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/experiment/presets.h"
#include "core/weights/lesson.h"
#include "imgui.h"

#include <fmt/format.h>

#include <algorithm>

namespace muonscope::gui {
namespace {

int index_of(std::string_view name) {
    const auto all = presets();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Spec& spec) { return spec.name == name; });
    return static_cast<int>(found - all.begin());
}

// The names; returns the one that the mouse or the keyboard points at.
const Spec* names(PanelContext& context, const Spec* now) {
    const Spec* pointed = nullptr;
    int taken = -1;
    std::string_view group;
    for (const PresetPage& page : preset_pages()) {
        if (page.group != group) {
            if (!group.empty()) ImGui::Dummy({0, em(0.15F)});
            group = page.group;
            ImGui::TextColored(context.theme.dim, "%s", std::string(group).c_str());
        }
        const int index = index_of(page.name);
        const Spec& spec = presets()[index];
        const std::string key = index < 9 ? fmt::format("{}", index + 1) : std::string(" ");
        const float x = ImGui::GetCursorPosX();
        if (list_row(fmt::format("##{}", spec.name).c_str(),
                     now != nullptr && now->name == spec.name))
            taken = index;
        if (ImGui::IsItemHovered() || ImGui::IsItemFocused()) pointed = &spec;
        ImGui::SameLine(x + em(0.4F));
        ImGui::PushFont(context.fonts.mono, 0);
        ImGui::TextColored(context.theme.dim, "%s", key.c_str());
        ImGui::PopFont();
        ImGui::SameLine(x + em(1.7F));
        ImGui::TextUnformatted(spec.title.c_str());
    }
    if (taken >= 0) {
        choose_preset(context, taken);
        ImGui::CloseCurrentPopup();
    }
    return pointed;
}

// A lesson that trains nothing: a panel has it.
void lesson_row(PanelContext& context) {
    ImGui::Dummy({0, em(0.15F)});
    ImGui::TextColored(context.theme.dim, "Real weights");
    const float x = ImGui::GetCursorPosX();
    if (list_row("##lesson", false)) {
        context.chosen<TalkChoices>().view = TalkChoices::lesson;
        context.view.bring_forward = "Talk";
        ImGui::CloseCurrentPopup();
    }
    hover_help(context, lesson_title,
               "Eight edits of a language model's singular values. Before each one you say what it "
               "will do; then the model answers. The training goes on beside it.");
    ImGui::SameLine(x + em(1.7F));
    ImGui::TextUnformatted(lesson_title);
}

void explanation(PanelContext& context, const Spec& spec) {
    ImGui::PushTextWrapPos(0);
    ImGui::PushFont(context.fonts.heading, 0);
    ImGui::TextUnformatted(spec.title.c_str());
    ImGui::PopFont();
    ImGui::TextUnformatted(spec.about.c_str());
    ImGui::Dummy({0, em(0.3F)});
    std::string lanes;
    for (const Recipe& recipe : spec.lanes) lanes += (lanes.empty() ? "" : ", ") + recipe.name;
    ImGui::TextColored(context.theme.dim, "%s", lanes.c_str());
    ImGui::PopTextWrapPos();
}

}  // namespace

void preset_list(PanelContext& context, float width) {
    const Snapshot* s = context.snapshot;
    const Spec* now = s == nullptr  ? nullptr
                      : s->building ? s->building->spec.get()
                                    : s->spec.get();
    const ImVec2 window = ImGui::GetMainViewport()->WorkSize;
    const float rows = static_cast<float>(presets().size()) + 9.5F;
    const ImVec2 list{em(16), std::min(rows * ImGui::GetTextLineHeightWithSpacing(),
                                       window.y - ImGui::GetFrameHeight() - em(4))};
    const float beside = std::min(em(24), window.x - list.x - em(5));
    const bool explained = beside > em(10);
    const float all = list.x + (explained ? beside + em(1) : 0) + em(1.5F);
    ImGui::SetNextItemWidth(width);
    ImGui::SetNextWindowSizeConstraints({all, 0}, {all, window.y});
    if (!begin_combo(context, "##preset", now != nullptr ? now->title.c_str() : "", true)) {
        hover_help(
            context, now != nullptr ? now->title : "Preset",
            now != nullptr && !now->about.empty() ? now->about : "What to train. Keys 1 to 9.");
        return;
    }
    ImGui::Dummy({0, em(0.1F)});
    ImGui::BeginChild("names", list, ImGuiChildFlags_NavFlattened);
    const Spec* pointed = names(context, now);
    lesson_row(context);
    ImGui::EndChild();
    if (pointed == nullptr) pointed = now;
    if (explained && pointed != nullptr) {
        ImGui::SameLine(0, em(1));
        ImGui::BeginChild("explanation", {beside, list.y});
        explanation(context, *pointed);
        ImGui::EndChild();
    }
    ImGui::EndCombo();
}

}  // namespace muonscope::gui

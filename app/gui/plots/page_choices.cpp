#include "app/gui/plots/page_choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "app/gui/theme.h"
#include "imgui.h"

namespace muonscope::plots {

namespace {

struct PagePreset {
    const char* name;
    PageChoices choices;
};
constexpr std::array<PagePreset, 3> page_presets{
    {{"One column", {85, 0, 8, 1}}, {"Two columns", {175, 0, 8, 1}}, {"Slide", {254, 143, 16, 2}}}};

std::string name_of(const PagePreset& preset) {
    const PageChoices& size = preset.choices;
    if (size.height == 0) return fmt::format("{}, {:g} mm", preset.name, size.width);
    return fmt::format("{}, {:g} × {:g} mm", preset.name, size.width, size.height);
}

bool is_chosen(const PageChoices& one, const PageChoices& other) {
    return one.width == other.width && one.height == other.height && one.type == other.type &&
           one.line == other.line;
}

void typed(const char* words, double& value, double low, double high) {
    ImGui::SetNextItemWidth(gui::em(4));
    double wanted = value;
    if (ImGui::InputDouble(words, &wanted, 0, 0, "%g")) value = std::clamp(wanted, low, high);
}

}  // namespace

std::vector<gui::Remembered> remembered_of_page(gui::Preferences& preferences) {
    PageChoices& chosen = preferences.panels.of<PageChoices>();
    using Limits = PageLimits;
    return {{"page_width", &chosen.width, Limits::shortest, Limits::longest},
            {"page_height", &chosen.height, 0, Limits::longest},
            {"page_type", &chosen.type, Limits::smallest_type, Limits::largest_type},
            {"page_line", &chosen.line, Limits::thinnest, Limits::thickest}};
}

void draw_page_choices(gui::PanelContext& context) {
    PageChoices& chosen = context.chosen<PageChoices>();
    using Limits = PageLimits;
    for (const PagePreset& preset : page_presets)
        if (ImGui::Selectable(name_of(preset).c_str(), is_chosen(chosen, preset.choices),
                              ImGuiSelectableFlags_NoAutoClosePopups))
            chosen = preset.choices;
    ImGui::Separator();
    typed("mm wide", chosen.width, Limits::shortest, Limits::longest);
    typed("mm high, 0: as it suits", chosen.height, 0, Limits::longest);
    if (chosen.height > 0) chosen.height = std::max(chosen.height, Limits::shortest);
    typed("pt type", chosen.type, Limits::smallest_type, Limits::largest_type);
    typed("pt lines", chosen.line, Limits::thinnest, Limits::thickest);
}

}  // namespace muonscope::plots

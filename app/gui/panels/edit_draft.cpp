#include "app/gui/panels/edit_draft.h"

#include <fmt/format.h>

#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

EditDraft::EditDraft() {
    constexpr std::array defaults{"1", "1", "25%", ".9", "", ".9", ".5", "1:0", "1:0", "svd", "0"};
    static_assert(defaults.size() == edit_kinds.size());
    for (std::size_t i = 0; i < defaults.size(); ++i)
        std::string_view(defaults[i]).copy(amount[i].data(), amount[i].size() - 1);
}

std::string EditDraft::text() const {
    const auto place = static_cast<std::size_t>(kind);
    const std::string typed = amount[place].data();
    return fmt::format("{}{}{}", edit_kinds[place].slug, typed.empty() ? "" : "=", typed);
}

bool pick_label(PanelContext& context, const char* id, std::span<const std::string_view> labels,
                int& chosen, float width) {
    const int before = chosen;
    ImGui::SetNextItemWidth(width);
    if (begin_combo(context, id, std::string(labels[static_cast<std::size_t>(chosen)]).c_str())) {
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (list_row(std::string(labels[i]).c_str(), static_cast<int>(i) == chosen))
                chosen = static_cast<int>(i);
        ImGui::EndCombo();
    }
    return chosen != before;
}

bool edit_draft_row(PanelContext& context, EditDraft& draft, float list) {
    std::array<std::string_view, edit_kinds.size()> labels;
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = edit_kinds[i].label;
    pick_label(context, "##kind", labels, draft.kind, list);
    const Choice& kind = edit_kinds[static_cast<std::size_t>(draft.kind)];
    hover_help(context, kind.label, kind.help);
    if (static_cast<EditKind>(draft.kind) == EditKind::flatten) return false;
    ImGui::SameLine(0, em(0.3F));
    auto& amount = draft.amount[static_cast<std::size_t>(draft.kind)];
    ImGui::SetNextItemWidth(em(4));
    const bool entered = ImGui::InputText("##amount", amount.data(), amount.size(),
                                          ImGuiInputTextFlags_EnterReturnsTrue);
    hover_help(context, kind.label, kind.help);
    return entered;
}

}  // namespace muonscope::gui

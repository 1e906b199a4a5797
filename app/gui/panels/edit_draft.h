#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "app/gui/panel.h"
#include "core/weights/edit.h"

namespace muonscope::gui {

// An edit as it is being put together, without the matrices that it is meant for.
struct EditDraft {
    int kind = 0;
    std::array<std::array<char, 32>, edit_kinds.size()> amount{};  // as it is typed, by kind

    EditDraft();
    std::string text() const;  // "drop-top=1"
};

// A list of kinds, as wide as that, and a field for the amount where the kind has one. Whether
// Enter was pressed in the field.
bool edit_draft_row(PanelContext& context, EditDraft& draft, float list);
// A list of labels; whether another one was chosen.
bool pick_label(PanelContext& context, const char* id, std::span<const std::string_view> labels,
                int& chosen, float width);

}  // namespace muonscope::gui

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/gui/fonts.h"
#include "app/gui/model_files.h"
#include "app/gui/panels/edit_draft.h"
#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/base/error.h"
#include "core/weights/selection.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

// What the row that adds an edit holds.
struct NewEdit {
    EditDraft draft;
    int scope = 0;
};

constexpr std::array<std::string_view, 3> scopes{"this matrix", "this kind, all blocks",
                                                 "all matrices"};

std::string target_of(const ModelMatrix& matrix, int scope) {
    if (scope == 0) return matrix.entry->name;
    return scope == 1 ? matrix.kind : "*";
}

std::size_t count_of(const ModelWeights& model, const WeightEdit& edit) {
    const Selection selection(edit.target);
    return static_cast<std::size_t>(std::count_if(
        model.matrices.begin(), model.matrices.end(),
        [&](const ModelMatrix& matrix) { return selection.has(matrix.entry->name); }));
}

void add_edit(PanelContext& context, ModelWeights& model, const NewEdit& wanted) {
    const ModelMatrix* matrix = model.chosen();
    if (matrix == nullptr) return;
    attempt(context.view, [&] {
        std::vector<WeightEdit> stack = model.stack;
        stack.push_back(edit_in(target_of(*matrix, wanted.scope) + ":" + wanted.draft.text()));
        change_stack(context, model, std::move(stack));
        context.view.toast.clear();
    });
}

void edits_menu(PanelContext& context, ModelWeights& model) {
    if (quiet_button(context, "Edits…", button_width("Edits…"),
                     "The list to a file and back, and the model that comes of it."))
        ImGui::OpenPopup("edits menu");
    if (!ImGui::BeginPopup("edits menu")) return;
    const bool some = !model.stack.empty();
    if (ImGui::MenuItem("Save edits…", nullptr, false, some))
        ask_where_to_save_edits(context, model);
    if (ImGui::MenuItem("Open edits…")) ask_which_edits_to_open(context);
    if (ImGui::MenuItem("Remove all", nullptr, false, some)) change_stack(context, model, {});
    ImGui::Separator();
    const bool writing = context.kept<ModelExport>().busy();
    for (const char* type : {"F32", "F16"})
        if (ImGui::MenuItem(fmt::format("Export the edited model as {}…", type).c_str(), nullptr,
                            false, !writing))
            ask_where_to_export(context, model, type);
    ImGui::EndPopup();
}

void adding_row(PanelContext& context, ModelWeights& model) {
    NewEdit& wanted = context.kept<NewEdit>();
    const float steps =
        button_width("Undo") + button_width("Redo") + button_width("Edits…") + em(0.9F);
    const float fixed = em(4.3F) + button_width("Add") + em(0.8F);
    const float room = ImGui::GetContentRegionAvail().x;
    // On a line of their own where they would push the lists together.
    const bool beside = room - fixed - steps > em(13);
    const float list = std::clamp((room - fixed - (beside ? steps : 0)) / 2, em(4), em(9.4F));
    const bool entered = edit_draft_row(context, wanted.draft, list);
    ImGui::SameLine(0, em(0.3F));
    pick_label(context, "##scope", scopes, wanted.scope, list);
    hover_help(context, "Which matrices",
               "The one that is shown, those of its kind in all blocks, or all.");
    ImGui::SameLine(0, em(0.5F));
    if (quiet_button(context, "Add", button_width("Add"), "Puts this edit behind the others.",
                     true) ||
        entered)
        add_edit(context, model, wanted);
    if (beside) ImGui::SameLine(0, em(0.5F));
    ImGui::BeginDisabled(model.undo.empty());
    if (quiet_button(context, "Undo", button_width("Undo"), "The edits as they were before."))
        undo_stack(context, model);
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.2F));
    ImGui::BeginDisabled(model.redo.empty());
    if (quiet_button(context, "Redo", button_width("Redo"), "As they were before Undo."))
        redo_stack(context, model);
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.2F));
    edits_menu(context, model);
}

const EditEffect* effect_of(const ModelMatrix& matrix, std::size_t edit) {
    for (const EditEffect& effect : matrix.edited.effects)
        if (effect.edit == edit) return &effect;
    return nullptr;
}

// Which numbers of an edit have room beside its name; the others stand in its help.
struct ListColumns {
    bool changed, moved;
};
ListColumns columns_within(float room) {
    return {room >= em(32), room >= em(22)};
}

std::string effect_words(const EditEffect* effect) {
    if (effect == nullptr) return "";
    std::string words = fmt::format(
        "\n\nOf the matrix that is shown it changes {} values and keeps "
        "{:.4g} % of the energy",
        effect->changed, 100 * effect->energy);
    if (effect->change) words += fmt::format("; ‖ΔW‖/‖W‖ {}", plots::value_text(*effect->change));
    return words + ".";
}

void effect_cells(PanelContext& context, ListColumns columns, const EditEffect* effect,
                  const char* none) {
    const auto cell = [&](const std::string& text) {
        ImGui::TableNextColumn();
        ImGui::AlignTextToFramePadding();
        right_text(text, context.theme.text);
    };
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.9F);
    if (columns.changed) {
        cell(effect ? fmt::format("{}", effect->changed) : none);
        cell(effect ? fmt::format("{:.4g} %", 100 * effect->energy) : none);
    }
    if (columns.moved) cell(effect && effect->change ? plots::value_text(*effect->change) : none);
    ImGui::PopFont();
}

// What the buttons of a row ask for; done after the table, which is made of the list.
struct Wish {
    std::size_t edit = 0;
    enum { nothing, mute, up, remove } what = nothing;
};

void edit_row(PanelContext& context, const ModelWeights& model, std::size_t place,
              ListColumns columns, Wish& wish) {
    const WeightEdit& edit = model.stack[place];
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(place));
    bool acts = !edit.muted;
    if (ImGui::Checkbox("##acts", &acts)) wish = {place, Wish::mute};
    hover_help(context, "Acts",
               "Without the tick the edit is muted: the list stays, the weights are as if it were "
               "not there.");
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    const std::string words = fmt::format("{}: {}", short_name(edit.target), words_of(edit));
    fitted_line(ImGui::GetContentRegionAvail().x,
                edit.muted ? context.theme.dim : context.theme.text, words, LineOf::controls);
    const ModelMatrix& matrix = model.matrices[model.shown];
    // What waits has effects of the list as it was before.
    const EditEffect* effect = matrix.waits ? nullptr : effect_of(matrix, place);
    hover_help(
        context, words,
        fmt::format("muonscope weights spectra --op '{}'\n\nMeant for {} matrices; norm: {}.{}",
                    text_of(edit), count_of(model, edit), kept_norms[place_of(edit.norm)].help,
                    effect_words(effect)));
    effect_cells(context, columns, effect, matrix.waits ? "…" : "–");
    ImGui::TableNextColumn();
    ImGui::BeginDisabled(place == 0);
    if (quiet_button(context, "↑", button_width("↑"), "Before the one above."))
        wish = {place, Wish::up};
    ImGui::EndDisabled();
    ImGui::SameLine(0, em(0.1F));
    if (quiet_button(context, icon::close, button_width(icon::close), "Takes it away."))
        wish = {place, Wish::remove};
    ImGui::PopID();
}

void grant(PanelContext& context, ModelWeights& model, const Wish& wish) {
    if (wish.what == Wish::nothing) return;
    std::vector<WeightEdit> stack = model.stack;
    if (wish.what == Wish::mute) stack[wish.edit].muted = !stack[wish.edit].muted;
    if (wish.what == Wish::up) std::swap(stack[wish.edit], stack[wish.edit - 1]);
    if (wish.what == Wish::remove)
        stack.erase(stack.begin() + static_cast<std::ptrdiff_t>(wish.edit));
    change_stack(context, model, std::move(stack));
}

void heading(PanelContext& context, ListColumns columns) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::TableNextColumn();
    ImGui::TextColored(context.theme.dim, "edit");
    if (columns.changed) {
        right_cell("changed", context.theme.dim);
        hover_help(context, "Changed",
                   "Singular values of the matrix that is shown that are not what they were before "
                   "this edit.");
        right_cell("energy", context.theme.dim);
        hover_help(context, "Energy", "Σs² after this edit as a share of that before it.");
    }
    if (columns.moved) {
        right_cell("‖ΔW‖/‖W‖", context.theme.dim);
        hover_help(context, "‖ΔW‖/‖W‖",
                   "Frobenius norms: how far this edit moves the matrix as it finds it.");
    }
    ImGui::TableNextColumn();
}

}  // namespace

float model_edits_height(ModelWeights& model) {
    // A plot that shrank below the mouse would move the value that it holds.
    if (model.listed == 0 || !ImGui::IsMouseDown(ImGuiMouseButton_Left))
        model.listed = std::clamp<std::size_t>(model.stack.size(), 2, 5);
    const float row = ImGui::GetFrameHeight() + em(0.1F);
    return ImGui::GetFrameHeight() + em(1.9F) + static_cast<float>(model.listed) * row;
}

void draw_model_edits(PanelContext& context, ModelWeights& model) {
    adding_row(context, model);
    if (model.stack.empty()) {
        dim_paragraph(context, "No edit yet: add one, or drag a value in the plot.");
        return;
    }
    Wish wish;
    const ListColumns columns = columns_within(ImGui::GetContentRegionAvail().x);
    const int count = 3 + (columns.changed ? 2 : 0) + (columns.moved ? 1 : 0);
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.05F)});
    if (ImGui::BeginTable(fmt::format("edits {}", count).c_str(), count,
                          ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings)) {
        ImGui::TableSetupColumn("acts", ImGuiTableColumnFlags_WidthFixed, em(1.6F));
        ImGui::TableSetupColumn("edit", ImGuiTableColumnFlags_WidthStretch, 1);
        if (columns.changed) {
            ImGui::TableSetupColumn("changed", ImGuiTableColumnFlags_WidthFixed, em(4));
            ImGui::TableSetupColumn("energy", ImGuiTableColumnFlags_WidthFixed, em(4.6F));
        }
        if (columns.moved)
            ImGui::TableSetupColumn("moved", ImGuiTableColumnFlags_WidthFixed, em(5.2F));
        ImGui::TableSetupColumn("buttons", ImGuiTableColumnFlags_WidthFixed, em(4.2F));
        ImGui::TableSetupScrollFreeze(0, 1);
        heading(context, columns);
        for (std::size_t i = 0; i < model.stack.size(); ++i)
            edit_row(context, model, i, columns, wish);
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    grant(context, model, wish);
}

}  // namespace muonscope::gui

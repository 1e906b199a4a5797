#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/ticks.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "core/weights/selection.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

struct ModelList {
    std::array<char, 128> filter{};
    int scrolled_to = -1;  // the matrix that was brought into view
};

std::string figure(double value) {
    return std::isfinite(value) ? plots::value_text(value) : "–";
}

void matrix_row(PanelContext& context, ModelWeights& model, std::size_t place) {
    ModelMatrix& matrix = model.matrices[place];
    const bool edited = acts_on(model.stack, matrix.entry->name);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(place));
    const bool chosen = model.shown == place;
    const std::string name(short_name(matrix.entry->name));
    ImGui::PushStyleColor(ImGuiCol_Text, edited ? context.theme.accent : context.theme.text);
    if (ImGui::Selectable(name.c_str(), chosen, ImGuiSelectableFlags_SpanAllColumns))
        show_matrix(context, model, place);
    ImGui::PopStyleColor();
    hover_help(context, matrix.entry->name,
               fmt::format("{} of {}, taken as {} x {}.{}", shape_text(matrix.entry->shape),
                           matrix.entry->type_name, matrix.shape.rows, matrix.shape.cols,
                           edited ? " Edited: the numbers are those after the edits." : ""));
    ImGui::PopID();
    ImGui::PushFont(context.fonts.mono, ImGui::GetStyle().FontSizeBase * 0.9F);
    const SpectrumSummary& summary = edited_now(model, matrix).after;
    const bool there = matrix.known && !matrix.waits;
    right_cell(there ? figure(summary.largest) : "…", context.theme.text);
    right_cell(there ? figure(summary.stable_rank) : "…", context.theme.dim);
    ImGui::PopFont();
}

std::vector<std::size_t> filtered(const ModelWeights& model, const ModelList& list) {
    const std::string text = list.filter.data();
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < model.matrices.size(); ++i)
        if (text.empty() || model.matrices[i].entry->name.find(text) != std::string::npos)
            places.push_back(i);
    return places;
}

}  // namespace

void draw_model_list(PanelContext& context, ModelWeights& model) {
    ModelList& list = context.kept<ModelList>();
    ImGui::SetNextItemWidth(ImGui::GetContentRegionAvail().x);
    ImGui::InputTextWithHint("##filter", "filter by name", list.filter.data(), list.filter.size());
    const std::vector<std::size_t> places = filtered(model, list);
    if (places.empty()) {
        dim_paragraph(context, "No matrix has this in its name.");
        return;
    }
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {em(0.25F), em(0.1F)});
    if (ImGui::BeginTable("matrices", 3,
                          ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoPadOuterX |
                              ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_RowBg)) {
        ImGui::TableSetupColumn("matrix", ImGuiTableColumnFlags_WidthStretch, 1);
        ImGui::TableSetupColumn("s", ImGuiTableColumnFlags_WidthFixed, em(4.4F));
        ImGui::TableSetupColumn("rank", ImGuiTableColumnFlags_WidthFixed, em(5.2F));
        ImGui::TableSetupScrollFreeze(0, 1);
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextColored(context.theme.dim, "matrix");
        right_cell("s₁", context.theme.dim);
        hover_help(context, "s₁", model_measures()[0].help);
        right_cell("stable rank", context.theme.dim);
        hover_help(context, "stable rank", model_measures()[1].help);
        ImGuiListClipper clipper;
        clipper.Begin(static_cast<int>(places.size()));
        const auto shown = std::find(places.begin(), places.end(), model.shown);
        const bool scroll =
            list.scrolled_to != static_cast<int>(model.shown) && shown != places.end();
        if (scroll) clipper.IncludeItemByIndex(static_cast<int>(shown - places.begin()));
        while (clipper.Step())
            for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
                const std::size_t place = places[static_cast<std::size_t>(row)];
                matrix_row(context, model, place);
                if (scroll && place == model.shown) {
                    if (!ImGui::IsItemVisible()) ImGui::SetScrollHereY(0.4F);
                    list.scrolled_to = static_cast<int>(model.shown);
                }
            }
        ImGui::EndTable();
    }
    ImGui::PopStyleVar();
}

}  // namespace muonscope::gui

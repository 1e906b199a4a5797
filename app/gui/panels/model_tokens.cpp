#include "app/gui/model_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/gui/panels/model_weights.h"
#include "app/gui/plots/readout.h"
#include "app/gui/theme.h"
#include "app/gui/widgets.h"
#include "imgui.h"

namespace muonscope::gui {

namespace {

std::string line_of(const std::vector<NearToken>& tokens, const Tokeniser& tokeniser) {
    std::string line;
    for (const NearToken& near : tokens)
        line += (line.empty() ? "" : " ") + shown_token(tokeniser.bytes(near.token));
    return line;
}

void fitted_cell(const std::string& text, const ImVec4& colour) {
    ImGui::TableNextColumn();
    fitted_line(ImGui::GetContentRegionAvail().x, colour, text);
}

void cosines(PanelContext& context, const ModelTokens& tokens, const VectorTokens& one) {
    std::vector<plots::ReadoutRow> rows;
    for (const auto* side : {&one.towards, &one.away})
        for (const NearToken& near : *side)
            rows.push_back({shown_token(tokens.tokeniser->bytes(near.token)),
                            fmt::format("{:+.3f}", near.cosine),
                            side == &one.towards ? context.theme.accent : context.theme.dim});
    plots::draw_readout(context, fmt::format("vector {}: cosines", one.k + 1), rows);
}

void vector_row(PanelContext& context, const ModelTokens& tokens, const VectorTokens& one) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(one.k));
    ImGui::Selectable(fmt::format("{}", one.k + 1).c_str(), false,
                      ImGuiSelectableFlags_SpanAllColumns);
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    fitted_cell(plots::value_text(one.value), context.theme.dim);
    fitted_cell(line_of(one.towards, *tokens.tokeniser), context.theme.text);
    fitted_cell(line_of(one.away, *tokens.tokeniser), context.theme.text);
    if (hovered) cosines(context, tokens, one);
}

void heading(PanelContext& context, const char* text, const char* help) {
    ImGui::TableNextColumn();
    ImGui::TextColored(context.theme.dim, "%s", text);
    hover_help(context, text, help);
}

void vector_table(PanelContext& context, const ModelTokens& tokens, ImVec2 size) {
    if (!ImGui::BeginTable("vectors", 4,
                           ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoPadOuterX |
                               ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_RowBg,
                           size))
        return;
    ImGui::TableSetupColumn("k", ImGuiTableColumnFlags_WidthFixed, em(1.8F));
    ImGui::TableSetupColumn("s", ImGuiTableColumnFlags_WidthFixed, em(3.6F));
    ImGui::TableSetupColumn("towards", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupColumn("away", ImGuiTableColumnFlags_WidthStretch, 1);
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableNextRow();
    heading(context, "k", "Rank of the singular value, largest first.");
    heading(context, "s", "The singular value, of the file as it is.");
    heading(context, "towards",
            "Largest cosines first. The vector has the sign with which the entry of largest "
            "magnitude of its partner in V is positive.");
    heading(context, "away", "Most negative cosines first: what the vector turned round is near.");
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(tokens.vectors.size()));
    while (clipper.Step())
        for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row)
            vector_row(context, tokens, tokens.vectors[static_cast<std::size_t>(row)]);
    ImGui::EndTable();
}

void title_line(PanelContext& context, const std::string& name, const StreamSide& side) {
    const std::string text = fmt::format(
        "{}: tokens that its singular vectors {}", name,
        side.writes ? "write, U through the unembedding" : "read, V against the embedding");
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImGui::Dummy({width, em(1.3F)});
    fitted_text(ImGui::GetWindowDrawList(), at, width, context.theme.text, text.c_str());
    hover_help(context, "Tokens",
               "By cosine between the vector, multiplied with the weights of the norm between, and "
               "each token's row less the mean of all rows, which moves every logit alike. Large "
               "cosines name what a direction is about; small ones name nothing.");
}

}  // namespace

void draw_model_tokens(PanelContext& context, ModelWeights& model, ImVec2 size) {
    const ModelMatrix* matrix = model.chosen();
    if (matrix == nullptr) return;
    const ModelTokens& tokens = model_tokens(context, model);
    ImGui::BeginChild("tokens", size);
    const std::optional<StreamSide> side = stream_side(matrix->entry->name);
    if (!side) {
        dim_paragraph(context,
                      "This matrix neither reads the residual stream nor writes to it: choose "
                      "attn_q, attn_k, attn_v, attn_output, ffn_gate, ffn_up or ffn_down of a "
                      "language model.");
    } else if (!tokens.fault.empty()) {
        dim_paragraph(context, tokens.fault);
    } else if (tokens.vectors.empty() || !tokens.tokeniser) {
        dim_paragraph(context, "its singular vectors are on their way");
    } else {
        title_line(context, matrix->entry->name, *side);
        vector_table(context, tokens, ImGui::GetContentRegionAvail());
    }
    ImGui::EndChild();
}

}  // namespace muonscope::gui
